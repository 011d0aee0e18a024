"""``salon batches``: many requests handed in at once, how far they are, and how to stop them."""

from typing import Any
from urllib.parse import urlencode

import click

from salon.surfaces.cli.client import segment
from salon.surfaces.cli.output import Column, count, when
from salon.surfaces.cli.session import ListingGroup, Session, command_options, pass_session

_PATH = "/salon/v1/batches"
_COLUMNS: tuple[Column, ...] = (
    ("id", "batch"),
    ("status", "status"),
    ("done", "done"),
    ("failed", "failed"),
    ("endpoint", "endpoint"),
    ("key_name", "key"),
    ("created", "made"),
)
_SPARE = ("endpoint", "key", "made", "failed")
_FIELDS: tuple[Column, ...] = (
    ("id", "batch"),
    ("status", "status"),
    ("endpoint", "endpoint"),
    ("key_name", "key"),
    ("lines", "lines"),
    ("succeeded", "succeeded"),
    ("errored", "failed"),
    ("cancelled", "cancelled"),
    ("expired", "expired"),
    ("waiting", "waiting"),
    ("input_tokens", "tokens in"),
    ("output_tokens", "tokens out"),
    ("handed_to", "handed to"),
    ("kept_here", "asked here, for"),
    ("created", "made"),
    ("window", "window ends"),
    ("ended", "ended"),
    ("kept", "answers kept until"),
    ("input_file_id", "input file"),
    ("output_file_id", "output file"),
    ("error_file_id", "error file"),
)
_ALWAYS = ("id", "status", "endpoint", "lines", "succeeded", "waiting", "created", "window")


@click.group(cls=ListingGroup, invoke_without_command=True)
@command_options
def batches() -> None:
    """Look at batches and stop them; they are handed in over the APIs of OpenAI and Anthropic."""


@batches.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="Go on from here (the “next” of --json).")
@command_options
@pass_session
def list_batches(session: Session, *, limit: int, cursor: str | None) -> None:
    """List batches, newest first."""
    query = urlencode({"limit": limit, **({"cursor": cursor} if cursor else {})})
    with session.client() as client:
        page: dict[str, Any] = client.call("GET", f"{_PATH}?{query}")
    if session.output.as_json:
        session.output.json(page)
        return
    rows = [_row(item) for item in page["items"]]
    empty = "There are no batches. docs/batches.md says how to hand one in."
    session.output.rows(rows, _COLUMNS, empty=empty, spare=_SPARE)
    if page["next"]:
        session.output.note(f"There are more: --cursor {page['next']}")


@batches.command()
@click.argument("batch_id", metavar="BATCH")
@command_options
@pass_session
def show(session: Session, batch_id: str) -> None:
    """Show how far BATCH is."""
    with session.client() as client:
        batch: dict[str, Any] = client.call("GET", f"{_PATH}/{segment(batch_id)}")
    _print(session, batch)


@batches.command()
@click.argument("batch_id", metavar="BATCH")
@command_options
@pass_session
def cancel(session: Session, batch_id: str) -> None:
    """Stop BATCH: lines under way are answered, others are not asked any more."""
    with session.client() as client:
        batch: dict[str, Any] = client.call("POST", f"{_PATH}/{segment(batch_id)}/cancel")
    if session.output.as_json:
        session.output.json(batch)
    session.output.note(f"{batch_id} stops; lines without an answer yet: {count(batch['waiting'])}.")


def _row(batch: dict[str, Any]) -> dict[str, Any]:
    done = batch["lines"] - batch["waiting"]
    return {
        **batch,
        "done": f"{count(done)} of {count(batch['lines'])}",
        "failed": count(batch["errored"] + batch["expired"] + batch["cancelled"]),
        "created": when(batch["created_at_ms"], is_short=True),
    }


def _print(session: Session, batch: dict[str, Any]) -> None:
    if session.output.as_json:
        session.output.json(batch)
        return
    shown = {
        **batch,
        "created": when(batch["created_at_ms"]),
        "window": when(batch["window_ends_at_ms"]),
        "ended": when(batch["ended_at_ms"]),
        "kept": when(batch["keep_until_ms"]) if batch["archived_at_ms"] is None else None,
    }
    columns = [column for column in _FIELDS if column[0] in _ALWAYS or shown[column[0]]]
    session.output.fields(shown, columns)
    for problem in batch["problems"]:
        place = f"line {problem['line']}: " if problem["line"] is not None else ""
        session.output.sentence(f"{place}{problem['message']} ({problem['code']})")
