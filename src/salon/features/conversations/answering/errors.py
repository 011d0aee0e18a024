"""What can be wrong with an answer that is asked for, besides what is wrong everywhere."""

from salon.foundation.kit.errors import Conflict, TooLarge


class QueueFull(Conflict):
    """Too many messages wait on a branch. Fields: ``limit``."""

    code = "queue_full"


class QueueMoved(Conflict):
    """What waited was sent, changed or dropped meanwhile. Fields: ``id``."""

    code = "queue_moved"


class AnswerTooLarge(TooLarge):
    """The answer is larger than a message may be, and was cut. Fields: ``limit_bytes``."""

    code = "answer_too_large"
