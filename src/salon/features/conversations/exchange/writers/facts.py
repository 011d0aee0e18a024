"""Figures of an answer as people read them: tokens, cost, time."""

from datetime import UTC, datetime

from salon.features.conversations.exchange.archive import ArchivedAnswer
from salon.foundation.kit.money import format_money


def figures(answer: ArchivedAnswer | None) -> str:
    """Return what an answer took, as far as it is known."""
    if answer is None:
        return ""
    total = (answer.input_tokens or 0) + (answer.output_tokens or 0)
    said = [f"{answer.input_tokens or 0} tokens in, {answer.output_tokens or 0} out"] if total else []
    if answer.cost_e10 is not None:
        said.append(format_money(answer.cost_e10, currency=answer.currency or "USD"))
    if answer.started_at_ms is not None and answer.ended_at_ms is not None:
        said.append(f"{(answer.ended_at_ms - answer.started_at_ms) / 1000:.1f} s")
    if answer.route and answer.route != answer.model:
        said.append(f"answered by {answer.route}")
    return " · ".join(said)


def at(time_ms: int | None) -> str:
    """Return a time in UTC; nothing for none."""
    return "" if time_ms is None else f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def machine_time(time_ms: int) -> str:
    """Return a time as ISO 8601 writes it."""
    text = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
