"""Brings back a folder that was deleted, with what was in it, as far as nobody has moved that since."""

import msgspec

from salon.features.conversations.sorting import store, undo_store
from salon.features.conversations.sorting.models import Change, Folder
from salon.features.conversations.sorting.placing import check_place, tell_folder, turn_of
from salon.features.conversations.sorting.undo_store import KEPT_MS, MOST
from salon.features.conversations.tree import author_id
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

_ACT = "folder.remove"


def keep_removal(tx: Transaction, caller: Caller, folder: Folder, *, now_ms: int) -> str | None:
    """Keep what deleting a folder is about to change; None where more than ``MOST`` are in it."""
    scope = SpaceScope(caller.space_id)
    filed = store.filed_in(tx, scope, folder.id, limit=MOST + 1)
    if len(filed) > MOST:
        return None
    lifted = (folder.id, folder.parent_id)
    below = [one.id for one in store.list_folders(tx, scope) if one.parent_id == folder.id]
    changes = [
        Change(id=folder.id, folder=folder),
        *(Change(id=one, columns={"parent_id": lifted}) for one in below),
        *(Change(id=one, columns={"folder_id": lifted}) for one in filed),
    ]
    undo_id = new_id("und")
    undo_store.keep_undo(
        tx, scope, undo_id, _ACT, changes,
        by=author_id(caller), now_ms=now_ms, expires_at_ms=now_ms + KEPT_MS,
    )  # fmt: skip
    return undo_id


def is_of_folder(change: Change) -> bool:
    """Tell whether a change was of a folder, not of a conversation."""
    return change.folder is not None or "parent_id" in change.columns


def put_folder_back(tx: Transaction, caller: Caller, change: Change, *, now_ms: int) -> bool:
    """Bring a folder back, or put one back into it; False where it changed since.

    Raises: Conflict where its name is taken or it would be too deep.
    """
    scope = SpaceScope(caller.space_id)
    tx.take_turn(turn_of(scope))
    if change.folder is not None:
        return _bring_back(tx, caller, change.folder, now_ms=now_ms)
    before, after = change.columns["parent_id"]
    had = store.get_folder(tx, scope, change.id)
    if had is None or had.parent_id != after or store.get_folder(tx, scope, before) is None:
        return False
    moved = msgspec.structs.replace(had, parent_id=before)
    check_place(store.list_folders(tx, scope), moved)
    store.change_folder(tx, scope, had, moved, now_ms=now_ms)
    tell_folder(tx, caller, "folder.changed", had.id)
    return True


def _bring_back(tx: Transaction, caller: Caller, folder: Folder, *, now_ms: int) -> bool:
    scope = SpaceScope(caller.space_id)
    known = store.list_folders(tx, scope)
    ids = {one.id for one in known}
    if folder.id in ids:
        return False
    # Where the one above is gone as well, it stands at the top.
    parent_id = folder.parent_id if folder.parent_id in ids else None
    back = msgspec.structs.replace(
        folder, parent_id=parent_id, version=folder.version + 1, changed_at_ms=now_ms
    )
    check_place(known, back)
    store.add_folder(tx, scope, back)
    tell_folder(tx, caller, "folder.created", back.id)
    return True
