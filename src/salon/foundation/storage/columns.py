"""Column helpers, so that ids, times, money and bodies have one type everywhere.

All types are chosen so that both drivers give and take the same Python values: str, int, bytes, None.
"""

import sys
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Text


def id_column(prefix: str, name: str = "id") -> Column[str]:
    """Return the primary key: ``prefix_`` and a UUIDv7 as text."""
    return Column(name, Text, primary_key=True, nullable=False, info={"prefix": prefix})


def space_column(*, index: bool = False) -> Column[str]:
    """Return ``space_id``: the space that owns the row."""
    return Column("space_id", Text, nullable=False, index=index)


def created_by_column() -> Column[str | None]:
    """Return ``created_by``: the person or key that caused the row; NULL for the system."""
    return Column("created_by", Text, nullable=True)


def text_column(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a text column."""
    return Column(name, Text, nullable=nullable, index=index)


def integer(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a 64-bit integer column."""
    return Column(name, BigInteger, nullable=nullable, index=index)


def flag(name: str) -> Column[int]:
    """Return a yes/no column, stored and read as 1 or 0 on both databases."""
    return Column(name, SmallInteger, nullable=False)


def time_ms(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a time column: UTC milliseconds since 1970."""
    return Column(name, BigInteger, nullable=nullable, index=index)


def money_e10(name: str, *, nullable: bool = True) -> Column[Any]:
    """Return a money column in 10⁻¹⁰ of its currency; NULL means unpriced, never zero."""
    return Column(name, BigInteger, nullable=nullable)


def json_text(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column of JSON encoded by msgspec and stored as text."""
    return Column(name, Text, nullable=nullable)


def blob(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a bytes column."""
    return Column(name, LargeBinary, nullable=nullable)


def sealed_columns(
    name: str = "body", *, nullable: bool = False, has_format: bool = False
) -> tuple[Column[Any], ...]:
    """Return the columns of a body that may be sealed: ``_format``, ``_cipher``, ``_key_id``, bytes.

    ``_cipher`` is ``none`` for plain bytes, so an encrypted body needs no second shape. ``_format`` is the
    version of the encoding inside; leave it out only where the bytes themselves begin with one.
    """
    version = (Column(f"{name}_format", SmallInteger, nullable=nullable),) if has_format else ()
    return (
        *version,
        Column(f"{name}_cipher", Text, nullable=nullable),
        Column(f"{name}_key_id", Text, nullable=True, info={"sealed_key": True}),
        Column(name, LargeBinary, nullable=nullable),
    )


def sources_column() -> Column[str]:
    """Return ``sources``: a JSON list of the ids a derivative was made from.

    Titles, summaries, embeddings, shares and cache entries have it, so that rights, erasure and
    citations are one query.
    """
    return Column("sources", Text, nullable=False)


def partial_index(name: str, *columns: Any, where: Any, unique: bool = False) -> Index:
    """Return an index of the rows for which ``where`` holds.

    SQLAlchemy loads a whole dialect, with all its drivers, for one word in its name. PostgreSQL's is part of
    a start and said only where that dialect is loaded; the migrations say it always.
    """
    forms = {"sqlite_where": where}
    if "sqlalchemy.dialects.postgresql" in sys.modules:
        forms["postgresql_where"] = where
    return Index(name, *columns, unique=unique, info={"where": where}, **forms)
