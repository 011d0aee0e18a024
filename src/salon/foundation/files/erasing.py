"""Erasing files with what mentioned them: their content goes at once, and not after the usual hour."""

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


def erase_kept_for(tx: Transaction, scope: SpaceScope, purpose: str, *, keep_s: int, now_ms: int) -> bool:
    """Erase all files that Salon keeps for a purpose so long; False if there are none.

    One that is stored in this moment is stored before, and erased, or after: then whoever stores it sees in
    the same transaction what this one erased. Anybody may send a file for any purpose; how long it is kept
    tells them apart.
    """
    store.hold_count(tx, scope)
    gone = [
        erase_file(tx, scope, file.id, now_ms=now_ms)
        for file in store.references_for(tx, scope, purpose)
        if file.expires_at_ms == file.created_at_ms + keep_s * 1000
    ]
    return any(gone)
