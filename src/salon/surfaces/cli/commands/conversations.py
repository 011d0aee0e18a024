"""``salon conversations``: what was said, branch by branch; made, renamed, branched, put away, deleted."""

from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH: Final = "/salon/v1/conversations"
_PAGE: Final = 200
_STATES: Final = ("open", "archived", "hidden", "deleted")
_COLUMNS: Final[tuple[Column, ...]] = (
    ("changed", "changed"),
    ("title", "title"),
    ("count", "messages"),
    ("id", "id"),
)
_BRANCHES: Final[tuple[Column, ...]] = (
    ("name", "branch"),
    ("opens", "opens first"),
    ("changed", "changed"),
    ("id", "id"),
)
_LABELS: Final = {"image": "picture", "audio": "sound", "video": "film", "file": "file"}


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def conversations() -> None:
    """Read conversations; make, rename, branch, archive, delete and restore them."""


@conversations.command("list")
@click.option("--state", type=click.Choice(_STATES), default="open", show_default=True, help="Which ones.")
@click.option("--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_conversations(session: Session, *, state: str, limit: int, cursor: str | None) -> None:
    """List conversations, the one changed last first."""
    with session.client() as client:
        page = client.call("GET", _PATH, query={"state": state, "limit": limit, "cursor": cursor})
    if session.output.as_json:
        session.output.json(page)
        return
    rows = [
        {**one, "changed": when(one["changed_at_ms"], is_short=True), "count": count(one["messages"])}
        for one in page["items"]
    ]
    empty = "There are no conversations." if state == "open" else f"No conversation is {state}."
    session.output.rows(rows, _COLUMNS, empty=empty, spare=["messages", "changed"], cut=["title"])
    if page["next"]:
        session.output.note(f"There are more: --cursor {page['next']}")


@conversations.command()
@click.argument("conversation")
@click.option(
    "--branch", metavar="BRANCH", help="This branch, by its name or id; else the one that opens first."
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N messages.")
@click.option("--branches", is_flag=True, help="List its branches instead.")
@command_options
@pass_session
def show(
    session: Session, conversation: str, *, branch: str | None, last: int | None, branches: bool
) -> None:
    """Show what was said in CONVERSATION, on one branch."""
    with session.client() as client:
        view = client.call("GET", _one(conversation))
        if branches:
            _print_branches(session, view)
            return
        chosen = None if branch is None else _branch_id(view, branch)
        items = _read(client, conversation, chosen, last)
    if session.output.as_json:
        session.output.json({"conversation": view, "messages": items})
        return
    session.output.note(view["title"] or "Without a title")
    for item in items:
        _print_message(session, item)


@conversations.command()
@click.argument("title", required=False, default="")
@command_options
@pass_session
def new(session: Session, title: str) -> None:
    """Make a conversation called TITLE, and print its id."""
    with session.client() as client:
        made = client.call("POST", _PATH, {"title": title})
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["id"])


@conversations.command()
@click.argument("conversation")
@click.argument("title")
@click.option("--branch", metavar="BRANCH", help="Rename this branch of it instead, by its name or id.")
@command_options
@pass_session
def rename(session: Session, conversation: str, title: str, *, branch: str | None) -> None:
    """Call CONVERSATION TITLE from now on."""
    with session.client() as client:
        if branch is None:
            changed = client.call("PATCH", _one(conversation), {"title": title})
        else:
            found = _branch_id(client.call("GET", _one(conversation)), branch)
            changed = client.call("PATCH", f"{_one(conversation)}/branches/{segment(found)}", {"name": title})
    _done(session, changed, f"It is called “{title}” now.")


@conversations.command()
@click.argument("conversation")
@click.argument("name")
@click.option(
    "--at", "message", metavar="MESSAGE", help="It ends in this message; else where the first one does."
)
@click.option("--open", "opens", is_flag=True, help="It opens first from now on.")
@command_options
@pass_session
def branch(session: Session, conversation: str, name: str, *, message: str | None, opens: bool) -> None:
    """Make a branch called NAME of CONVERSATION, and print its id."""
    with session.client() as client:
        view = client.call("GET", _one(conversation))
        first = next((one for one in view["branches"] if one["id"] == view["branch_id"]), None)
        head = message or (first and first["head_id"])
        body = {"name": name, "head_id": head, "opens": opens}
        made = client.call("POST", f"{_one(conversation)}/branches", body)
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["id"])


@conversations.command()
@click.argument("wanted", metavar="CONVERSATION...", nargs=-1, required=True)
@command_options
@pass_session
def archive(session: Session, wanted: tuple[str, ...]) -> None:
    """Put conversations away; “restore” brings them back."""
    _take(session, wanted, {"verb": "archive"}, "Archived")


@conversations.command()
@click.argument("wanted", metavar="CONVERSATION...", nargs=-1, required=True)
@click.option("--erase", is_flag=True, help="At once and for good, with everything that was made of it.")
@click.option("--copies", is_flag=True, help="With --erase: what says the same elsewhere, too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@command_options
@pass_session
def delete(session: Session, wanted: tuple[str, ...], *, erase: bool, copies: bool, yes: bool) -> None:
    """Delete conversations: for 30 days “restore” brings them back, unless they are erased."""
    if copies and not erase:
        raise click.UsageError("--copies goes with --erase.")
    if erase and not yes and not session.output.as_json:
        click.confirm(f"Erase {len(wanted)} for good?", abort=True, err=True)
    query = {"verb": "erase", "copies": "true" if copies else "false"} if erase else {"verb": "delete"}
    done = _take(session, wanted, query, "Erased" if erase else "Deleted")
    for one in done:
        for copied in one["copies"]:
            session.output.note(f"{copied['message_id']} in {copied['conversation_id']} says the same.")
    for held in {backup["name"]: backup for one in done for backup in one["backups"]}.values():
        made = when(held["made_at_ms"])
        session.output.note(f"The backup {held['name']} of {made} still holds it; a restore erases it again.")


@conversations.command()
@click.argument("wanted", metavar="CONVERSATION...", nargs=-1, required=True)
@command_options
@pass_session
def restore(session: Session, wanted: tuple[str, ...]) -> None:
    """Bring back conversations that were deleted, hidden or archived."""
    with session.client() as client:
        restored = [client.call("POST", f"{_one(one)}/restore") for one in wanted]
    _done(session, restored, f"Restored {len(restored)}.")


def _take(
    session: Session, wanted: tuple[str, ...], query: dict[str, Any], done: str
) -> list[dict[str, Any]]:
    with session.client() as client:
        taken: list[dict[str, Any]] = [client.call("DELETE", _one(one), query=query) for one in wanted]
    _done(session, taken, f"{done} {len(taken)}.")
    return taken


def _done(session: Session, answer: Any, sentence: str) -> None:
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(sentence)


def _one(conversation: str) -> str:
    return f"{_PATH}/{segment(conversation)}"


def _branch_id(view: dict[str, Any], named: str) -> str:
    found = [one["id"] for one in view["branches"] if named in {one["id"], one["name"]}]
    if len(found) == 1:
        return str(found[0])
    names = ", ".join(f"{one['name']} ({one['id']})" for one in view["branches"])
    problem = "Several branches are" if found else "No branch is"
    raise click.UsageError(f"{problem} called “{named}”. There are: {names}.")


def _read(
    client: ApiClient, conversation: str, branch_id: str | None, last: int | None
) -> list[dict[str, Any]]:
    """Return the messages of a path, the oldest first."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"branch_id": branch_id}
    while True:
        left = _PAGE if last is None else min(_PAGE, last - len(found))
        page = client.call("GET", f"{_one(conversation)}/messages", query={**query, "limit": left})
        found = [*page["items"], *found]
        if page["next"] is None or (last is not None and len(found) >= last):
            return found
        query = {"before": page["next"]}


def _print_branches(session: Session, view: dict[str, Any]) -> None:
    rows = [
        {
            **one,
            "opens": one["id"] == view["branch_id"],
            "changed": when(one["changed_at_ms"], is_short=session.output.is_terminal),
        }
        for one in view["branches"]
    ]
    session.output.rows(rows, _BRANCHES, empty="It has no branches.", spare=["changed"])


def _print_message(session: Session, item: dict[str, Any]) -> None:
    author = item["author"].get("name") or item["author"].get("id") or item["role"]
    beside = (
        f" ({item['siblings'].index(item['id']) + 1} of {len(item['siblings'])})" if item["siblings"] else ""
    )
    session.output.line(f"{author} · {when(item['created_at_ms'])} · {item['id']}{beside}")
    content = item["content"]
    parts = ["[deleted]"] if content is None else [_words(part) for part in content["parts"]]
    session.output.sentence("\n".join(part for part in parts if part) + "\n")


def _words(part: dict[str, Any]) -> str:
    kind = part["kind"]
    if kind in {"text", "refusal"}:
        return str(part["text"])
    if kind == "tool-call":
        return f"[calls {part['name']} {part['arguments']}]"
    if kind == "tool-result":
        inner = " ".join(_words(one) for one in part.get("parts", ()))
        return f"[{part.get('name') or 'the tool'} returned {inner}]"
    if kind in _LABELS:
        return f"[{_LABELS[kind]} {part.get('name') or part.get('file_id') or part.get('url') or ''}]"
    return ""
