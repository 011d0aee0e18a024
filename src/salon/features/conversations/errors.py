"""What can be wrong with an act on a conversation, besides what is wrong everywhere."""

from salon.foundation.kit.errors import Conflict, SalonError, TooLarge


class ChangedMeanwhile(SalonError):
    """It is another version by now than the one the caller saw. Fields: ``what``, ``id``, ``version``."""

    code = "changed_meanwhile"
    status = 412


class HeadMoved(Conflict):
    """The branch ends at another message than expected. Fields: ``branch``, ``head``."""

    code = "head_moved"


class ActDiffers(Conflict):
    """A client's id was used for something else before. Fields: ``client_id``."""

    code = "act_differs"


class BodyGone(Conflict):
    """What a deleted message said is gone, so that it cannot come back. Fields: ``what``, ``id``."""

    code = "body_gone"


class ExportTooLarge(TooLarge):
    """So much is exported as a run, and not in one answer. Fields: ``messages``, ``limit``."""

    code = "export_too_large"
