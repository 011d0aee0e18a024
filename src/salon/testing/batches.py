"""Lines of batches for the fake provider, and waiting for a batch to end."""

import time
from collections.abc import Callable, Sequence
from typing import Any

PATIENCE_S = 120.0
LOOK_S = 0.05


def say(plan: str = "") -> str:
    """Return a message that tells the fake provider what to do with it."""
    return f"Answer. {{{{fake {plan}}}}}" if plan else "Answer."


def request(custom_id: str, *, model: str = "team", plan: str = "", **more: Any) -> dict[str, Any]:
    """Return one request of an Anthropic batch."""
    messages = [{"role": "user", "content": say(plan)}]
    return {
        "custom_id": custom_id,
        "params": {"model": model, "max_tokens": 64, "messages": messages, **more},
    }


def until(look: Callable[[], Any], is_there: Callable[[Any], object], patience_s: float = PATIENCE_S) -> Any:
    """Look again and again until what is seen is as it should be; return it."""
    end_s = time.monotonic() + patience_s
    while True:
        seen = look()
        if is_there(seen):
            return seen
        assert time.monotonic() < end_s, f"still: {seen}"
        time.sleep(LOOK_S)


def ended(client: Any, batch_id: str) -> Any:
    """Return an Anthropic batch once it has ended."""
    return until(
        lambda: client.messages.batches.retrieve(batch_id), lambda batch: batch.processing_status == "ended"
    )


def results(client: Any, batch_id: str) -> dict[str, Any]:
    """Return what became of each line, by its custom id."""
    return {line.custom_id: line.result for line in client.messages.batches.results(batch_id)}


def asked(scene: Any, cases: Sequence[str]) -> list[int]:
    """Return how often the provider was asked each case."""
    return [scene.fake.journal.attempts[case] for case in cases]
