"""The PostgreSQL dialect for compiling: psycopg's, taking the upsert clause that SQLite takes too."""

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import (
    PGCompiler_psycopg,  # pyright: ignore[reportAttributeAccessIssue] - not in the stub part of the module
    PGDialect_psycopg,
)

from salon.foundation.storage.schema import metadata


def _say_conditions() -> None:
    """Give partial indexes their condition in this dialect, which nobody says before it is loaded."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]


_say_conditions()


class _Compiler(PGCompiler_psycopg):
    def _on_conflict_target(self, clause: Any, **arguments: Any) -> str:
        # The one insert construct in use is SQLite's; it has no named constraint as a target.
        if not hasattr(clause, "constraint_target"):
            clause.constraint_target = None
        return super()._on_conflict_target(clause, **arguments)  # pyright: ignore[reportUnknownMemberType] - untyped base


class PostgresDialect(PGDialect_psycopg):
    """Compiles with typed ``%(name)s`` parameters; never connects."""

    supports_statement_cache = True
    statement_compiler = _Compiler
