"""The PostgreSQL programs: found on PATH, checked for their version, run without a password in argv."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from salon.foundation.kit.errors import StorageError
from salon.foundation.storage.postgres_connection import PostgresTransaction, connect, translate
from salon.foundation.storage.revision import current_revision

TOOL_TIMEOUT_S: Final = 3600
_MAJOR: Final = re.compile(r"(\d+)")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A database address split so that the password travels in the environment."""

    conninfo: str
    """Everything but the password."""
    password: str | None

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Return the parts of a PostgreSQL address."""
        from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 - an optional extra

        parts = cast("dict[str, Any]", conninfo_to_dict(url))
        password = parts.pop("password", None)
        return cls(conninfo=make_conninfo(**parts), password=password)


class ServerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of a server before its data is dumped or replaced."""

    major: int
    revision: str | None
    has_tables: bool
    other_sessions: int


def server_facts(url: str) -> ServerFacts:
    """Ask the server. Raises: StorageError."""
    import psycopg  # noqa: PLC0415 - an optional extra

    try:
        with connect(url) as connection:
            revision = current_revision(PostgresTransaction(connection))
            sessions = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            ).fetchone()
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
            ).fetchone()
            assert sessions is not None
            assert tables is not None
            return ServerFacts(
                major=connection.info.server_version // 10_000,
                revision=revision,
                has_tables=bool(tables[0]),
                other_sessions=int(sessions[0]),
            )
    except psycopg.Error as error:
        raise translate(error) from error


def dump(address: Address, target: Path, *, server_major: int) -> None:
    """Write a dump in PostgreSQL's own format. Raises: StorageError."""
    tool = _tool("pg_dump", server_major=server_major)
    _run(address, [tool, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    target.chmod(0o600)


def load(address: Address, source: Path, *, server_major: int) -> None:
    """Replace the database's content by a dump, in one transaction. Raises: StorageError."""
    tool = _tool("pg_restore", server_major=server_major)
    options = [
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
    ]
    _run(address, [tool, *options], last=[str(source)])


def _tool(name: str, *, server_major: int) -> str:
    found = shutil.which(name)
    if found is None:
        raise _refused(f"{name} is not on PATH")
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    match = _MAJOR.search(answer.stdout)
    if match is None or int(match[1]) < server_major:
        raise _refused(
            f"{name} is version {match[1] if match else '?'}, older than the server ({server_major})"
        )
    return found


def _refused(reason: str) -> StorageError:
    return StorageError(
        problem=f"The PostgreSQL database cannot be backed up: {reason}.",
        fix="Install the PostgreSQL client programs of the server's version, or go on with --no-backup.",
    )


def _run(address: Address, command: list[str], *, last: list[str] | None = None) -> None:
    environment = dict(os.environ)
    if address.password is not None:
        environment["PGPASSWORD"] = address.password
    done = subprocess.run(  # noqa: S603 - a program found on PATH, arguments of our own
        [*command, f"--dbname={address.conninfo}", *(last or [])],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TOOL_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"status {done.returncode}"
        raise StorageError(
            problem=f"{Path(command[0]).name} failed: {reason}.", fix="The database was not changed."
        )
