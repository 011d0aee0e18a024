"""Migrations in a process that dies at a statement, or after a time; and databases of older releases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from alembic import command
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.migrations import migrate
from salon.foundation.storage.migrations.runner import alembic_config, postgres_engine, sqlite_engine
from salon.testing.dying import Countdown, die_after
from salon.testing.lives import Tell

T = TypeVar("T")

_ROWS: Final = 5
Rows = dict[str, list[tuple[Any, ...]]]
"""By table and columns, as ``table(column, column)``."""


async def live(order: dict[str, Any], tell: Tell) -> None:
    """Migrate the database at ``address``; die at a statement (``steps``) or after a time (``after_s``)."""
    storage = await open_storage(order["address"], pool_size=2)
    countdown = Countdown(order["steps"])

    def step(*_: Any) -> None:
        countdown.step()

    event.listen(Engine, "before_cursor_execute", step)
    if order["after_s"]:
        die_after(order["after_s"])
    try:
        report = await migrate(storage, backup=False)
        tell("migrated", report.before, report.after)
    finally:
        event.remove(Engine, "before_cursor_execute", step)
        await storage.close()


async def make_old(address: str | Path, revision: str) -> Rows:
    """Make a database as a release left it whose head was ``revision``, with rows; return them."""
    storage = await open_storage(address, pool_size=2)
    try:
        return await _alone(storage, lambda connection: _make(connection, revision))
    finally:
        await storage.close()


async def rows_of(storage: Storage, filled: Rows) -> Rows:
    """Return what is there now of the columns that were filled."""
    return await _alone(storage, lambda connection: {place: _select(connection, place) for place in filled})


async def _alone(storage: Storage, fn: Callable[[Connection], T]) -> T:
    opened = cast("Any", storage)

    def run(raw: Any) -> T:
        is_file = storage.dialect == "sqlite"
        if is_file:
            raw.execute("BEGIN IMMEDIATE")
        else:
            raw.autocommit = False
        engine = sqlite_engine(raw) if is_file else postgres_engine(raw)
        with engine.connect() as connection:
            result = fn(connection)
            connection.commit()
        if is_file:
            raw.execute("COMMIT")
        else:
            raw.commit()
            raw.autocommit = True
        return result

    return await opened.alone(run)


def _make(connection: Connection, revision: str) -> Rows:
    command.upgrade(alembic_config(connection), revision)
    found = inspect(connection)
    filled: Rows = {}
    for table in sorted(found.get_table_names()):
        if table in {"alembic_version", "schema_revisions"} or found.get_foreign_keys(table):
            continue
        columns = found.get_columns(table)
        place = f"{table}({', '.join(str(column['name']) for column in columns)})"
        values = [{str(c["name"]): _value(c["type"], n) for c in columns} for n in range(1, _ROWS + 1)]
        names = ", ".join(f":{column['name']}" for column in columns)
        # What a table wants beyond types, as a status of its own words, is not known here: it stays empty.
        try:
            with connection.begin_nested():
                connection.execute(text(f"INSERT INTO {place} VALUES ({names})"), values)  # noqa: S608 - same
        except DBAPIError:
            continue
        filled[place] = _select(connection, place)
    assert len(filled) > 10, sorted(filled)
    return filled


def _select(connection: Connection, place: str) -> list[tuple[Any, ...]]:
    table, _, columns = place.rstrip(")").partition("(")
    found = connection.execute(text(f"SELECT {columns} FROM {table}"))  # noqa: S608 - names of our own tables
    return sorted((tuple(row) for row in found), key=str)


def _value(kind: Any, number: int) -> Any:
    """Return a value of a column's type."""
    python: type = kind.python_type
    if python is bytes:
        return b"bytes %d" % number
    return f"words {number}" if python is str else python(number)
