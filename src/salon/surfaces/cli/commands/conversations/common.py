"""What the commands of conversations share: addresses, names for ids, and which conversations are meant."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar, cast

import click

from salon.features.conversations.naming import is_message
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.places import folder_id
from salon.surfaces.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])
Json = dict[str, Any]

PATH: Final = "/salon/v1/conversations"
PAGE: Final = 200
WANTED: Final = click.argument("wanted", metavar="[CONVERSATION]...", nargs=-1)
BRANCH: Final = click.option(
    "--branch", metavar="BRANCH", help="On this branch, by its name or id; else the one that opens first."
)
TEMPORARY: Final = click.option(
    "--temporary",
    is_flag=True,
    help="In memory alone: lost when it is deleted, is not used for long, or its Salon ends.",
)


def inner(value: Any) -> Json:
    """Return an object inside of an answer; an empty one where there is none."""
    return cast(Json, value) if isinstance(value, dict) else {}


def one_path(conversation: str) -> str:
    """Return the address of a conversation."""
    return f"{PATH}/{segment(conversation)}"


def done(session: Session, answer: Any, sentence: str) -> None:
    """Tell what came of an act."""
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(sentence)


def made(session: Session, answer: Json) -> None:
    """Print the id of what was made."""
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(answer["id"])


def branch_id(view: Json, named: str) -> str:
    """Return the id of a branch of a conversation. Raises: click.UsageError, which names those there are."""
    by_id = [one["id"] for one in view["branches"] if one["id"] == named]
    found = by_id or [one["id"] for one in view["branches"] if one["name"] == named]
    if len(found) == 1:
        return str(found[0])
    names = ", ".join(f"{one['name']} ({one['id']})" for one in view["branches"])
    problem = "Several branches are" if found else "No branch is"
    raise click.UsageError(f"{problem} called “{named}”. There are: {names}.")


def asked_branch(client: ApiClient, conversation: str, named: str | None) -> str | None:
    """Return the id of the branch that is named; None where none is."""
    return None if named is None else branch_id(client.call("GET", one_path(conversation)), named)


def asked_end(client: ApiClient, conversation: str, named: str | None) -> str | None:
    """Return the id of the message or the branch that is named; None where none is."""
    if named is not None and is_message(named):
        return named
    return asked_branch(client, conversation, named)


def head_of(client: ApiClient, conversation: str, named: str | None) -> str:
    """Return the last message of a branch. Raises: click.UsageError where nothing was said."""
    query = {"branch_id": asked_branch(client, conversation, named), "limit": 1}
    items = client.call("GET", f"{one_path(conversation)}/messages", query=query)["items"]
    if not items:
        raise click.UsageError("Nothing was said there yet.")
    return str(items[-1]["id"])


def filter_options(function: F) -> F:
    """Give a command options that say which conversations by how they are sorted."""
    for option in reversed(
        (
            click.option(
                "--folder", metavar="FOLDER", help="In this folder: its name, path (Work/Trips) or id."
            ),
            click.option("--subfolders", is_flag=True, help="With --folder: in those below it, too."),
            click.option("--unfiled", is_flag=True, help="In no folder."),
            click.option("--tag", metavar="TAG", help="With this tag."),
            click.option("--pinned", is_flag=True, help="Pinned ones."),
            click.option("--unread", is_flag=True, help="With something unread."),
        )
    ):
        function = option(function)
    return function


def day_options(function: F) -> F:
    """Give a command options that say which conversations by when."""
    days = click.DateTime(["%Y-%m-%d"])
    for option in reversed(
        (
            click.option("--since", type=days, help="Made since this day (UTC)."),
            click.option("--before", type=days, help="Not changed since this day (UTC)."),
        )
    ):
        function = option(function)
    return function


def asked_filter(client: ApiClient, chosen: Json) -> Json:
    """Return the filter that options make, with nothing in it where none was given."""
    if chosen.get("subfolders") and not chosen.get("folder"):
        raise click.UsageError("--subfolders goes with --folder.")
    if chosen.get("unfiled") and chosen.get("folder"):
        raise click.UsageError("Say one of --folder and --unfiled.")
    found: Json = {}
    if chosen.get("folder"):
        found["folder_id"] = folder_id(client, chosen["folder"])
        found |= {"is_below": True} if chosen.get("subfolders") else {}
    if chosen.get("unfiled"):
        found["is_filed"] = False
    if chosen.get("tag"):
        found["tag"] = chosen["tag"]
    found |= {f"is_{name}": True for name in ("pinned", "unread") if chosen.get(name)}
    for name, field in (("since", "created_since_ms"), ("before", "changed_before_ms")):
        if chosen.get(name) is not None:
            from datetime import UTC  # noqa: PLC0415 - only with a day

            found[field] = int(chosen[name].replace(tzinfo=UTC).timestamp() * 1000)
    return found


def check_chosen(wanted: Sequence[str], chosen: Json) -> None:
    """Refuse a command that says neither which conversations nor how to find them, or both."""
    if bool(wanted) == any(chosen.values()):
        raise click.UsageError("Name conversations, or say which by --tag, --folder and the like.")


def listed(client: ApiClient, query: Json, *, limit: int | None, cursor: str | None = None) -> Json:
    """Return conversations of as many pages as are needed, and where the list goes on."""
    items: list[Json] = []
    while True:
        left = PAGE if limit is None else min(PAGE, limit - len(items))
        page = client.call("GET", PATH, query={**query, "limit": left, "cursor": cursor})
        items += page["items"]
        cursor = page["next"]
        if cursor is None or (limit is not None and len(items) >= limit):
            return {"items": items, "next": cursor}


def query_of(found: Json) -> Iterator[tuple[str, Any]]:
    """Yield a filter as the list of conversations takes it."""
    for name, value in found.items():
        yield (
            ("folder" if name == "folder_id" else name),
            str(value).lower()
            if value
            in (
                True,
                False,
            )
            else value,
        )
