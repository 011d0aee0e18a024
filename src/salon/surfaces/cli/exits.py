"""The exit codes of ``salon``; documented in its help, tested, and never renumbered."""

from enum import IntEnum

from salon.foundation.kit.errors import ConfigError, NotAllowed, NotSignedIn, SalonError, StorageError


class Exit(IntEnum):
    """What the end of a command means to a script."""

    OK = 0
    FAILED = 1
    """The request was understood and failed."""
    USAGE = 2
    """The command line itself is wrong (click's own code)."""
    CONFIG = 3
    """A setting or the data directory cannot be used."""
    UNREACHABLE = 4
    """No Salon answers at the given address."""
    REFUSED = 5
    """The credential is missing, wrong or lacks the right."""
    INTERRUPTED = 130
    """Ctrl-C."""


class UnreachableError(SalonError):
    """No Salon answers there. Fields: ``problem``, ``fix``."""

    code = "unreachable"
    status = 503
    retryable = True


class ServedError(SalonError):
    """An error a running Salon answered with; carries its code and its sentence."""

    def __init__(self, *, status: int, code: str, message: str) -> None:
        super().__init__()
        self.status = status
        self.served_code = code
        self._message = message

    @property
    def message(self) -> str:
        """The sentence as the server wrote it."""
        return self._message


def exit_code(error: SalonError) -> Exit:
    """Return the exit code for an error that ends a command."""
    if isinstance(error, UnreachableError):
        return Exit.UNREACHABLE
    if isinstance(error, NotSignedIn | NotAllowed) or error.status in (401, 403):
        return Exit.REFUSED
    if isinstance(error, ConfigError) or (isinstance(error, StorageError) and error.fields.get("setting")):
        return Exit.CONFIG
    if isinstance(error, ServedError) and error.served_code == "config":
        return Exit.CONFIG
    return Exit.FAILED


EPILOG = """\b
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad configuration,
4 no Salon answers, 5 refused (credential), 130 interrupted.
"""
