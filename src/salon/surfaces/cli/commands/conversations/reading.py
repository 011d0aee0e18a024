"""``salon conversations list``, ``show``, ``branches`` and ``diff``."""

from collections.abc import Sequence
from typing import Any, Final

import click

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.commands.conversations.common import (
    BRANCH,
    PAGE,
    Json,
    asked_end,
    asked_filter,
    branch_id,
    filter_options,
    listed,
    one_path,
    query_of,
)
from salon.surfaces.cli.costs import shown_cost
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.places import FOLDERS, folder_paths
from salon.surfaces.cli.session import Session, command_options, pass_session

_STATES: Final = ("open", "archived", "hidden", "deleted", "any")
_ORDERS: Final = ("changed", "created", "title")
_MOST: Final = 100_000
_COLUMNS: Final[tuple[Column, ...]] = (
    ("changed", "changed"),
    ("title", "title"),
    ("count", "messages"),
    ("new", "unread"),
    ("tags", "tags"),
    ("place", "folder"),
    ("id", "id"),
)
_BRANCHES: Final[tuple[Column, ...]] = (
    ("name", "branch"),
    ("opens", "opens first"),
    ("state", "state"),
    ("changed", "changed"),
    ("head_id", "ends in"),
    ("id", "id"),
)
_FIGURES: Final[tuple[Column, ...]] = (
    ("side", "branch"),
    ("messages", "messages"),
    ("words", "words"),
    ("tokens", "tokens"),
    ("cost", "cost"),
    ("models", "models"),
)
_LABELS: Final = {"image": "picture", "audio": "sound", "video": "film", "file": "file"}
_MARKS: Final = {"removed": ("[-", "-]", "31"), "added": ("{+", "+}", "32")}
"""How words that differ are marked, as ``wdiff`` does; and in which colour."""


@click.command("list")
@click.option("--state", type=click.Choice(_STATES), default="open", show_default=True, help="Which ones.")
@filter_options
@click.option("--order", type=click.Choice(_ORDERS), default="changed", show_default=True, help="By what.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@click.option("--temporary", is_flag=True, help="Your own that are in memory alone, all of them, instead.")
@command_options
@pass_session
def list_conversations(
    session: Session,
    *,
    state: str,
    order: str,
    limit: int,
    cursor: str | None,
    temporary: bool,
    **chosen: Any,
) -> None:
    """List conversations, the one changed last first."""
    with session.client() as client:
        found = asked_filter(client, chosen)
        query = {"state": state, "order": order, **dict(query_of(found))}
        if temporary:
            query = {"is_temporary": "true"}
        page = listed(client, query, limit=limit, cursor=cursor)
        is_filed = not session.output.as_json and any(one["folder_id"] for one in page["items"])
        paths = folder_paths(client.call("GET", FOLDERS)["items"]) if is_filed else {}
    if session.output.as_json:
        session.output.json(page)
        return
    rows = [_listed_row(one, paths) for one in page["items"]]
    none = "There are no conversations." if state in {"open", "any"} else f"No conversation is {state}."
    session.output.rows(
        rows, _shown(rows, _COLUMNS, session), empty="No conversation fits." if found else none,
        spare=["messages", "folder", "tags", "unread", "changed"], cut=["title"],
    )  # fmt: skip
    if page["next"]:
        session.output.note(f"There are more: --cursor {page['next']}")


def _listed_row(one: Json, paths: dict[str, str]) -> Json:
    unread = one["unread"]
    return {
        **one,
        "title": one["title"] or "Without a title",
        "changed": when(one["changed_at_ms"], is_short=True),
        "count": count(one["messages"]),
        "new": None if not unread else "100 or more" if unread >= 100 else str(unread),
        "tags": ", ".join(one["tags"]) or None,
        "place": paths.get(one["folder_id"] or ""),
    }


def _shown(rows: list[Json], columns: Sequence[Column], session: Session) -> list[Column]:
    """Return the columns; on a terminal without those in which nothing stands."""
    optional = {"new", "tags", "place", "state"} if session.output.is_terminal else set[str]()
    return [column for column in columns if column[0] not in optional or any(row[column[0]] for row in rows)]


@click.command()
@click.argument("conversation")
@BRANCH
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N messages.")
@click.option("--branches", is_flag=True, help="List its branches instead.")
@command_options
@pass_session
def show(
    session: Session, conversation: str, *, branch: str | None, last: int | None, branches: bool
) -> None:
    """Show what was said in CONVERSATION, on one branch."""
    with session.client() as client:
        view = client.call("GET", one_path(conversation))
        if branches:
            _print_branches(session, view)
            return
        chosen = None if branch is None else branch_id(view, branch)
        items = _read(client, conversation, chosen, last)
    if session.output.as_json:
        session.output.json({"conversation": view, "messages": items})
        return
    session.output.note(view["title"] or "Without a title")
    for item in items:
        _print_message(session, item)


@click.command("branches")
@click.argument("conversation")
@command_options
@pass_session
def list_branches(session: Session, conversation: str) -> None:
    """List the branches of CONVERSATION, oldest first."""
    with session.client() as client:
        view = client.call("GET", one_path(conversation))
    if session.output.as_json:
        session.output.json(view["branches"])
        return
    _print_branches(session, view)


@click.command()
@click.argument("conversation")
@click.argument("left")
@click.argument("right")
@command_options
@pass_session
def diff(session: Session, conversation: str, left: str, right: str) -> None:
    """Compare two branches of CONVERSATION (names or ids), or the paths to two messages."""
    with session.client() as client:
        sides = [asked_end(client, conversation, one) for one in (left, right)]
        found = client.call(
            "GET", f"{one_path(conversation)}/diff", query={"left": sides[0], "right": sides[1]}
        )
    if session.output.as_json:
        session.output.json(found)
        return
    session.output.note(f"Messages that both begin with: {found['shared']}.")
    for turn in found["turns"]:
        for pair in turn["pairs"]:
            _print_pair(session, pair)
    rows = [_figures(found[side], name) for side, name in (("left", left), ("right", right))]
    session.output.rows(rows, _FIGURES, empty="", spare=["words", "models"])
    if found["is_cut"]:
        session.output.note("Some texts are long: they are shown as replaced whole.")


def _print_pair(session: Session, pair: Json) -> None:
    if pair["status"] == "same":
        return
    text = "".join(_marked(session, one) for one in pair["changes"]).strip()
    if text and session.output.has_colours:
        session.output.raw(f"{text}\n\n")
    elif text:
        session.output.sentence(f"{text}\n")
    for fact in pair["differences"]:
        left, right = _fact(fact["left"]), _fact(fact["right"])
        session.output.sentence(f"{fact['name']}: {left} on the left, {right} on the right")


def _marked(session: Session, change: Json) -> str:
    from salon.foundation.kit.terminal import printable  # noqa: PLC0415 - only here

    text = printable(change["text"])
    if change["kind"] not in _MARKS or not text:
        return text
    before, after, colour = _MARKS[change["kind"]]
    marked = f"{before}{text}{after}"
    return f"\x1b[{colour}m{marked}\x1b[0m" if session.output.has_colours else marked


def _fact(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _figures(side: Json, name: str) -> Json:
    costs = [
        shown_cost({"cost_e10": amount, "currency": currency})
        for currency, amount in side["cost_e10"].items()
    ]
    return {
        **{key: count(side[key]) for key in ("messages", "words", "tokens")},
        "side": name,
        "cost": ", ".join(costs) or None,
        "models": side["models"],
    }


def _read(client: ApiClient, conversation: str, chosen: str | None, last: int | None) -> list[Json]:
    """Return the messages of a path, the oldest first."""
    pages: list[list[Json]] = []
    had = 0
    query: Json = {"branch_id": chosen}
    while True:
        left = PAGE if last is None else min(PAGE, last - had)
        page = client.call("GET", f"{one_path(conversation)}/messages", query={**query, "limit": left})
        pages.append(page["items"])
        had += len(page["items"])
        if page["next"] is None or (last is not None and had >= last):
            return [item for one in reversed(pages) for item in one]
        query = {"before": page["next"]}


def _print_branches(session: Session, view: Json) -> None:
    rows = [
        {
            **one,
            "opens": one["id"] == view["branch_id"],
            "state": _state(one),
            "changed": when(one["changed_at_ms"], is_short=session.output.is_terminal),
        }
        for one in view["branches"]
    ]
    session.output.rows(
        rows,
        _shown(rows, _BRANCHES, session),
        empty="It has no branches.",
        spare=["ends in", "changed", "state"],
        cut=["branch"],
    )


def _state(branch: Json) -> str | None:
    """Return what is marked of a branch, in one word."""
    for name in ("deleted", "hidden", "archived", "pinned"):
        if branch[f"{name}_at_ms"] is not None:
            return name
    return None


def _print_message(session: Session, item: Json) -> None:
    author = item["author"].get("display_name") or item["author"].get("id") or item["role"]
    beside = (
        f" ({item['siblings'].index(item['id']) + 1} of {len(item['siblings'])})" if item["siblings"] else ""
    )
    ended = "" if item["status"] == "complete" else f" · {item['status']}"
    session.output.line(f"{author} · {when(item['created_at_ms'])} · {item['id']}{beside}{ended}")
    content = item["content"]
    parts = ["[deleted]"] if content is None else [_words(part) for part in content["parts"]]
    session.output.sentence("\n".join(part for part in parts if part) + "\n")


def _words(part: Json) -> str:
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


COMMANDS: Final = (list_conversations, show, list_branches, diff)
