"""What can be wrong with a client's own id."""

from salon.foundation.kit.errors import Conflict


class ActDiffers(Conflict):
    """A client's id was used for something else before. Fields: ``client_id``."""

    code = "act_differs"
