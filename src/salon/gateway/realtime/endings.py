"""How a session's end is told: the error it is, and the code and reason of the close."""

import logging
from typing import Final

from salon.foundation.egress import SocketClosed
from salon.foundation.kit.errors import (
    BudgetExceeded,
    ClientGone,
    Internal,
    InvalidRequest,
    NotAllowed,
    NotSignedIn,
    RateLimited,
    SalonError,
    ShuttingDown,
    UpstreamBroken,
)
from salon.foundation.kit.ids import new_id
from salon.gateway.realtime.ports import ClientLeft

_logger = logging.getLogger(__name__)
_REASON_BYTES: Final = 120
"""A close frame has room for 123."""
_UNSENDABLE: Final = frozenset({1004, 1005, 1006, 1015})
_QUIET_CODES: Final = frozenset({1000, 1001})
_BLOT: Final = "***"


class SessionOver(InvalidRequest):
    """A session that was silent, or open, for as long as one may be. Fields: ``field``, ``problem``."""


def as_error(cause: BaseException, *, provider: str, secrets: tuple[str, ...]) -> SalonError:
    """Return why the answers under way did not end well; logs what nobody expected."""
    if isinstance(cause, ClientLeft):
        return ClientGone()
    if isinstance(cause, SocketClosed):
        told = f"it closed the session ({cause.code}{' ' if cause.reason else ''}{cause.reason})"
        return UpstreamBroken(provider=provider, detail=without(cause.problem or told, secrets))
    if isinstance(cause, SalonError):
        return cause
    request_id = new_id("req")
    _logger.error("a realtime session failed (%s)", request_id, exc_info=cause)
    return Internal(request_id=request_id)


def ends_well(cause: BaseException) -> bool:
    """Tell whether the provider closed the session as one does."""
    return isinstance(cause, SocketClosed) and cause.code in _QUIET_CODES


def close_of(cause: BaseException, error: SalonError, *, secrets: tuple[str, ...]) -> tuple[int, str]:
    """Return the code and the reason of the caller's close frame."""
    if isinstance(cause, SocketClosed):
        told = without(cause.reason, secrets) if cause.code is not None else error.message
        return sendable(cause.code, 1011), cut(told)
    if isinstance(error, ShuttingDown):
        return 1001, cut(error.message)
    if isinstance(error, BudgetExceeded | RateLimited | NotSignedIn | NotAllowed | InvalidRequest):
        return 1008, cut(error.message)
    return 1011, cut(error.message)


def sendable(code: int | None, otherwise: int) -> int:
    """Return ``code`` if a close frame may carry it."""
    if code is None or code in _UNSENDABLE or not (1000 <= code <= 1014 or 3000 <= code <= 4999):
        return otherwise
    return code


def cut(text: str) -> str:
    """Return as much of ``text`` as a close frame has room for."""
    return text.encode()[:_REASON_BYTES].decode("utf-8", "ignore")


def without(text: str, secrets: tuple[str, ...]) -> str:
    """Return what a provider said without our credential."""
    for secret in secrets:
        text = text.replace(secret, _BLOT)
    return text
