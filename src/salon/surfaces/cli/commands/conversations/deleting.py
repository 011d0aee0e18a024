"""``salon conversations archive``, ``hide``, ``delete`` and ``restore``, of all or of a part."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

from salon.features.conversations.naming import is_temporary
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.commands.conversations.common import (
    WANTED,
    Json,
    asked_branch,
    asked_filter,
    check_chosen,
    day_options,
    done,
    filter_options,
    listed,
    one_path,
    query_of,
)
from salon.surfaces.cli.commands.conversations.sorting import act
from salon.surfaces.cli.output import when
from salon.surfaces.cli.session import Session, command_options, pass_session

F = TypeVar("F", bound=Callable[..., Any])


def _part_options(function: F) -> F:
    """Give a command options that name a part of one conversation."""
    for option in reversed(
        (
            click.option("--branch", metavar="BRANCH", help="This branch of the conversation instead."),
            click.option("--message", metavar="MESSAGE", help="This message of it instead."),
            click.option("--below", is_flag=True, help="With --message: everything below it, too."),
        )
    ):
        function = option(function)
    return function


@click.command()
@WANTED
@_part_options
@filter_options
@day_options
@command_options
@pass_session
def archive(session: Session, wanted: tuple[str, ...], **chosen: Any) -> None:
    """Put conversations away, or a branch or message of one; “restore” brings them back."""
    _take(session, "archive", wanted, chosen, told="Archived")


@click.command()
@WANTED
@_part_options
@filter_options
@day_options
@command_options
@pass_session
def hide(session: Session, wanted: tuple[str, ...], **chosen: Any) -> None:
    """Hide conversations, or a branch or message of one; “restore” brings them back."""
    _take(session, "hide", wanted, chosen, told="Hidden")


@click.command()
@WANTED
@_part_options
@filter_options
@day_options
@click.option("--erase", is_flag=True, help="At once and for good, with everything that was made of it.")
@click.option("--copies", is_flag=True, help="With --erase: what says the same elsewhere, too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@command_options
@pass_session
def delete(
    session: Session, wanted: tuple[str, ...], *, erase: bool, copies: bool, yes: bool, **chosen: Any
) -> None:
    """Delete conversations, or a branch or message of one.

    For 30 days “restore” brings them back, unless they are erased. A temporary one is gone at once.
    """
    if copies and not erase:
        raise click.UsageError("--copies goes with --erase.")
    if erase:
        _erase(session, wanted, chosen, copies=copies, yes=yes)
    else:
        _take(session, "delete", wanted, chosen, told="Deleted")


@click.command()
@click.argument("wanted", metavar="CONVERSATION...", nargs=-1, required=True)
@_part_options
@command_options
@pass_session
def restore(session: Session, wanted: tuple[str, ...], **chosen: Any) -> None:
    """Bring back what was deleted, hidden or archived."""
    part = _part(wanted, chosen)
    with session.client() as client:
        paths = [_path(client, one, part) for one in wanted]
        query = {"below": "true"} if part.get("below") else {}
        restored = [client.call("POST", f"{path}/restore", query=query) for path in paths]
    done(session, restored, f"Restored {len(restored)}.")


def _take(session: Session, verb: str, wanted: tuple[str, ...], chosen: Json, *, told: str) -> None:
    part = _part(wanted, chosen)
    if not part and wanted and all(map(is_temporary, wanted)):
        with session.client() as client:
            ended = [client.call("DELETE", one_path(one), query={"verb": verb}) for one in wanted]
        done(session, ended, f"{told} {len(ended)}.")
        return
    if not part:
        act(session, verb, wanted, chosen, told=told)
        return
    with session.client() as client:
        query = {"verb": verb, **({"below": "true"} if part.get("below") else {})}
        taken = client.call("DELETE", _path(client, wanted[0], part), query=query)
    done(
        session,
        taken,
        f"{told} it, with {taken['messages']} messages." if taken["messages"] else f"{told} it.",
    )


def _erase(session: Session, wanted: tuple[str, ...], chosen: Json, *, copies: bool, yes: bool) -> None:
    part = _part(wanted, chosen)
    if not part:
        check_chosen(wanted, chosen)
    with session.client() as client:
        ids: Sequence[str] = wanted
        if not ids:
            if chosen["since"] or chosen["before"]:
                raise click.UsageError("Erase what you name, or find by --folder, --tag and the like.")
            query = dict(query_of(asked_filter(client, chosen)))
            ids = [one["id"] for one in listed(client, query, limit=None)["items"]]
        if ids and not yes and not session.output.as_json:
            click.confirm(f"Erase {len(ids)} for good?", abort=True, err=True)
        asked = {"verb": "erase", "copies": "true" if copies else "false"}
        asked |= {"below": "true"} if part.get("below") else {}
        taken = [client.call("DELETE", _path(client, one, part), query=asked) for one in ids]
    done(session, taken, f"Erased {len(taken)}.")
    _tell_left(session, taken)


def _tell_left(session: Session, taken: Sequence[Json]) -> None:
    """Tell what still says what was erased."""
    for one in taken:
        for copied in one["copies"]:
            session.output.note(f"{copied['message_id']} in {copied['conversation_id']} says the same.")
    for held in {backup["name"]: backup for one in taken for backup in one["backups"]}.values():
        made = when(held["made_at_ms"])
        end = held["expires_at_ms"]
        until = f" until {when(end)}, when it is deleted" if end is not None else ""
        note = f"The backup {held['name']} of {made} still holds it{until}; a restore erases it again."
        session.output.note(note)


def _part(wanted: Sequence[str], chosen: Json) -> Json:
    """Return which part of one conversation is meant, taken out of the options; empty for all of it."""
    part = {name: chosen.pop(name) for name in ("branch", "message", "below")}
    if part["below"] and part["message"] is None:
        raise click.UsageError("--below goes with --message.")
    if part["branch"] is None and part["message"] is None:
        return {}
    if len(wanted) != 1 or (part["branch"] is not None and part["message"] is not None):
        raise click.UsageError("Name one conversation, and one branch or message of it.")
    return part


def _path(client: ApiClient, conversation: str, part: Json) -> str:
    if part.get("branch") is not None:
        found = asked_branch(client, conversation, part["branch"]) or ""
        return f"{one_path(conversation)}/branches/{segment(found)}"
    if part.get("message") is not None:
        return f"{one_path(conversation)}/messages/{segment(part['message'])}"
    return one_path(conversation)


COMMANDS: Final = (archive, hide, delete, restore)
