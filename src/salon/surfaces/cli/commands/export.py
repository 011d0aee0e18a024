"""``salon export``: conversations as a file."""

import contextlib
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from salon.foundation.kit.whole_file import whole_file
from salon.surfaces.cli.client import ApiClient, segment
from salon.surfaces.cli.commands.conversations.common import asked_filter, day_options, filter_options
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.new_file import NewFile
from salon.surfaces.cli.output import Output, count
from salon.surfaces.cli.session import Session, command_options, pass_session

_PATH: Final = "/salon/v1/exports"
_FORMATS: Final = ("json", "jsonl", "messages-jsonl", "markdown", "html")
_TOO_LARGE: Final = "export_too_large"
_LOOK_EVERY_S: Final = 0.5


@click.command()
@click.argument("conversation_ids", nargs=-1, metavar="[CONVERSATION_ID]...")
@click.option("--all", "is_all", is_flag=True, help="All that are neither hidden nor deleted.")
@filter_options
@day_options
@click.option("--state", type=click.Choice(["open", "archived", "hidden", "any"]), help="With those: which.")
@click.option("--search", metavar="WORDS", help="With a message that fits, as “salon search” finds it.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), default="json", show_default=True,
              help="JSON and its lines can be imported again; the others are to be read.")  # fmt: skip
@click.option("--branch", "branch_id", metavar="BRANCH_ID", help="This branch alone, as Markdown or HTML.")
@click.option("--files", "has_files", is_flag=True, help="With the files of the messages, as a ZIP.")
@click.option("-o", "--output", "path", type=NewFile(), metavar="FILE",
              help="Write here; there whole or not at all. Else to standard output.")  # fmt: skip
@command_options
@pass_session
def export(
    session: Session,
    *,
    conversation_ids: tuple[str, ...],
    is_all: bool,
    kind: str,
    branch_id: str | None,
    has_files: bool,
    path: Path | None,
    state: str | None,
    search: str | None,
    **chosen: Any,
) -> None:
    """Write conversations to a file: those named, those found, or all."""
    is_found = bool(state or search) or any(chosen.values())
    if is_all + is_found + bool(conversation_ids) != 1:
        raise click.UsageError("Name conversations, find them by --tag, --search and the like, or say --all.")
    is_zip = has_files or (kind in {"markdown", "html"} and len(conversation_ids) != 1)
    if path is None and is_zip and sys.stdout.isatty():
        raise click.UsageError("This becomes a ZIP. Name a file for it with -o.")
    wish: dict[str, Any] = {
        "format": kind,
        "conversation_ids": list(conversation_ids) or None,
        "search": search,
        "all": is_all,
        "branch_id": branch_id,
        "files": has_files,
    }
    with session.client() as client:
        found = {**asked_filter(client, chosen), **({"state": state} if state else {})}
        wish["filter"] = found or None
        size_bytes = _fetch(client, wish, path, session.output)
    if path is not None:
        if session.output.as_json:
            session.output.json({"path": str(path), "size_bytes": size_bytes})
        session.output.note(f"{count(size_bytes)} bytes in {path}")


def _fetch(client: ApiClient, wish: dict[str, Any], path: Path | None, output: Output) -> int:
    """Write an export in one answer or, if it is too large for one, by a run's file; return its size."""
    try:
        return _write(client.stream(f"{_PATH}/download", wish), path)
    except ServedError as error:
        if error.served_code != _TOO_LARGE:
            raise
    run = client.call("POST", _PATH, wish)
    try:
        run = _wait(client, run, output)
    except BaseException:
        with contextlib.suppress(ServedError):
            client.call("POST", f"{_PATH}/{segment(run['id'])}/cancel")
        raise
    if run["status"] != "done":
        error = run["error"] or {"code": "conflict", "message": f"The export was {run['status']}."}
        raise ServedError(status=409, code=error["code"], message=error["message"])
    return _write(client.download(f"{_PATH}/{segment(run['id'])}/file"), path)


def _wait(client: ApiClient, run: dict[str, Any], output: Output) -> dict[str, Any]:
    """Wait for an export to end, and say now and then how far it is."""
    told = 0
    while run["status"] == "running":
        time.sleep(_LOOK_EVERY_S)
        run = client.call("GET", f"{_PATH}/{segment(run['id'])}")
        tenths = 10 * run["done_messages"] // max(1, run["messages"])
        if tenths > told:
            told = tenths
            output.note(f"{count(run['done_messages'])} of {count(run['messages'])} messages")
    return run


def _write(chunks: Generator[bytes], path: Path | None) -> int:
    with closing(chunks):
        if path is None:
            return _copy(chunks, sys.stdout.buffer)
        first = next(chunks, b"")  # a refusal leaves no file
        with whole_file(path) as file:
            return file.write(first) + _copy(chunks, file)


def _copy(chunks: Iterable[bytes], file: BinaryIO) -> int:
    return sum(file.write(chunk) for chunk in chunks)
