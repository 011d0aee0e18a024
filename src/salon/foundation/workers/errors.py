"""How work in a process of its own can fail."""

from salon.foundation.kit.errors import InvalidRequest


class WorkRefused(InvalidRequest):
    """The function refused what it was given, with a reason for people. Fields: ``field``, ``problem``."""

    code = "work_refused"
    status = 422


class WorkLimit(InvalidRequest):
    """What was given needs more than it may take. Fields: ``field``, ``what``, ``limit``.

    ``what`` is ``time``, ``computing time``, ``memory`` or ``output``; ``limit`` says how much, in what unit.
    """

    code = "work_limit"
    status = 422


class WorkCrashed(InvalidRequest):
    """What was given brought the library down that reads it. Fields: ``field``, ``detail``."""

    code = "work_crashed"
    status = 422
