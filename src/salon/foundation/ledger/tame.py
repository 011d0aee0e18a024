"""Makes rows that hold a stranger's words and numbers fit for any database."""

from typing import Any, Final, TypeVar

import msgspec

from salon.foundation.ledger.models import AttemptEntry, RequestEntry

LONGEST_TEXT: Final = 200
_LARGEST: Final = 2**63 - 1

Entry = TypeVar("Entry", RequestEntry, AttemptEntry)


def shortened(entry: RequestEntry) -> RequestEntry:
    """Return ``entry`` with the model the caller named cut to a bearable length."""
    if len(entry.alias) <= LONGEST_TEXT:
        return entry
    return msgspec.structs.replace(entry, alias=entry.alias[: LONGEST_TEXT - 1] + "…")


def tamed(entry: Entry) -> Entry:
    """Return ``entry`` without NUL, lone surrogates, endless texts and numbers over 64 bits."""
    changes: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(entry).items():
        better = _tame(value)
        if better is not value:
            changes[name] = better
    return msgspec.structs.replace(entry, **changes) if changes else entry


def _tame(value: object) -> object:
    if isinstance(value, str):
        if len(value) <= LONGEST_TEXT and "\x00" not in value and value.isascii():
            return value
        text = value[:LONGEST_TEXT].replace("\x00", "�")
        return text.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        return _LARGEST if value > 0 else -_LARGEST
    return value
