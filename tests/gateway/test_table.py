"""The page on dialects tells the truth: each of its cells, asked through the gateway, for each pair of dialects."""

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import orjson
import pytest

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import ModelRequest
from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.protocols.gemini.request import with_address
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import protocol_table

Play = Callable[..., None]
PROVIDERS: tuple[DialectName, ...] = ("openai", "responses", "anthropic", "ollama", "gemini")
CALLERS: tuple[DialectName, ...] = (*PROVIDERS, "ollama-generate", "completions")
OF_THE_ANSWER = {"reasoning", "reasoning_signature", "provider_data", "usage.details"}
"""What the caller's dialect has no place for in the answer: thoughts, and what only its provider tells."""
SAID_OTHERWISE = {"gemini": {"reasoning effort": "reasoning budget"}}
"""Probes that a caller's dialect has another word for; that one is then carried, or not."""


def asked_in(dialect: Dialect, request: ModelRequest) -> bytes | None:
    """Write a probe as a caller of ``dialect`` would; None where that dialect has no word for it."""
    try:
        encoded = dialect.encode_request(msgspec.structs.replace(request, model="there/fake"), quirks={})
    except Unsupported:
        return None
    if encoded.lost:
        return None
    named = (
        with_address(encoded.body, model="there/fake", stream=False)
        if dialect.name == "gemini"
        else encoded.body
    )
    return orjson.dumps({**orjson.loads(named), "stream": False})


def lost(headers: dict[str, str]) -> set[str]:
    return set(filter(None, headers.get("x-salon-lost", "").split(", ")))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_dropped_is_named_and_what_is_refused_is_refused(
    play: Play, caller: DialectName, provider: DialectName
) -> None:
    dialect, spoken = DIALECTS[caller], DIALECTS[provider]

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for name, request in protocol_table.REQUESTS.items():
            body = asked_in(dialect, request)
            if body is None or caller == provider:
                continue
            reply = await bench.send(caller, body.replace(b"there/", f"{provider}/".encode()))
            said = protocol_table.REQUESTS[SAID_OTHERWISE.get(caller, {}).get(name, name)]
            told = protocol_table.cell(lambda r=said: spoken.encode_request(r, quirks={}).lost)
            status = 400 if told.startswith("refused") else 200
            assert reply.status == status, (name, told, reply.body)
            if status == 400:
                assert told.removeprefix("refused: ") in reply.body.decode(), name
            else:
                names = set(told.removeprefix("dropped: ").replace("`", "").split(", ")) - {"carried"}
                assert lost(reply.headers) - OF_THE_ANSWER == names, (name, told)

    play(scene)
