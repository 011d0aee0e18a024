"""Why a turn is refused, or ends before its answer does."""

from salon.foundation.kit.errors import Conflict, ContextTooLong, SalonError


class TurnTooLong(ContextTooLong):
    """What must be sent does not fit; there are three ways out, each with its number.

    Fields: ``model``, ``limit``, ``assumed``, ``reserved``, ``needed``, ``over``, ``removable`` (tokens of
    what was said that are sent), ``left_out`` (tokens that trimming or summarising would save), ``wanted``
    (the window that would do); all in tokens.
    """

    code = "turn_too_long"


class TurnLimit(Conflict):
    """A limit of the turn was reached. Fields: ``limit``, in words."""

    code = "turn_limit"


class TurnBroken(SalonError):
    """The process that had the turn is gone; what was said until then is kept."""

    code = "turn_broken"
    status = 503
    retryable = True
