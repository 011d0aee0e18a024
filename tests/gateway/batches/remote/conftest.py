"""Batches whose provider answers them, on either database."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from salon.gateway.batches import Batch, BatchOptions, NewLine
from salon.testing.gateway_bench import OWNER

QUICK = BatchOptions(
    concurrency=4, first_pause_s=0.05, look_s=0.05, longest_look_s=0.2, doubt_s=0.1, lost_s=0.2, tries=3
)
ENDPOINTS = {"anthropic": "/v1/messages", "openai": "/v1/chat/completions"}
Run = Callable[..., None]


@pytest.fixture
def handed(desk: Run, database: str | None) -> Run:
    """Run a scene in which the providers have batches, at half the price."""
    return partial(desk, database=database, has_batches=True, options=QUICK)


def body(words: str, model: str, **more: Any) -> bytes:
    """Return a request that both dialects take."""
    messages = [{"role": "user", "content": words}]
    return msgspec.json.encode({"model": model, "max_tokens": 64, "messages": messages, **more})


def case(name: str, plan: str = "") -> str:
    """Return words that the fake provider answers with its name, and counts."""
    return f"{{{{fake case={name};text=answer {name};{plan}}}}}"


async def hand_in(
    made: Any, *words: str, model: str = "openai/fake", dialect: str = "openai", **more: Any
) -> Batch:
    """Hand in a batch whose lines say ``words``; its answers stay in the database."""
    lines = [NewLine(f"line-{n}", body(one, model)) for n, one in enumerate(words, 1)]
    return await made.batches.create(
        OWNER.caller, lines, protocol="anthropic", endpoint=ENDPOINTS[dialect], **more
    )


async def told(made: Any, batch: Batch) -> list[Any]:
    """Return what each line's caller is told."""
    found = [line async for line in made.batches.lines(OWNER.caller, batch)]
    return [msgspec.json.decode(line.body) if line.body is not None else line.status for line in found]


def text_of(answer: Any) -> str:
    """Return the text of an answer of either dialect."""
    if "choices" in answer:
        return answer["choices"][0]["message"]["content"]
    return answer["content"][0]["text"]


def asked_at_once(made: Any) -> int:
    """Return how many lines were asked one by one."""
    dialects = [exchange.dialect for exchange in made.fake.journal.exchanges]
    return sum(dialect in {"openai", "anthropic"} for dialect in dialects)
