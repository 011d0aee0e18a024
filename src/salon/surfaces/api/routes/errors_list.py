"""The error catalogue as data: every code with its status and its sentence."""

from typing import Any

from salon.foundation.kit.catalogue import SENTENCES
from salon.foundation.kit.errors import SalonError


def error_kinds() -> list[dict[str, Any]]:
    """List every error code once, in alphabetical order."""
    kinds: dict[str, dict[str, Any]] = {}
    waiting: list[type[SalonError]] = [SalonError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.code in SENTENCES:
            entry = {"status": kind.status, "retryable": kind.retryable, "sentence": SENTENCES[kind.code]}
            kinds.setdefault(kind.code, {"code": kind.code, **entry})
    return [kinds[code] for code in sorted(kinds)]
