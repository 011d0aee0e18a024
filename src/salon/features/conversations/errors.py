"""What can be wrong with an act on a conversation, besides what is wrong everywhere."""

from salon.foundation.kit.errors import Conflict, NotFound, SalonError, TooLarge


class ChangedMeanwhile(SalonError):
    """It is another version by now than the one the caller saw. Fields: ``what``, ``id``, ``version``."""

    code = "changed_meanwhile"
    status = 412


class HeadMoved(Conflict):
    """The branch ends at another message than expected. Fields: ``branch``, ``head``."""

    code = "head_moved"


class LinkUntold(Conflict):
    """The key is gone that a link was made with, so that it cannot be told again. Fields: ``id``."""

    code = "link_untold"


class BodyGone(Conflict):
    """What a deleted message said is gone, so that it cannot come back. Fields: ``what``, ``id``."""

    code = "body_gone"


class TemporaryGone(NotFound):
    """This process has no such temporary conversation for the caller. Fields: ``what``, ``id``."""

    code = "temporary_gone"


class TemporaryRefused(Conflict):
    """What is asked for is not done with temporary conversations. Fields: ``id``."""

    code = "temporary_refused"


class TemporaryTooMany(Conflict):
    """A space has as many temporary conversations as it may. Fields: ``limit``."""

    code = "temporary_too_many"


class TemporaryFull(Conflict):
    """Temporary conversations hold as much as they may. Fields: ``whose``, ``limit_bytes``."""

    code = "temporary_full"


class ExportTooLarge(TooLarge):
    """So much is exported as a run, and not in one answer. Fields: ``messages``, ``limit``."""

    code = "export_too_large"
