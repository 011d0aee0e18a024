"""``salon folders`` and ``salon tags``: where conversations are, and what they are marked with."""

from typing import Any, Final

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.output import count
from salon.surfaces.cli.places import FOLDERS, folder_id, folder_paths, named_id
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_TAGS: Final = "/salon/v1/tags"


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def folders() -> None:
    """List, make, change and remove folders of conversations."""


@folders.command("list")
@command_options
@pass_session
def list_folders(session: Session) -> None:
    """List the folders by their paths, with how many open conversations are in each."""
    with session.client() as client:
        answer = client.call("GET", FOLDERS)
    if session.output.as_json:
        session.output.json(answer)
        return
    paths = folder_paths(answer["items"])
    rows = [
        {
            **one,
            "path": paths[one["id"]],
            "count": count(one["conversations"]),
            "model": one["settings"].get("model"),
        }
        for one in sorted(answer["items"], key=lambda one: paths[one["id"]].casefold())
    ]
    columns = [("path", "folder"), ("count", "conversations"), ("model", "model"), ("id", "id")]
    session.output.rows(
        rows, columns, empty="There are no folders.", spare=["model", "conversations"], cut=["folder"]
    )


@folders.command()
@click.argument("name")
@click.option("--in", "parent", metavar="FOLDER", help="In this folder: its name, path or id.")
@click.option("-m", "--model", help="Who answers in it and below.")
@click.option("-s", "--system", metavar="TEXT", help="System prompt in it and below.")
@command_options
@pass_session
def add(session: Session, name: str, *, parent: str | None, model: str | None, system: str | None) -> None:
    """Make a folder called NAME, and print its id."""
    given = {"model": model, "instructions": system}
    settings = {key: value for key, value in given.items() if value}
    with session.client() as client:
        above = None if parent is None else folder_id(client, parent)
        made = client.call("POST", FOLDERS, {"name": name, "parent_id": above, "settings": settings})
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["id"])


@folders.command("set")
@click.argument("folder")
@click.option("--name", help="Call it so.")
@click.option("--into", metavar="FOLDER", help="Move it into this one.")
@click.option("--out", is_flag=True, help="Move it out of every other one.")
@click.option("-m", "--model", help="Who answers in it and below; empty is nobody in particular.")
@click.option("-s", "--system", metavar="TEXT", help="System prompt in it and below; empty takes it away.")
@command_options
@pass_session
def change(session: Session, folder: str, *, into: str | None, out: bool, **given: Any) -> None:
    """Rename or move FOLDER, or change what holds in it."""
    if into is not None and out:
        raise click.UsageError("Say one of --into and --out.")
    body: dict[str, Any] = {} if given["name"] is None else {"name": given["name"]}
    named = {"model": given["model"], "instructions": given["system"]}
    settings = {key: value or None for key, value in named.items() if value is not None}
    body |= {"settings": settings} if settings else {}
    with session.client() as client:
        if into is not None or out:
            body["parent_id"] = None if into is None else folder_id(client, into)
        if not body:
            raise click.UsageError("Say what to change: --name, --into, --out, --model or --system.")
        changed = client.call("PATCH", f"{FOLDERS}/{segment(folder_id(client, folder))}", body)
    if session.output.as_json:
        session.output.json(changed)
    session.output.note("Changed.")


@folders.command()
@click.argument("folder")
@command_options
@pass_session
def remove(session: Session, folder: str) -> None:
    """Remove FOLDER; what is in it moves to the one above."""
    with session.client() as client:
        gone = client.call("DELETE", f"{FOLDERS}/{segment(folder_id(client, folder))}")
    if session.output.as_json:
        session.output.json(gone)
    session.output.note(f"Removed; {gone['moved']} conversations moved to the folder above.")


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def tags() -> None:
    """List, rename and remove tags of conversations."""


@tags.command("list")
@command_options
@pass_session
def list_tags(session: Session) -> None:
    """List the tags by name, with how many conversations have each."""
    with session.client() as client:
        answer = client.call("GET", _TAGS)
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [{**one, "count": count(one["conversations"])} for one in answer["items"]]
    columns = [("name", "tag"), ("count", "conversations"), ("id", "id")]
    session.output.rows(rows, columns, empty="There are no tags.", spare=["conversations"], cut=["tag"])


@tags.command()
@click.argument("tag")
@click.argument("name")
@command_options
@pass_session
def rename(session: Session, tag: str, name: str) -> None:
    """Call TAG NAME, on everything that has it."""
    with session.client() as client:
        found = named_id(client.call("GET", _TAGS)["items"], tag, kind="tag")
        answer = client.call("PATCH", f"{_TAGS}/{segment(found)}", {"name": name})
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(f"It is called “{name}” now.")


@tags.command("remove")
@click.argument("tag")
@command_options
@pass_session
def remove_tag(session: Session, tag: str) -> None:
    """Remove TAG, and take it from everything that has it."""
    with session.client() as client:
        found = named_id(client.call("GET", _TAGS)["items"], tag, kind="tag")
        answer = client.call("DELETE", f"{_TAGS}/{segment(found)}")
    if session.output.as_json:
        session.output.json(answer)
    session.output.note("Removed.")
