"""The error catalogue as data: every code with its status and its sentence."""

from typing import Any

from salon.foundation.kit.catalogue import SENTENCES
from salon.foundation.kit.errors import SalonError


def error_kinds() -> list[dict[str, Any]]:
    """List every error code once, in alphabetical order. Loads all that has errors of its own: slow, once."""
    from salon.surfaces.api import responses, routes  # noqa: PLC0415 - not before the list is asked for

    assert responses.ResponseSurfaces
    routes.routers()
    kinds: dict[str, dict[str, Any]] = {}
    waiting: list[type[SalonError]] = [SalonError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.code in SENTENCES:
            entry = {"status": kind.status, "retryable": kind.retryable, "sentence": SENTENCES[kind.code]}
            kinds.setdefault(kind.code, {"code": kind.code, **entry})
    return [kinds[code] for code in sorted(kinds)]
