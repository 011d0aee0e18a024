"""``salon db``: back up, restore, check, migrate and reindex the database."""

import sys
import time
from pathlib import Path

import click

from salon.surfaces.cli.session import CommandGroup, Session, command_options, pass_session

_INDEX = "/salon/v1/search/index"
_LOOK_EVERY_S = 0.5


@click.group(cls=CommandGroup)
def db() -> None:
    """Back up, restore, check, migrate and reindex the database."""


@db.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-files", is_flag=True, help="Keep the content of stored files beside it.")
@command_options
@pass_session
def backup(session: Session, file: Path | None, *, with_files: bool) -> None:
    """Write a consistent backup while Salon runs; into the data directory, or to FILE."""
    target = str(file.expanduser().absolute()) if file else None
    asked = {"path": target, "with_files": with_files}
    with session.client() as client:
        answer = client.call("POST", "/salon/v1/database/backup", asked, timeout_s=600)
    if session.output.as_json:
        session.output.json(answer)
        return
    session.output.line(answer["path"])
    session.output.note(
        "Provider keys in it are sealed; keep the key file of the data directory apart from it."
    )


@db.command()
@command_options
@pass_session
def check(session: Session) -> int:
    """Look for damage."""
    with session.client() as client:
        answer = client.call("POST", "/salon/v1/database/check", timeout_s=600)
    if session.output.as_json:
        session.output.json(answer)
    else:
        for problem in answer["problems"]:
            session.output.sentence(problem)
        session.output.note(
            "The database is whole." if answer["ok"] else "The database is damaged. Restore a backup."
        )
    return 0 if answer["ok"] else 1


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the secret key the backup was made under.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@command_options
@pass_session
def restore(session: Session, file: Path, *, key_file: Path | None, yes: bool) -> None:
    """Put the backup FILE in place of the database. Salon must not run; the present one is kept aside."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("This replaces the database: add --yes.")
        click.confirm("Replace the database by this backup?", abort=True)
    secret = key_file.read_text(encoding="utf-8").strip() if key_file else None
    answer = session.backstage.restore(session.place, archive=str(file.absolute()), secret_key=secret)
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(str(answer["message"]))


@db.command()
@click.option("--no-backup", is_flag=True, help="Do not back up first.")
@command_options
@pass_session
def migrate(session: Session, *, no_backup: bool) -> None:
    """Bring the database to this release's schema. Salon must not run; it also does this at start."""
    answer = session.backstage.migrate(session.place, backup=not no_backup)
    if session.output.as_json:
        session.output.json(answer)
    session.output.note(str(answer["message"]))


@db.command()
@command_options
@pass_session
def reindex(session: Session) -> None:
    """Make the search index anew, and wait until it is whole."""
    with session.client() as client:
        total = client.call("POST", _INDEX, timeout_s=600)["waiting"]
        told, left = -1, total
        while left:
            done = 100 * max(0, total - left) // max(1, total)
            if done != told and session.output.is_terminal:
                session.output.note(f"{done} %")
            told = done
            time.sleep(_LOOK_EVERY_S)
            left = client.call("GET", _INDEX)["waiting"]
    if session.output.as_json:
        session.output.json({"indexed": total})
    session.output.note(f"{total} messages are in the index.")
