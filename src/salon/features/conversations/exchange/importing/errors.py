"""What can be wrong with asking for an import; what is wrong with an export stands in its report."""

from salon.foundation.kit.errors import Conflict


class ImportsFull(Conflict):
    """The space has as many imports under way as it may. Fields: ``limit``."""

    code = "imports_full"
