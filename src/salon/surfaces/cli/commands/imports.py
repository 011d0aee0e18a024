"""``salon import`` and ``salon imports``: exports of other programs become conversations."""

import sys
import tempfile
import time
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

import click

from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH: Final = "/salon/v1/imports"
_FORMATS: Final = ("salon", "chatgpt", "claude", "open-webui", "librechat", "sillytavern", "lobechat")
_LOOK_S: Final = 0.3
_MOST_ROWS: Final = 20
"""Of conversations in which nothing is amiss; the others are all shown."""
_REPORT: Final[list[Column]] = [
    ("number", "no"),
    ("outcome", "became"),
    ("read", "read"),
    ("added", "new"),
    ("known", "there already"),
    ("title", "title"),
    ("said", "to know"),
]
_LIST: Final[list[Column]] = [
    ("id", "import"),
    ("status", "status"),
    ("filename", "file"),
    ("formats", "of"),
    ("conversations", "conversations"),
    ("added", "new messages"),
    ("begun", "begun"),
]


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Read and report, and write nothing.")
@click.option(
    "--from", "origin", type=click.Choice(_FORMATS), help="Whose export it is; found out unless said."
)
@command_options
@pass_session
def bring_in(session: Session, path: Path, *, dry_run: bool, origin: str | None) -> None:
    """Import FILE, an export of Salon or another program, or a folder; a second import adds nothing."""
    query = {"filename": path.name[:255], **({"format": origin} if origin else {})}
    query |= {"dry_run": "true"} if dry_run else {}
    with session.client() as client, _opened(path) as file:
        begun = client.send_body(f"{_PATH}/upload?{urlencode(query)}", file)
        ended = _watched(session, client, begun)
        entries = list(_entries(client, ended["id"]))
    if session.output.as_json:
        session.output.json({**ended, "report": entries})
    else:
        _print(session, ended, entries)
    problem = ended["problem"]
    if problem is not None:
        raise ServedError(status=422, code=problem["code"], message=problem["message"])


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def imports() -> None:
    """Look at imports, read their reports and stop them."""


@imports.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_imports(session: Session, *, limit: int, cursor: str | None) -> None:
    """List imports, newest first."""
    with session.client() as client:
        page = client.call("GET", _PATH, query={"limit": limit, "cursor": cursor})
    if session.output.as_json:
        session.output.json(page)
        return
    rows = [_row(one) for one in page["items"]]
    session.output.rows(rows, _LIST, empty="Nothing was imported.", spare=["of", "begun"], cut=["file"])
    if page["next"]:
        session.output.note(f"There are more: --cursor {page['next']}")


@imports.command()
@click.argument("import_id", metavar="IMPORT")
@command_options
@pass_session
def show(session: Session, import_id: str) -> None:
    """Show what became of each conversation of IMPORT."""
    with session.client() as client:
        found = client.call("GET", f"{_PATH}/{segment(import_id)}")
        entries = list(_entries(client, import_id))
    if session.output.as_json:
        session.output.json({**found, "report": entries})
        return
    _print(session, found, entries)


@imports.command()
@click.argument("import_id", metavar="IMPORT")
@command_options
@pass_session
def cancel(session: Session, import_id: str) -> None:
    """Stop IMPORT; what was taken in by then stays."""
    with session.client() as client:
        found = client.call("POST", f"{_PATH}/{segment(import_id)}/cancel")
    if session.output.as_json:
        session.output.json(found)
    session.output.note(f"{import_id} stops. What it took in stays; import the file again for the rest.")


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    """Open an export; a folder is packed into one file on the way."""
    if not path.is_dir():
        with path.open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and not inner.is_symlink():
                    archive.write(inner, inner.relative_to(path).as_posix())
        packed.seek(0)
        yield packed


def _watched(session: Session, client: ApiClient, begun: dict[str, Any]) -> dict[str, Any]:
    """Return an import once it has ended, and say meanwhile how far it is."""
    is_shown = not session.output.as_json and sys.stderr.isatty()
    found = begun
    while found["status"] == "running":
        time.sleep(_LOOK_S)
        found = client.call("GET", f"{_PATH}/{segment(begun['id'])}")
        if is_shown:
            totals = found["totals"]
            told = (
                f"{count(totals['conversations'])} conversations, {count(totals['messages_read'])} messages"
            )
            sys.stderr.write(f"\r{told} …\x1b[K")
            sys.stderr.flush()
    if is_shown:
        sys.stderr.write("\r\x1b[K")
    return found


def _entries(client: ApiClient, import_id: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        query = {"limit": 500, "cursor": cursor}
        page = client.call("GET", f"{_PATH}/{segment(import_id)}/report", query=query)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _print(session: Session, ended: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    rows = [_report_row(one) for one in entries]
    plain = [row for row in rows if not row["said"]]
    hidden = max(0, len(plain) - _MOST_ROWS) if session.output.is_terminal else 0
    left_out = {row["number"] for row in plain[_MOST_ROWS:]} if hidden else set[Any]()
    shown = [row for row in rows if row["number"] not in left_out]
    session.output.rows(
        shown, _REPORT, empty="It holds no conversations.", spare=["there already"], cut=["title"]
    )
    if hidden:
        session.output.note(f"{hidden} more came in whole; --json lists them.")
    for note in ended["notes"]:
        session.output.note(_said(note))
    totals = ended["totals"]
    done = "Would add" if ended["dry_run"] else "Added"
    session.output.note(
        f"{done} {count(totals['messages_added'])} of {count(totals['messages_read'])} messages in"
        f" {count(totals['added'])} new and {count(totals['grown'])} grown conversations;"
        f" {count(totals['unchanged'])} were here already, {count(totals['skipped'])} were skipped."
    )
    if ended["status"] == "cancelled":
        session.output.note("It was stopped before its end.")


def _report_row(one: dict[str, Any]) -> dict[str, Any]:
    said = [_said(note) for note in one["notes"]]
    if one["problem"] is not None:
        said.insert(0, one["problem"]["message"])
    return {
        **one,
        "title": one["title"] or one["place"],
        "read": count(one["messages_read"]),
        "added": count(one["messages_added"]),
        "known": count(one["messages_known"]),
        "said": " ".join(said),
    }


def _said(note: dict[str, Any]) -> str:
    examples = f" ({', '.join(note['examples'])})" if note["examples"] else ""
    times = f" {count(note['count'])} times." if note["count"] > 1 else ""
    return f"{note['message']}{times}{examples}"


def _row(one: dict[str, Any]) -> dict[str, Any]:
    return {
        **one,
        "formats": ", ".join(one["formats"]),
        "conversations": count(one["totals"]["conversations"]),
        "added": count(one["totals"]["messages_added"]),
        "begun": when(one["created_at_ms"], is_short=True),
    }
