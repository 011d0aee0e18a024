"""Reads the rare counts of ledger rows, which stand in one column as JSON, in either database."""

from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from salon.foundation.messages import UsageDetails

RARE_COUNTS: Final = tuple(
    field.name for field in msgspec.structs.fields(UsageDetails) if isinstance(field.default, int)
)
"""Every count that is in there: tokens, pictures, searches."""


def rare_counts(details: str | None) -> dict[str, int]:
    """Return the counts that stand in one row's column."""
    found: dict[str, int | str] = msgspec.json.decode(details) if details is not None else {}
    return {name: value for name, value in found.items() if isinstance(value, int)}


class RareCount(FunctionElement[int]):
    """One count out of the column; NULL where the row has none."""

    inherit_cache = True
    type = BigInteger()

    def __init__(self, column: Column[Any], name: str) -> None:
        assert name in RARE_COUNTS
        super().__init__(column)
        self.name = name


@compiles(RareCount, "sqlite")
def _on_sqlite(element: RareCount, compiler: Any, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$.{element.name}')"


@compiles(RareCount, "postgresql")
def _on_postgresql(element: RareCount, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"CAST(CAST({column} AS json) ->> '{element.name}' AS BIGINT)"
