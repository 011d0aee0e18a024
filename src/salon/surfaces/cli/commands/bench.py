"""``salon bench``: how fast a model answers through this Salon."""

import queue
import statistics
import threading
import time
from collections.abc import Sequence
from typing import Any

import click
import msgspec

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import ReasoningDelta, TextDelta, UsageReported
from salon.surfaces.cli.answers import chat_body, events
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.default_model import default_model
from salon.surfaces.cli.output import Column
from salon.surfaces.cli.session import Session, command_options, pass_session


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One question and its answer, measured."""

    first_token_s: float | None
    total_s: float
    output_tokens: int
    error: str | None


@click.command()
@click.argument("model", required=False)
@click.option("-n", "--requests", "total", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("-c", "--concurrency", type=click.IntRange(1, 256), default=4, show_default=True)
@click.option(
    "--prompt", default="Count from one to twenty in words.", show_default=True, help="What is asked."
)
@click.option("--max-tokens", type=click.IntRange(1), default=64, show_default=True, help="Longest answer.")
@command_options
@pass_session
def bench(
    session: Session, model: str | None, *, total: int, concurrency: int, prompt: str, max_tokens: int
) -> int:
    """Measure latency and throughput of MODEL through this Salon, with streamed answers."""
    with session.client() as client:
        name = model or default_model(client)
        session.output.note(f"Asking {name} {total} times, {concurrency} at once.")
        body = chat_body(name, [{"role": "user", "content": prompt}], max_tokens=max_tokens)
        started = time.monotonic()
        samples = _measure(client, body, total=total, concurrency=concurrency)
        wall_s = time.monotonic() - started
    result = summary(samples, wall_s=wall_s)
    columns: list[Column] = [(key, key.replace("_", " ")) for key in result]
    session.output.fields({"model": name, **result} if session.output.as_json else result, columns)
    return 1 if result["errors"] else 0


def _measure(client: ApiClient, body: dict[str, Any], *, total: int, concurrency: int) -> list[Sample]:
    tickets: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(total):
        tickets.put(number)
    samples: list[Sample] = []

    def work() -> None:
        while True:
            try:
                tickets.get_nowait()
            except queue.Empty:
                return
            samples.append(_one(client, body))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(concurrency, total))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return samples


def _one(client: ApiClient, body: dict[str, Any]) -> Sample:
    started, first, tokens, error = time.monotonic(), None, 0, None
    try:
        for event in events(client, body):
            if isinstance(event, TextDelta | ReasoningDelta) and first is None:
                first = time.monotonic() - started
            elif isinstance(event, UsageReported):
                tokens = event.usage.output_tokens
    except SalonError as failure:
        error = failure.message
    return Sample(first_token_s=first, total_s=time.monotonic() - started, output_tokens=tokens, error=error)


def summary(samples: Sequence[Sample], *, wall_s: float) -> dict[str, Any]:
    """Put the samples together; times in milliseconds."""
    good = [one for one in samples if one.error is None]
    firsts = [one.first_token_s for one in good if one.first_token_s is not None]
    totals = [one.total_s for one in good]
    tokens = sum(one.output_tokens for one in good)
    return {
        "requests": len(samples),
        "errors": len(samples) - len(good),
        "first_error": next((one.error for one in samples if one.error), None),
        "first_token_p50_ms": _percentile(firsts, 0.5),
        "first_token_p95_ms": _percentile(firsts, 0.95),
        "total_p50_ms": _percentile(totals, 0.5),
        "total_p95_ms": _percentile(totals, 0.95),
        "total_mean_ms": round(statistics.fmean(totals) * 1000, 1) if totals else None,
        "output_tokens_per_s": round(tokens / wall_s, 1) if wall_s else None,
        "requests_per_s": round(len(good) / wall_s, 2) if wall_s else None,
    }


def _percentile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)
