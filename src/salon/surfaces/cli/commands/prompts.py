"""``salon prompts``: saved prompts, listed, shown and filled in."""

from typing import Any, Final

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.output import when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH: Final = "/salon/v1/prompts"


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def prompts() -> None:
    """List saved prompts, show one, and fill one in."""


@prompts.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_prompts(session: Session, *, limit: int, cursor: str | None) -> None:
    """List the prompts by name."""
    with session.client() as client:
        answer = client.call("GET", _PATH, query={"limit": limit, "cursor": cursor})
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [{**one, "at": when(one["changed_at_ms"])} for one in answer["items"]]
    session.output.rows(
        rows,
        [("name", "prompt"), ("live", "version"), ("description", "what for"), ("at", "changed")],
        empty="No prompt is saved.",
        spare=["changed", "version"],
        cut=["what for"],
    )
    if answer["next"]:
        session.output.note(f"There are more: --cursor {answer['next']}")


@prompts.command()
@click.argument("name")
@click.option("--version", "number", type=click.IntRange(1), help="This version; the live one unless said.")
@command_options
@pass_session
def show(session: Session, name: str, *, number: int | None) -> None:
    """Show the prompt NAME: its text and what is to be filled in."""
    with session.client() as client:
        row = client.call("GET", f"{_PATH}/{segment(name)}", query={"number": number})
    if session.output.as_json:
        session.output.json(row)
        return
    shown: dict[str, Any] = row["shown"]
    session.output.line(shown["text"])
    for one in shown["variables"]:
        choice = f" ({', '.join(one['options'])})" if one["options"] else ""
        usual = "" if one["default"] is None else f", usually {one['default']}"
        need = "" if one["is_required"] else ", may be left out"
        session.output.note(f"{one['name']}: {one['kind']}{choice}{usual}{need}")
    live = "live" if shown["number"] == row["live"] else f"live is {row['live']}"
    session.output.note(f"Version {shown['number']} of {row['latest']} ({live}). {shown['note']}")


@prompts.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--version", "number", type=click.IntRange(1), help="This version; the live one unless said.")
@command_options
@pass_session
def render(session: Session, name: str, values: tuple[str, ...], *, number: int | None) -> None:
    """Print the prompt NAME filled in with values like topic=otters."""
    filled: dict[str, str] = {}
    for value in values:
        key, sign, text = value.partition("=")
        if not sign:
            raise click.UsageError(f"Write values like name=value, not “{value}”.")
        filled[key] = text
    body = {"values": filled, "number": number}
    with session.client() as client:
        answer = client.call("POST", f"{_PATH}/{segment(name)}/render", body)
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(answer["text"])
