"""``salon share`` and ``salon shares``: parts of conversations under addresses that nobody guesses."""

import re
from typing import Any, Final

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.output import Column, Output, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH: Final = "/salon/v1/shares"
_SPAN: Final = re.compile(r"([0-9]{1,5})\s*([smhdw])")
_UNITS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_COLUMNS: Final[list[Column]] = [
    ("at", "time"),
    ("title", "title"),
    ("kind", "what"),
    ("messages", "messages"),
    ("state", "state"),
    ("id", "id"),
]


def _seconds(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    found = _SPAN.fullmatch(value.strip().lower())
    if found is None:
        raise click.BadParameter("write it like 30m, 12h, 7d or 2w")
    return int(found[1]) * _UNITS_S[found[2]]


@click.command()
@click.argument("conversation_id")
@click.option(
    "--branch", "branch_id", metavar="BRANCH_ID", help="This branch; else the one that opens first."
)
@click.option("--to", "message_id", metavar="MESSAGE_ID", help="The path that ends in this message.")
@click.option("--tree", is_flag=True, help="The whole tree with all branches.")
@click.option("--expires", "expires_in_s", callback=_seconds, metavar="SPAN",
              help="How long the link works, like 12h or 7d; until it is revoked unless said.")  # fmt: skip
@command_options
@pass_session
def share(
    session: Session,
    conversation_id: str,
    *,
    branch_id: str | None,
    message_id: str | None,
    tree: bool,
    expires_in_s: int | None,
) -> None:
    """Share a conversation as it is now, and print the link; it is told this once."""
    if sum([branch_id is not None, message_id is not None, tree]) > 1:
        raise click.UsageError("Say one of --branch, --to and --tree.")
    body = {
        "conversation_id": conversation_id,
        "kind": "tree" if tree else "path" if message_id else "branch",
        "branch_id": branch_id,
        "message_id": message_id,
        "expires_in_s": expires_in_s,
    }
    with session.client() as client:
        made = client.call("POST", _PATH, body)
    if session.output.as_json:
        session.output.json(made)
        return
    session.output.line(made["url"])
    if session.output.is_terminal:
        _draw(session.output, made["url"])
    session.output.note(
        f"Whoever has the link can read it. Revoke it with “salon shares revoke {made['id']}”."
    )


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def shares() -> None:
    """List and revoke what is shared."""


@shares.command("list")
@click.option("--of", "conversation_id", metavar="CONVERSATION_ID", help="Shares of one conversation only.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_shares(session: Session, *, conversation_id: str | None, limit: int, cursor: str | None) -> None:
    """List the shares, newest first."""
    query = {"conversation_id": conversation_id, "limit": limit, "cursor": cursor}
    with session.client() as client:
        answer = client.call("GET", _PATH, query=query)
    if session.output.as_json:
        session.output.json(answer)
        return
    rows = [_row(one) for one in answer["items"]]
    session.output.rows(rows, _COLUMNS, empty="Nothing is shared.", spare=["what", "messages"], cut=["title"])
    if answer["next"]:
        session.output.note(f"There are more: --cursor {answer['next']}")


@shares.command()
@click.argument("share_id")
@command_options
@pass_session
def revoke(session: Session, share_id: str) -> None:
    """Let a link lead nowhere, at once and for good."""
    _act(session, share_id, "revoke", "The link leads nowhere now.")


@shares.command()
@click.argument("share_id")
@command_options
@pass_session
def revise(session: Session, share_id: str) -> None:
    """Let the same link show its part of the conversation as it is now."""
    _act(session, share_id, "revise", "The link shows it as it is now.")


@shares.command()
@click.argument("link")
@command_options
@pass_session
def copy(session: Session, link: str) -> None:
    """Take what a link of this Salon shows over into one's own space."""
    with session.client() as client:
        copied = client.call("POST", f"{_PATH}/copy", {"link": link})
    if session.output.as_json:
        session.output.json(copied)
        return
    session.output.line(copied["conversation_id"])


def _act(session: Session, share_id: str, act: str, said: str) -> None:
    with session.client() as client:
        changed = client.call("POST", f"{_PATH}/{segment(share_id)}/{act}")
    if session.output.as_json:
        session.output.json(changed)
    session.output.note(said)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    until = when(one["expires_at_ms"])
    shown = f"open until {until}" if until else "open"
    closed = "revoked" if one["revoked_at_ms"] is not None else "expired"
    state = shown if one["is_open"] else closed
    return {**one, "at": when(one["revised_at_ms"], is_short=True), "state": state}


def _draw(output: Output, url: str) -> None:
    """Draw a link as a QR code in half blocks, for a camera in front of the terminal."""
    import segno  # noqa: PLC0415 - terminals only

    segno.make(url, error="m", micro=False).terminal(out=output.out, compact=True)
