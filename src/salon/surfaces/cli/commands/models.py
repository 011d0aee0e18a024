"""``salon models``: what can be asked."""

from typing import Any

import click

from salon.surfaces.cli.output import Column, count
from salon.surfaces.cli.session import Session, command_options, pass_session

_COLUMNS: list[Column] = [
    ("id", "model"),
    ("aliases", "aliases"),
    ("context", "context"),
    ("input", "in / 1M"),
    ("output", "out / 1M"),
    ("pieces", "besides"),
    ("capabilities", "can"),
]


def _row(item: dict[str, Any]) -> dict[str, Any]:
    price: dict[str, Any] = {"input": None, "output": None, "pieces": None}
    if item.get("priced"):
        unit = "$" if item.get("currency") == "USD" else f"{item.get('currency')} "
        price = {side: f"{unit}{item.get(f'{side}_price')}" for side in ("input", "output")}
        price["pieces"] = [f"{name} {unit}{cost}" for name, cost in item["piece_prices"].items()] or None
    return {**item, **price, "context": count(item.get("context_tokens"))}


@click.command()
@click.argument("pattern", required=False)
@click.option("--refresh", is_flag=True, help="Ask every provider again.")
@command_options
@pass_session
def models(session: Session, *, pattern: str | None, refresh: bool) -> None:
    """List the models that can be asked; PATTERN keeps those that contain it."""
    with session.client() as client:
        if refresh:
            client.call("POST", "/salon/v1/models/refresh")
        items: list[dict[str, Any]] = client.call("GET", "/salon/v1/models")["items"]
    if pattern:
        wanted = pattern.lower()
        items = [
            one for one in items if any(wanted in str(name).lower() for name in (one["id"], *one["aliases"]))
        ]
    if session.output.as_json:
        session.output.json(items)
    elif not session.output.is_terminal:
        aliases = dict.fromkeys(alias for item in items for alias in item["aliases"])
        for name in (*aliases, *(item["id"] for item in items)):
            session.output.line(name)
    else:
        session.output.rows(
            [_row(one) for one in items],
            _COLUMNS,
            empty="No model fits.",
            spare=["can", "besides", "context"],
        )
