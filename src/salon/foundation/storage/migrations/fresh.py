"""A new SQLite file gets the schema as the migrations leave it, from a script they wrote.

Running them would import Alembic, a tenth of the first start. ``tools/make_migration.py`` writes the
script; a test holds it to what the migrations do. Databases that hold anything, and PostgreSQL, are
migrated.
"""

import time
from typing import Final

from salon.foundation.storage.revision import DIRECTORY, head
from salon.foundation.storage.sqlite_connection import Connection, begin_patiently

SCRIPT: Final = DIRECTORY / "fresh_sqlite.sql"
_FIRST: Final = "-- revision "
_NOW: Final = ":now_ms"
_INSERT_VERSION: Final = "INSERT INTO alembic_version (version_num) VALUES ('{}');"
_INSERT_REVISION: Final = (
    "INSERT INTO schema_revisions (revision, oldest_reader, applied_at_ms) VALUES ('{}', '{}', {});"
)


def script_of(connection: Connection) -> str:
    """Return the script that makes a database like the one ``connection`` is open on, just migrated."""
    query = "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    made = connection.execute(query).fetchall()
    lines = [f"{_FIRST}{head()}", *(f"{row[0]};" for row in made)]
    # Revisions are numbers that our own files are named by.
    for (version,) in connection.execute("SELECT version_num FROM alembic_version").fetchall():
        lines.append(_INSERT_VERSION.format(version))
    query = "SELECT revision, oldest_reader FROM schema_revisions ORDER BY revision"
    lines += [_INSERT_REVISION.format(*row, _NOW) for row in connection.execute(query).fetchall()]
    return "\n".join([*lines, ""])


def create(connection: Connection) -> bool:
    """Make the schema in an empty file; false if it is not empty or the script is of another release."""
    try:
        script = SCRIPT.read_text()
    except FileNotFoundError:
        return False
    first, _, rest = script.partition("\n")
    if first != f"{_FIRST}{head()}":
        return False
    begin_patiently(connection)
    try:
        (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0]
        if count:
            return False
        connection.execute(rest.replace(_NOW, str(time.time_ns() // 1_000_000)))
        connection.execute("COMMIT")
        return True
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
