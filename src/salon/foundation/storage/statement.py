"""Statements: written once in SQLAlchemy Core, compiled once per dialect, run on the raw driver.

Compiling happens at the first use, not at import. An insert also gets a many-row form with positional
parameters: one call of the driver inserts a whole chunk, so the interpreter lock is given up and taken
back once per chunk and not once per row, which is what keeps a busy event loop and the writer thread
from waiting for each other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, Literal, cast

from sqlalchemy import Boolean
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

DialectName = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]

CHUNK_SIZES: Final = (64, 16, 4)
"""Row counts of the prepared many-row inserts, largest first."""
_MAX_PARAMETERS: Final = 30_000


@lru_cache(maxsize=2)
def sqlalchemy_dialect(name: DialectName) -> Any:
    """Return the SQLAlchemy dialect used for compiling; it never connects."""
    if name == "sqlite":
        from sqlalchemy.dialects.sqlite.base import SQLiteDialect  # noqa: PLC0415 - only the one in use

        return SQLiteDialect(paramstyle="named")
    from salon.foundation.storage.postgres_dialect import PostgresDialect  # noqa: PLC0415

    return PostgresDialect()


class Compiled:
    """One statement in one dialect: SQL text and what must be known to bind and read it."""

    __slots__ = ("_compiler", "booleans", "chunks", "columns", "constants", "pick", "sql", "width")

    def __init__(self, construct: ClauseElement, dialect: DialectName) -> None:
        compiler = cast(SQLCompiler, construct.compile(dialect=sqlalchemy_dialect(dialect)))
        self.sql: str = str(compiler)
        self.constants: dict[str, Any] = _constants(compiler)
        expands = bool(compiler.post_compile_params)
        self._compiler: SQLCompiler | None = compiler if expands else None
        self.booleans: tuple[int, ...] = _boolean_columns(construct) if dialect == "sqlite" else ()
        self.columns: tuple[str, ...] = ()
        self.chunks: tuple[tuple[int, str], ...] = ()
        self.pick: Callable[[Mapping[str, Any]], Row] | None = None
        self.width = 0
        if compiler.isinsert and not expands and dialect == "sqlite":
            self._prepare_chunks(compiler)

    def _prepare_chunks(self, compiler: SQLCompiler) -> None:
        names: list[str] = list(compiler.bind_names.values())
        values = "(" + ", ".join(f":{name}" for name in names) + ")"
        if self.sql.count(values) != 1 or not names:
            return
        one = "(" + ", ".join("?" * len(names)) + ")"
        sizes = [size for size in (*CHUNK_SIZES, 1) if size * len(names) <= _MAX_PARAMETERS]
        self.chunks = tuple((size, self.sql.replace(values, ", ".join([one] * size))) for size in sizes)
        self.columns = tuple(names)
        self.width = len(names)
        self.pick = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)

    def bind(self, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the SQL and the parameters to run with ``params``."""
        if self.constants:
            params = {**self.constants, **params}
        if self._compiler is None:
            return self.sql, params
        state = self._compiler.construct_expanded_state(params)
        return state.statement, cast(dict[str, Any], state.parameters)

    def flatten(self, rows: Sequence[Mapping[str, Any] | Row]) -> list[Any]:
        """Return the values of ``rows`` one after the other, in column order."""
        if _are_tuples(rows):
            return list(chain.from_iterable(cast(Sequence[Row], rows)))
        mappings = cast(Sequence[Mapping[str, Any]], rows)
        if self.constants:
            mappings = [{**self.constants, **row} for row in mappings]
        assert self.pick is not None
        return list(chain.from_iterable(map(self.pick, mappings)))


class Statement:
    """A statement that is compiled once per dialect, when it is first used."""

    __slots__ = ("_postgresql", "_sqlite", "construct")

    def __init__(self, construct: ClauseElement | Mapping[DialectName, ClauseElement]) -> None:
        self.construct = construct
        self._sqlite: Compiled | None = None
        self._postgresql: Compiled | None = None

    def _form(self, dialect: DialectName) -> Compiled:
        construct = self.construct
        chosen = construct if isinstance(construct, ClauseElement) else construct[dialect]
        return Compiled(chosen, dialect)

    @property
    def sqlite(self) -> Compiled:
        """The SQLite form."""
        if self._sqlite is None:
            self._sqlite = self._form("sqlite")
        return self._sqlite

    @property
    def postgresql(self) -> Compiled:
        """The PostgreSQL form."""
        if self._postgresql is None:
            self._postgresql = self._form("postgresql")
        return self._postgresql


def statement(construct: ClauseElement | Mapping[DialectName, ClauseElement]) -> Statement:
    """Return ``construct`` as a statement to keep at module level.

    Bind with ``bindparam("name")``; an insert without values binds every column of its table by name.
    Where the dialects truly differ, pass ``{"sqlite": …, "postgresql": …}``.
    """
    return Statement(construct)


def _are_tuples(rows: Sequence[object]) -> bool:
    return isinstance(rows[0], tuple)


def _constants(compiler: SQLCompiler) -> dict[str, Any]:
    """Return the values the statement brings itself: literals and scalar column defaults."""
    found: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    if compiler.isinsert:
        table = cast(Any, compiler.statement).table
        defaults = {
            column.key: column.default.arg
            for column in table.columns
            if getattr(column.default, "is_scalar", False)
        }
    for parameter, name in compiler.bind_names.items():
        if name in defaults and (parameter.required or parameter.value is None):
            found[name] = defaults[name]
        elif not parameter.required:
            found[name] = parameter.effective_value
    return found


def _boolean_columns(construct: ClauseElement) -> tuple[int, ...]:
    """Return the places of Boolean result columns; SQLite gives integers there."""
    columns = getattr(construct, "selected_columns", None)
    if columns is None:
        columns = getattr(construct, "_returning", ())
    return tuple(
        place for place, column in enumerate(columns) if isinstance(getattr(column, "type", None), Boolean)
    )
