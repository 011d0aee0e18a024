"""``salon conversations pin``, ``tag``, ``move``, ``read``, ``unread`` and ``undo``."""

from collections.abc import Sequence
from typing import Any, Final

import click

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
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.places import folder_id
from salon.surfaces.cli.session import Session, command_options, pass_session

_ACTS: Final = "/salon/v1/acts"


def act(session: Session, act: str, wanted: Sequence[str], chosen: Json, *, told: str, **more: Any) -> None:
    """Do one thing to many conversations, and tell how to undo it. Raises: ServedError for one not there."""
    check_chosen(wanted, chosen)
    with session.client() as client:
        which = {"ids": list(wanted)} if wanted else {"filter": asked_filter(client, chosen)}
        answer = client.call("POST", _ACTS, {"act": act, **which, **more})
    missing = answer["missing"]
    if missing and not answer["changed"]:
        named = ", ".join(missing[:5])
        raise ServedError(status=404, code="not_found", message=f"There is no conversation {named}.")
    undo_it = f" Undo it with “salon conversations undo {answer['undo_id']}”." if answer["changed"] else ""
    gone = f" Not there: {', '.join(missing)}." if missing else ""
    done(session, answer, f"{told} {len(answer['changed'])}.{gone}{undo_it}")


@click.command()
@WANTED
@click.option("--branch", metavar="BRANCH", help="Pin this branch of the conversation instead.")
@click.option("--message", metavar="MESSAGE", help="Pin this message of it instead.")
@filter_options
@day_options
@command_options
@pass_session
def pin(session: Session, wanted: tuple[str, ...], **chosen: Any) -> None:
    """Pin conversations, or a branch or a message of one."""
    _pin(session, wanted, chosen, is_pinned=True)


@click.command()
@WANTED
@click.option("--branch", metavar="BRANCH", help="This branch of the conversation instead.")
@click.option("--message", metavar="MESSAGE", help="This message of it instead.")
@filter_options
@day_options
@command_options
@pass_session
def unpin(session: Session, wanted: tuple[str, ...], **chosen: Any) -> None:
    """Take a pin off again."""
    _pin(session, wanted, chosen, is_pinned=False)


@click.command()
@WANTED
@click.option("-a", "--add", multiple=True, metavar="TAG", help="Put this tag on; made if it is not there.")
@click.option("-r", "--remove", multiple=True, metavar="TAG", help="Take this tag off.")
@filter_options
@day_options
@command_options
@pass_session
def tag(
    session: Session, wanted: tuple[str, ...], *, add: tuple[str, ...], remove: tuple[str, ...], **chosen: Any
) -> None:
    """Put tags on conversations, or take them off."""
    if bool(add) == bool(remove):
        raise click.UsageError("Say which tag: --add TAG, or --remove TAG.")
    name = "tag" if add else "untag"
    act(session, name, wanted, chosen, told="Tagged" if add else "Untagged", tags=list(add or remove))


@click.command()
@WANTED
@click.option("--into", metavar="FOLDER", help="This folder: its name, path or id.")
@click.option("--out", is_flag=True, help="Out of every folder.")
@filter_options
@day_options
@command_options
@pass_session
def move(session: Session, wanted: tuple[str, ...], *, into: str | None, out: bool, **chosen: Any) -> None:
    """Put conversations into a folder, or out of every one."""
    if out == (into is not None):
        raise click.UsageError("Say where to: --into FOLDER, or --out.")
    check_chosen(wanted, chosen)
    found = None
    if into is not None:
        with session.client() as client:
            found = folder_id(client, into)
    act(session, "move", wanted, chosen, told="Moved", folder_id=found)


@click.command()
@WANTED
@click.option("--to", "message", metavar="MESSAGE", help="Up to this message; else to the end.")
@filter_options
@command_options
@pass_session
def read(session: Session, wanted: tuple[str, ...], *, message: str | None, **chosen: Any) -> None:
    """Say that conversations were read."""
    _mark(session, wanted, chosen, {"message_id": message, "is_read": True}, told="Read")


@click.command()
@WANTED
@click.option("--from", "message", metavar="MESSAGE", help="From this message on; else the last one.")
@filter_options
@command_options
@pass_session
def unread(session: Session, wanted: tuple[str, ...], *, message: str | None, **chosen: Any) -> None:
    """Say that conversations are to be read again; what one said oneself never is."""
    chosen_to = {name: value for name, value in chosen.items() if name != "unread"}
    _mark(session, wanted, chosen_to, {"message_id": message, "is_read": False}, told="Marked")


@click.command()
@click.argument("undo_id", metavar="ID")
@command_options
@pass_session
def undo(session: Session, undo_id: str) -> None:
    """Put back what an act on many conversations changed, for seven days; ID is what it printed."""
    with session.client() as client:
        answer = client.call("POST", f"{_ACTS}/{segment(undo_id)}/undo")
    left = f" {len(answer['left'])} were changed since and stay as they are." if answer["left"] else ""
    done(session, answer, f"Put back {len(answer['restored'])}.{left}")


def _pin(session: Session, wanted: tuple[str, ...], chosen: Json, *, is_pinned: bool) -> None:
    branch, message = chosen.pop("branch"), chosen.pop("message")
    told = "Pinned" if is_pinned else "Unpinned"
    if branch is None and message is None:
        act(session, "pin" if is_pinned else "unpin", wanted, chosen, told=told)
        return
    if len(wanted) != 1 or (branch is not None and message is not None):
        raise click.UsageError("Name one conversation, and one branch or message of it.")
    with session.client() as client:
        path = _part_path(client, wanted[0], branch, message)
        answer = client.call("PATCH", path, {"is_pinned": is_pinned})
    done(session, answer, f"{told} 1.")


def _part_path(client: ApiClient, conversation: str, branch: str | None, message: str | None) -> str:
    if branch is not None:
        found = asked_branch(client, conversation, branch) or ""
        return f"{one_path(conversation)}/branches/{segment(found)}"
    return f"{one_path(conversation)}/messages/{segment(message or '')}"


def _mark(session: Session, wanted: Sequence[str], chosen: Json, body: Json, *, told: str) -> None:
    check_chosen(wanted, chosen)
    if body["message_id"] is not None and len(wanted) != 1:
        raise click.UsageError("A message is one of one conversation. Name that one.")
    with session.client() as client:
        ids = list(wanted)
        if not ids:
            query = dict(query_of(asked_filter(client, chosen)))
            ids = [one["id"] for one in listed(client, query, limit=None)["items"]]
        answers = [{"id": one, **client.call("POST", f"{one_path(one)}/read", body)} for one in ids]
    done(session, answers, f"{told} {len(answers)}.")


COMMANDS: Final = (pin, unpin, tag, move, read, unread, undo)
