"""``salon templates``: settings and first messages of new conversations."""

from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.output import count, when
from salon.surfaces.cli.places import named_id
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH: Final = "/salon/v1/templates"


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def templates() -> None:
    """List, make, change, use and remove templates of conversations."""


@templates.command("list")
@command_options
@pass_session
def list_templates(session: Session) -> None:
    """List the templates by name."""
    with session.client() as client:
        answer = client.call("GET", _PATH)
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [
        {
            **one,
            "model": one["settings"].get("model"),
            "first": count(len(one["messages"])),
            "at": when(one["changed_at_ms"]),
        }
        for one in answer["items"]
    ]
    columns = [
        ("name", "template"),
        ("model", "model"),
        ("first", "messages"),
        ("at", "changed"),
        ("id", "id"),
    ]
    spare = ["changed", "messages", "model"]
    session.output.rows(rows, columns, empty="There are no templates.", spare=spare, cut=["template"])


@templates.command()
@click.argument("template")
@command_options
@pass_session
def show(session: Session, template: str) -> None:
    """Show what a conversation made of TEMPLATE begins with."""
    with session.client() as client:
        row = client.call("GET", _one(client, template))
    if session.output.as_json:
        session.output.json(row)
        return
    session.output.note(row["name"])
    for name, value in sorted(row["settings"].items()):
        session.output.line(f"{name}: {value}")
    for message in row["messages"]:
        words = " ".join(part.get("text", f"[{part['kind']}]") for part in message["content"]["parts"])
        session.output.sentence(f"{message['role']}: {words}")


@templates.command()
@click.argument("name")
@click.option("-m", "--model", help="Who answers.")
@click.option("-s", "--system", metavar="TEXT", help="System prompt.")
@click.option("--say", multiple=True, metavar="TEXT", help="First message; the next is its answer.")
@command_options
@pass_session
def add(session: Session, name: str, *, model: str | None, system: str | None, say: tuple[str, ...]) -> None:
    """Make a template called NAME, and print its id."""
    body = {"name": name, "settings": _settings(model, system), "messages": _messages(say)}
    with session.client() as client:
        made = client.call("POST", _PATH, body)
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["id"])


@templates.command("set")
@click.argument("template")
@click.option("--name", help="Call it so.")
@click.option("-m", "--model", help="Who answers.")
@click.option("-s", "--system", metavar="TEXT", help="System prompt.")
@click.option("--say", multiple=True, metavar="TEXT", help="First messages instead of those it has.")
@command_options
@pass_session
def change(
    session: Session,
    template: str,
    *,
    name: str | None,
    model: str | None,
    system: str | None,
    say: tuple[str, ...],
) -> None:
    """Change TEMPLATE; conversations that were made of it stay as they are."""
    with session.client() as client:
        path = _one(client, template)
        body: dict[str, Any] = {} if name is None else {"name": name}
        if model or system:
            body["settings"] = {**client.call("GET", path)["settings"], **_settings(model, system)}
        if say:
            body["messages"] = _messages(say)
        if not body:
            raise click.UsageError("Say what to change: --name, --model, --system or --say.")
        changed = client.call("PATCH", path, body)
    if session.output.as_json:
        session.output.json(changed)
    session.output.note("Changed.")


@templates.command()
@click.argument("template")
@click.argument("title", required=False, default="")
@command_options
@pass_session
def use(session: Session, template: str, title: str) -> None:
    """Make a conversation of TEMPLATE, called TITLE, and print its id."""
    with session.client() as client:
        made = client.call("POST", f"{_one(client, template)}/conversations", {"title": title})
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["id"])


@templates.command()
@click.argument("template")
@command_options
@pass_session
def remove(session: Session, template: str) -> None:
    """Remove TEMPLATE; conversations that were made of it stay."""
    with session.client() as client:
        answer = client.call("DELETE", _one(client, template))
    if session.output.as_json:
        session.output.json(answer)
    session.output.note("Removed.")


def _one(client: ApiClient, named: str) -> str:
    found = named_id(client.call("GET", _PATH)["items"], named, kind="template")
    return f"{_PATH}/{segment(found)}"


def _settings(model: str | None, system: str | None) -> dict[str, Any]:
    given = {"model": model, "instructions": system}
    return {name: value for name, value in given.items() if value}


def _messages(said: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return first messages: what a person says and what is answered, in turn."""
    return [{"role": "assistant" if at % 2 else "user", "text": text} for at, text in enumerate(said)]
