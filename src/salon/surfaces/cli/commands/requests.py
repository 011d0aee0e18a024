"""``salon requests``: what was asked, what became of it, and why it went where it went."""

from typing import Any

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.costs import shown_cost
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH = "/salon/v1/requests"
_COLUMNS: list[Column] = [
    ("at", "time"),
    ("key_name", "key"),
    ("operation", "kind"),
    ("asked_model", "asked"),
    ("served", "answered"),
    ("what", "result"),
    ("tokens", "tokens"),
    ("cost", "cost"),
    ("took", "took"),
    ("request_id", "id"),
]
_FIELDS: list[Column] = [
    ("request_id", "id"),
    ("at", "time"),
    ("key_name", "key"),
    ("asked_model", "asked"),
    ("served", "answered"),
    ("why", "why"),
    ("what", "result"),
    ("lost", "lost on the way"),
    ("operation", "kind"),
    ("dialect", "dialect"),
    ("tokens", "tokens"),
    ("cost", "cost"),
    ("price_version", "price"),
    ("took", "took"),
    ("first", "first words"),
    ("cache", "cache"),
]
_TRIED: list[Column] = [
    ("number", "try"),
    ("target", "target"),
    ("what", "result"),
    ("tokens", "tokens"),
    ("cost", "cost"),
    ("took", "took"),
]


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def requests() -> None:
    """List recent requests, and show one."""


@requests.command("list")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_requests(session: Session, *, limit: int, cursor: str | None) -> None:
    """List requests, newest first."""
    with session.client() as client:
        answer = client.call("GET", _PATH, query={"limit": limit, "cursor": cursor})
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [_row(one, is_short=session.output.is_terminal) for one in answer["items"]]
    session.output.rows(
        rows,
        _COLUMNS,
        empty="Nothing was asked yet.",
        spare=["id", "key", "tokens", "kind"],
        cut=["key", "asked", "answered"],
    )
    if answer["next"]:
        session.output.note(f"There are more: --cursor {answer['next']}")


@requests.command()
@click.argument("request_id")
@command_options
@pass_session
def show(session: Session, request_id: str) -> None:
    """Show what became of one request, why it went where it went, and every attempt."""
    with session.client() as client:
        found: dict[str, Any] = client.call("GET", f"{_PATH}/{segment(request_id)}")
    if session.output.as_json:
        session.output.json(found)
        return
    first = found["first_token_ms"]
    lost = ", ".join(found["lost"]) or None
    shown = {**_row(found), "first": None if first is None else f"after {first} ms", "lost": lost}
    session.output.fields(shown, _FIELDS)
    if len(found["tried"]) > 1:
        session.output.line()
        session.output.rows([_row(one) for one in found["tried"]], _TRIED, empty="")


def _row(one: dict[str, Any], *, is_short: bool = False) -> dict[str, Any]:
    target = f"{one['provider']}/{one['model']}" if one.get("provider") else None
    return {
        **one,
        "at": when(one.get("started_at_ms"), is_short=is_short),
        "served": target,
        "target": target,
        "tokens": f"{count(one['input_tokens'])} → {count(one['output_tokens'])}",
        "cost": shown_cost(one),
        "took": f"{one['duration_ms']} ms",
        "what": one["error_code"] or one["status"],
    }
