"""Examining a whole database: whether it is sound, and whether what is sealed in it can be opened."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import apsw
import msgspec
from sqlalchemy import Table, column, func, select, table

from salon.foundation.storage.base import Storage
from salon.foundation.storage.revision import current_revision, head
from salon.foundation.storage.schema import metadata
from salon.foundation.storage.sqlite_connection import close_quietly, connect
from salon.foundation.storage.statement import statement
from salon.foundation.storage.transaction import Transaction


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``check`` found; ``is_sound`` says whether all is well."""

    integrity: tuple[str, ...]
    """Complaints of the integrity check; empty when there are none."""
    broken_references: tuple[str, ...]
    schema_head: str | None
    expected_head: str | None
    counts: dict[str, int]
    """Rows of each table."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.integrity and not self.broken_references and self.schema_head == self.expected_head


async def check(storage: Storage) -> CheckReport:
    """Examine the whole database; reads all of it. Raises: StorageError if it cannot be read at all."""
    integrity, broken = (), ()
    if storage.dialect == "sqlite":
        assert storage.path is not None
        integrity, broken = await asyncio.to_thread(examine_file, storage.path)
    revision = await storage.read(current_revision)
    counts = await storage.read(_count_rows)
    return CheckReport(
        integrity=integrity,
        broken_references=broken,
        schema_head=revision,
        expected_head=head(),
        counts=counts,
    )


async def unknown_key_ids(storage: Storage, known: Collection[str]) -> dict[str, int]:
    """Return how many rows of each table are sealed with a key that is not in ``known``.

    Looks at every column that marks itself with ``info={"sealed_key": True}``, as ``sealed_columns`` does.
    """

    def count(tx: Transaction) -> dict[str, int]:
        found: dict[str, int] = {}
        for owner in metadata.sorted_tables:
            for marked in owner.columns:
                if marked.info.get("sealed_key") and _exists(tx, owner):
                    query = select(func.count()).select_from(owner)
                    unknown = query.where(marked.is_not(None), marked.not_in(sorted(known)))
                    row = tx.one(statement(unknown))
                    if row is not None and row[0]:
                        found[owner.name] = found.get(owner.name, 0) + int(row[0])
        return found

    return await storage.read(count)


def examine_file(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the integrity check complains of, and the references that lead nowhere."""
    connection = connect(path, reader=True)
    try:
        lines = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(100)").fetchall()]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except apsw.Error as error:
        return (str(error),), ()
    finally:
        close_quietly(connection)
    return tuple(line for line in lines if line != "ok"), tuple(
        f"{row[0]} row {row[1]} refers to a missing row of {row[2]}" for row in broken
    )


def _exists(tx: Transaction, owner: Table) -> bool:
    if tx.dialect == "sqlite":
        listing, name = table("sqlite_schema", column("name")), "name"
    else:
        listing, name = table("pg_tables", column("tablename")), "tablename"
    return tx.one(statement(select(listing.c[name]).where(listing.c[name] == owner.name))) is not None


def _count_rows(tx: Transaction) -> dict[str, int]:
    counts: dict[str, int] = {}
    for owner in metadata.sorted_tables:
        if _exists(tx, owner):
            row = tx.one(statement(select(func.count()).select_from(owner)))
            counts[owner.name] = 0 if row is None else int(row[0])
    return counts
