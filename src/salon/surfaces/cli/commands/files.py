"""``salon files``: what is stored for models to read, and what they made."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from salon.foundation.kit.whole_file import whole_file
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.new_file import NewFile
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session
from salon.surfaces.cli.tus import TusSender

_PATH: Final = "/v1/files"
_PURPOSES: Final = ("user_data", "vision", "batch", "assistants", "fine-tune", "evals")
_DAY_S: Final = 86_400
_TEXT_BYTES: Final = 512 * 1024
_TEXT_TIMEOUT_S: Final = 180.0
"""A long document is read when its text is first asked for."""
_COLUMNS: Final[list[Column]] = [
    ("at", "time"),
    ("filename", "name"),
    ("size", "bytes"),
    ("purpose", "for"),
    ("until", "expires"),
    ("id", "id"),
]


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def files() -> None:
    """Keep files that requests to any model can refer to."""


@files.command("list")
@click.option("--purpose", type=click.Choice((*_PURPOSES, "batch_output")),
              help="Those kept for one purpose only.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_files(session: Session, *, purpose: str | None, limit: int, cursor: str | None) -> None:
    """List the files, newest first."""
    with session.client() as client:
        query = {"purpose": purpose, "limit": limit, "after": cursor}
        answer = client.call("GET", _PATH, query=query)
    following = answer["last_id"] if answer["has_more"] else None
    if session.output.as_json:
        session.output.json({"items": answer["data"], "next": following})
        return
    rows = [_row(one) for one in answer["data"]]
    session.output.rows(
        rows, _COLUMNS, empty="No file is kept.", spare=["expires", "for", "time"], cut=["name"]
    )
    if following:
        session.output.note(f"There are more: --cursor {following}")


@files.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--purpose", type=click.Choice(_PURPOSES), default="user_data", show_default=True,
              help="What they are for.")  # fmt: skip
@click.option("--expires", "days", type=click.FloatRange(0.05, 30), metavar="DAYS",
              help="Delete them after so long; never unless said.")  # fmt: skip
@command_options
@pass_session
def add(session: Session, paths: tuple[str, ...], *, purpose: str, days: float | None) -> None:
    """Store files and print their ids."""
    fields = {"purpose": purpose}
    if days is not None:
        fields |= {"expires_after[anchor]": "created_at", "expires_after[seconds]": str(int(days * _DAY_S))}
    added: list[dict[str, Any]] = []
    with session.client() as client:
        for path in map(Path, paths):
            with path.open("rb") as file:
                added.append(client.send_file(_PATH, file, name=path.name, fields=fields))
            if not session.output.as_json:
                session.output.line(added[-1]["id"])
    if session.output.as_json:
        session.output.json(added)


@files.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False))
@click.option("--resume", "upload_id", metavar="UPLOAD", help="Go on with an upload that was begun before.")
@click.option("--expires", "days", type=click.FloatRange(0.05, 3650), metavar="DAYS",
              help="Delete it after so long; never unless said.")  # fmt: skip
@command_options
@pass_session
def upload(session: Session, path: str, *, upload_id: str | None, days: float | None) -> None:
    """Store a large file, going on where a lost connection stopped, and print its id."""
    source = Path(path)
    with session.client() as client, source.open("rb") as file:
        sender = TusSender(client, file, name=source.name, on_wait=session.output.note)
        keep_s = None if days is None else int(days * _DAY_S)
        upload_id = upload_id or sender.begin(keep_s=keep_s)
        file_id = sender.send(upload_id)
    if session.output.as_json:
        session.output.json({"id": file_id, "upload": upload_id})
        return
    session.output.line(file_id)


@files.command()
@click.argument("file_id")
@click.option("-o", "--output", type=NewFile(), help="Where to; standard output unless said.")
@command_options
@pass_session
def text(session: Session, file_id: str, *, output: Path | None) -> None:
    """Read the text of a PDF, an office document, HTML, an e-mail, CSV, Markdown or code."""
    with session.client() as client:
        pages = _text_of(client, file_id)
        if session.output.as_json and output is None:
            session.output.json([item for page in pages for item in page["items"]])
            return
        chunks = _words_of(pages)
        if output is None:
            _write(sys.stdout.buffer, chunks)
            return
        with whole_file(output) as target:
            size_bytes = _write(target, chunks)
    if session.output.as_json:
        session.output.json({"file": str(output), "bytes": size_bytes})
    session.output.note(f"{output} has {count(size_bytes)} bytes.")


def _words_of(pages: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the text, with an empty line between pages."""
    last: int | None = None
    for item in (item for page in pages for item in page["items"]):
        if last is not None and item["page"] != last:
            yield b"\n\n"
        last = item["page"]
        yield item["text"].encode("utf-8", "replace")


def _text_of(client: ApiClient, file_id: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        query = {"cursor": cursor, "limit_bytes": _TEXT_BYTES}
        page = client.call(
            "GET", f"/salon/v1/files/{segment(file_id)}/text", query=query, timeout_s=_TEXT_TIMEOUT_S
        )
        yield page
        cursor = page["next"]
        if cursor is None:
            return


@files.command()
@click.argument("file_id")
@command_options
@pass_session
def show(session: Session, file_id: str) -> None:
    """Show what is known of a file."""
    with session.client() as client:
        row = client.call("GET", f"{_PATH}/{segment(file_id)}")
    if session.output.as_json:
        session.output.json(row)
        return
    session.output.fields(_row(row), _COLUMNS)


@files.command()
@click.argument("file_id")
@click.option("-o", "--output", type=NewFile(), help="Where to; standard output unless said.")
@command_options
@pass_session
def get(session: Session, file_id: str, *, output: Path | None) -> None:
    """Get a file's bytes."""
    if output is None and sys.stdout.isatty():
        raise click.UsageError("Say where to with -o FILE, or send it into a pipe.")
    with (
        session.client() as client,
        closing(client.download(f"{_PATH}/{segment(file_id)}/content")) as chunks,
    ):
        if output is None:
            _write(sys.stdout.buffer, chunks)
            return
        with whole_file(output) as target:  # whoever is not given the file keeps what was there
            size_bytes = _write(target, chunks)
    if session.output.as_json:
        session.output.json({"file": str(output), "bytes": size_bytes})
    session.output.note(f"{output} has {count(size_bytes)} bytes.")


@files.command()
@click.argument("file_ids", nargs=-1, required=True)
@command_options
@pass_session
def remove(session: Session, file_ids: tuple[str, ...]) -> None:
    """Delete files; requests that refer to them are refused from then on."""
    with session.client() as client:
        for file_id in file_ids:
            client.call("DELETE", f"{_PATH}/{segment(file_id)}")
    if session.output.as_json:
        session.output.json({"removed": list(file_ids)})
    session.output.note(f"Removed {len(file_ids)}.")


def _write(target: BinaryIO, chunks: Iterable[bytes]) -> int:
    size_bytes = sum(target.write(chunk) for chunk in chunks)
    target.flush()
    return size_bytes


def _row(one: dict[str, Any]) -> dict[str, Any]:
    until = one.get("expires_at")
    return {
        **one,
        "at": when(one["created_at"] * 1000),
        "size": count(one["bytes"]),
        "until": None if until is None else when(until * 1000),
    }
