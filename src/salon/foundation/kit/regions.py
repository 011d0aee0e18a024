"""Names of regions and of promises about data: which are names, and which region lies in which."""

import re
from typing import Final

LONGEST: Final = 60
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_name(text: str) -> bool:
    """Tell whether ``text`` can name a region or a promise: ``eu-central-1``, ``no-training``."""
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def covers(allowed: str, region: str) -> bool:
    """Tell whether ``region`` is ``allowed`` or lies in it: ``eu`` covers ``eu-central-1``.

    What is no name covers nothing, not even itself: an unknown region lies nowhere.
    """
    return bool(allowed) and (region == allowed or region.startswith(f"{allowed}-"))
