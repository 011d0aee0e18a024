"""A tap that meets an event it cannot read passes on what came before it, and nothing after."""

import pytest

from salon.gateway.protocols.anthropic import DIALECT as ANTHROPIC
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.gemini import DIALECT as GEMINI
from salon.gateway.protocols.ollama import DIALECT as OLLAMA
from salon.gateway.protocols.openai import DIALECT as OPENAI

GOOD = {
    "openai": b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    "anthropic": b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"a"}}\n\n',
    "ollama": b'{"message":{"content":"a"},"done":false}\n',
    "gemini": b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n',
}


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC, OLLAMA, GEMINI], ids=lambda one: one.name)
def test_nothing_is_forwarded_from_a_broken_event_on(dialect: Dialect) -> None:
    good = GOOD[dialect.name]
    tap = dialect.stream_tap(withhold_usage=False, model=None)
    assert tap.feed(good + good.replace(b"}", b"", 1) + good) == good
    assert tap.error is not None
    assert (tap.error.type, tap.error.noticed) == ("invalid_event", True)


@pytest.mark.parametrize("dialect", [OPENAI, ANTHROPIC, GEMINI], ids=lambda one: one.name)
@pytest.mark.parametrize("odd", [b": ping\n\n", b"data: [DONE]\n\n", b'data: {"x": NaN}\n\n', b"\n\n"])
def test_odd_events_that_can_be_read_pass(dialect: Dialect, odd: bytes) -> None:
    if dialect is not OPENAI and b"DONE" in odd:
        return
    tap = dialect.stream_tap(withhold_usage=False, model=None)
    assert tap.feed(odd) == odd
    assert tap.error is None
