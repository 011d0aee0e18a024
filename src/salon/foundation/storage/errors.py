"""What can go wrong in the database, in the house's own words."""

from salon.foundation.kit.errors import Conflict, InvalidRequest, StorageError


class ConstraintViolated(Conflict):
    """A row exists already, or refers to one that is gone. Fields: ``problem``.

    ``detail`` is the driver's text, for logs and for the code that knows its own constraints. After it
    a transaction on PostgreSQL is lost: let it leave the function.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(problem="The row exists already, or refers to one that is gone.")
        self.detail = detail


class TurnNeeded(Exception):
    """Another transaction holds the turn of ``key``; run again after waiting for it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def from_constraint(detail: str) -> ConstraintViolated:
    """Return: a row is there already, or one it needs is not."""
    return ConstraintViolated(detail)


def unkept_character() -> InvalidRequest:
    """Return: a text holds a character that PostgreSQL keeps in no text, which NUL is."""
    return InvalidRequest(field="text", problem="It holds a NUL character, which cannot be kept.")


def disk_full(_detail: str = "") -> StorageError:
    """Return: the disk under the database has no room."""
    return StorageError(
        problem="The disk that holds the database is full.",
        fix="Free some space; writing resumes without a restart.",
    )


def unwritable(detail: str) -> StorageError:
    """Return: the database file or its directory cannot be written."""
    return StorageError(
        problem=f"The database cannot be written ({detail}).",
        fix="Check the owner and the rights of the data directory, and that its disk is not read-only.",
    )


def damaged(detail: str) -> StorageError:
    """Return: the database file is not what it should be."""
    return StorageError(
        problem=f"The database is damaged ({detail}).",
        fix="Run “salon db check”; “salon db restore” brings back the last backup.",
    )


def busy(_detail: str = "") -> StorageError:
    """Return: another process keeps the database locked."""
    return StorageError(
        problem="Another process keeps the database locked.",
        fix="End the other program that has the database open, then try again.",
    )


def unreachable(detail: str) -> StorageError:
    """Return: the database server does not answer."""
    return StorageError(
        problem=f"The database server cannot be reached ({detail}).",
        fix="Check that it runs and that the database address in the settings is right.",
        setting="storage.url",
    )


def refused(detail: str) -> StorageError:
    """Return: the database refused a statement for a reason that is not the caller's."""
    return StorageError(
        problem=f"The database refused the statement ({detail}).", fix="The log has the details."
    )
