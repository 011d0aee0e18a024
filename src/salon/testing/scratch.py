"""A small table for tests of the storage itself; not part of the house's schema."""

from sqlalchemy import Boolean, Column, MetaData, Table, Text, bindparam, func, select, update
from sqlalchemy.schema import CreateTable

from salon.foundation.storage import Storage, insert, statement
from salon.foundation.storage.columns import integer, text_column
from salon.foundation.storage.statement import sqlalchemy_dialect

scratch = Table(
    "scratch",
    MetaData(),
    Column("id", Text, primary_key=True),
    integer("n"),
    Column("is_on", Boolean, nullable=False),
    text_column("note", nullable=True),
)
INSERT = statement(scratch.insert())
COUNT = statement(select(func.count()).select_from(scratch))
GET = statement(select(scratch).where(scratch.c.id == bindparam("key")))
IDS = statement(select(scratch.c.id))
ADD = statement(update(scratch).where(scratch.c.id == bindparam("key")).values(n=scratch.c.n + 1))
SET = statement(update(scratch).where(scratch.c.id == bindparam("key")).values(n=bindparam("value")))
_new = insert(scratch)
UPSERT = statement(
    _new.on_conflict_do_update(index_elements=["id"], set_={"n": scratch.c.n + _new.excluded.n}).returning(
        scratch.c.n
    )
)


async def create_scratch(storage: Storage) -> None:
    """Create the table."""
    sql = str(CreateTable(scratch, if_not_exists=True).compile(dialect=sqlalchemy_dialect(storage.dialect)))
    # Both stores have it; the port does not, because only migrations and tests need the raw connection.
    await storage.alone(lambda connection: connection.execute(sql))  # type: ignore[attr-defined]  # pyright: ignore
