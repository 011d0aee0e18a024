"""Erasing a file with what mentioned it: its content goes at once, and not after the usual hour."""

from typing import Final

from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.files import store
from salon.foundation.files.derivatives_store import derivatives_of
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction

_KEPT: Final = frozenset({"batch", "batch_output", "evals", "fine-tune"})
"""Purposes of files that something else works with, whoever mentions them."""


def erase_file(tx: Transaction, scope: SpaceScope, file_id: str, *, now_ms: int) -> bool:
    """Remove a file and all that was made of it, with its records; False if it is gone or kept for more.

    The next look of the collector takes content that nothing else refers to. Whoever sends the same content
    in that moment is told to try again.
    """
    file = store.get_reference(tx, scope, file_id)
    if file is None or file.purpose in _KEPT:
        return False
    hashes = {file.hash, *(one.hash for one in derivatives_of(tx, scope, file_id) if one.hash is not None)}
    store.delete_reference(tx, scope, file_id, now_ms=now_ms)
    store.let_go(tx, scope, sorted(hashes))
    caller = Caller(kind="system", space_id=scope.space_id, rights=frozenset(), via="internal")
    record(tx, caller, "file.erased", file_id)
    publish(tx, scope, Event(type="file.deleted", subject=file_id))
    return True
