"""The CREATE statements of the metadata, in one dialect, safe to run again."""

from sqlalchemy.schema import CreateIndex, CreateTable

from salon.foundation.storage.schema import metadata
from salon.foundation.storage.statement import DialectName, sqlalchemy_dialect


def create_statements(dialect: DialectName) -> list[str]:
    """Return CREATE TABLE and CREATE INDEX for every table of the imported metadata."""
    compiler = sqlalchemy_dialect(dialect)
    found: list[str] = []
    for table in metadata.sorted_tables:
        found.append(str(CreateTable(table, if_not_exists=True).compile(dialect=compiler)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [str(CreateIndex(index, if_not_exists=True).compile(dialect=compiler)) for index in indexes]
    return found
