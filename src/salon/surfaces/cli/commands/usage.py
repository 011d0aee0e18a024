"""``salon usage``: what was used, and what it cost."""

from typing import Any

import click

from salon.surfaces.cli.costs import shown_cost
from salon.surfaces.cli.output import Column, count
from salon.surfaces.cli.session import Session, command_options, pass_session

_GROUPS = [
    "model", "key", "provider", "day", "month", "hour", "alias", "status", "error", "service", "price",
    "currency", "dialect", "operation",
]  # fmt: skip


@click.command()
@click.option(
    "--by", "groups", type=click.Choice(_GROUPS), multiple=True, default=("model",), show_default=True,
    help="Group by; may be repeated.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How far back.")
@click.option("--tokens", "is_split", is_flag=True, help="Show each class of token.")
@command_options
@pass_session
def usage(session: Session, *, groups: tuple[str, ...], days: int, is_split: bool) -> None:
    """Show tokens and cost. A model without a known price is “unpriced”, never zero."""
    by = ",".join(dict.fromkeys(groups))
    with session.client() as client:
        answer = client.call("GET", "/salon/v1/usage", query={"group_by": by, "days": days})
    items: list[dict[str, Any]] = answer["items"]
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [
        {
            "group": one["group"],
            "requests": count(one["requests"]),
            "errors": count(one["errors"]),
            "in": count(one["input_tokens"]),
            "out": count(one["output_tokens"]),
            "of which": _split(one),
            "cost": shown_cost(one),
            "took": _times(one["duration"]),
            "first token": _times(one["first_token"]),
        }
        for one in items
    ]
    columns: list[Column] = [
        ("group", by.replace(",", " · ")),
        ("requests", "requests"),
        ("errors", "errors"),
        ("in", "tokens in"),
        ("out", "tokens out"),
        *([("of which", "of which")] if is_split else []),
        ("cost", "cost"),
        ("took", "took p50 / p95"),
        ("first token", "first token"),
    ]
    session.output.rows(rows, columns, empty=f"Nothing was asked in the last {days} days.")


def _split(row: dict[str, Any]) -> str | None:
    """Return the counts of each class of token that is a part of the larger ones."""
    parts = {name: row[name] for name in ("cached_tokens", "cache_write_tokens", "reasoning_tokens")}
    parts |= row["rare"]
    words = [
        f"{name.removesuffix('_tokens').replace('_', ' ')} {count(value)}"
        for name, value in parts.items()
        if value
    ]
    return ", ".join(words) or None


def _times(latency: dict[str, int] | None) -> str | None:
    """Return how long half of the requests took at most, and 95 of 100."""
    return f"{latency['p50_ms']} / {latency['p95_ms']} ms" if latency else None
