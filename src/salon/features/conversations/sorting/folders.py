"""Folders: nested, never in a ring, with settings for what is in them."""

from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.sorting import store
from salon.features.conversations.sorting.folder_undo import keep_removal
from salon.features.conversations.sorting.models import Folder, FolderGone, FolderRow
from salon.features.conversations.sorting.placing import (
    MOST_DEPTH,
    MOST_FOLDERS,
    check_place,
    tell_folder,
    turn_of,
)
from salon.features.conversations.sorting.undo_store import KEPT_MS
from salon.features.conversations.tree import Desk, author_id
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound, TooLarge, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

MOST_NAME: Final = 100
MOST_SETTINGS_BYTES: Final = 64 * 1024


class FolderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a folder; what is UNSET stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: str | msgspec.UnsetType | None = msgspec.UNSET
    """The folder that it is to be in; None for none."""
    settings: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """Settings to replace; one that is None goes."""


class Folders:
    """The folders of every space, for one caller at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, caller: Caller) -> list[FolderRow]:
        """Return every folder of the space, each with how many open conversations are in it."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> list[FolderRow]:
            counts = store.count_filed(tx, scope)
            return [
                FolderRow(folder=folder, conversations=counts.get(folder.id, 0))
                for folder in store.list_folders(tx, scope)
            ]

        return await self._desk.storage.read(read)

    async def create(
        self,
        caller: Caller,
        name: str,
        *,
        parent_id: str | None = None,
        settings: dict[str, Any] | None = None,
        client_id: str | None = None,
    ) -> Folder:
        """Make a folder. Raises: InvalidRequest, NotFound for the parent, Conflict, TooLarge, ActDiffers."""
        scope, held = SpaceScope(caller.space_id), _held({}, settings or {})
        _check_name(name)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            tx.take_turn(turn_of(scope))
            known = store.list_folders(tx, scope)
            if len(known) >= MOST_FOLDERS:
                raise Conflict(problem=f"This space has {MOST_FOLDERS} folders already. Delete some first.")
            made = Folder(
                id=new_id("fld"),
                space_id=scope.space_id,
                created_by=author_id(caller),
                parent_id=parent_id,
                name=name,
                settings=held,
                version=1,
                created_at_ms=now_ms,
                changed_at_ms=now_ms,
            )
            check_place(known, made)
            store.add_folder(tx, scope, made)
            tell_folder(tx, caller, "folder.created", made.id)
            return {"folder": made.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: the_folder(tx, scope, made["folder"]),
            act="folder.create",
            asked={"name": name, "parent": parent_id, "settings": settings},
            client_id=client_id,
        )

    async def change(
        self,
        caller: Caller,
        folder_id: str,
        change: FolderChange,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> Folder:
        """Rename or move a folder, or change its settings; with ``version`` only if that is still its own.

        Raises: NotFound, InvalidRequest, Conflict when it would be in itself, ChangedMeanwhile, TooLarge,
            ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            tx.take_turn(turn_of(scope))
            had = the_folder(tx, scope, folder_id)
            new = _changed(had, change)
            check_place(store.list_folders(tx, scope), new)
            if version not in {None, had.version} or not store.change_folder(
                tx, scope, had, new, now_ms=now_ms
            ):
                raise ChangedMeanwhile(what="folder", id=had.id, version=had.version)
            tell_folder(tx, caller, "folder.changed", had.id)
            return {"folder": had.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: the_folder(tx, scope, made["folder"]),
            act="folder.change",
            asked={"folder": folder_id, "change": change},
            client_id=client_id,
        )

    async def remove(self, caller: Caller, folder_id: str, *, client_id: str | None = None) -> FolderGone:
        """Delete a folder; what is in it moves to the one above. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            tx.take_turn(turn_of(scope))
            folder = the_folder(tx, scope, folder_id)
            undo_id = keep_removal(tx, caller, folder, now_ms=now_ms)
            moved = store.drop_folder(tx, scope, folder)
            tell_folder(tx, caller, "folder.removed", folder_id)
            expires_at_ms = None if undo_id is None else now_ms + KEPT_MS
            return {"moved": moved, "undo_id": undo_id, "expires_at_ms": expires_at_ms}

        return await self._desk.act(
            caller,
            do,
            lambda _, made: msgspec.convert(made, FolderGone),
            act="folder.remove",
            asked=folder_id,
            client_id=client_id,
        )


def folder_settings(tx: Transaction, scope: SpaceScope, folder_id: str | None) -> list[dict[str, Any]]:
    """Return the settings of a folder and of those above it, the outermost first: later ones count."""
    if folder_id is None:
        return []
    known = {folder.id: folder for folder in store.list_folders(tx, scope)}
    layers, folder = list[dict[str, Any]](), known.get(folder_id)
    while folder is not None and len(layers) <= MOST_DEPTH:
        layers.append(folder.settings)
        folder = known.get(folder.parent_id or "")
    return layers[::-1]


def the_folder(tx: Transaction, scope: SpaceScope, folder_id: str) -> Folder:
    """Return a folder of the space. Raises: NotFound."""
    found = store.get_folder(tx, scope, folder_id)
    if found is None:
        raise NotFound(what="folder", id=folder_id[:100])
    return found


def _changed(had: Folder, change: FolderChange) -> Folder:
    name = had.name if change.name is msgspec.UNSET else change.name
    _check_name(name)
    return msgspec.structs.replace(
        had,
        name=name,
        parent_id=had.parent_id if change.parent_id is msgspec.UNSET else change.parent_id,
        settings=had.settings if change.settings is msgspec.UNSET else _held(had.settings, change.settings),
    )


def _held(had: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    held = {name: value for name, value in {**had, **sent}.items() if value is not None}
    if len(msgspec.json.encode(held)) > MOST_SETTINGS_BYTES:
        raise TooLarge(what="settings", field="settings", limit_bytes=MOST_SETTINGS_BYTES)
    return held


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= MOST_NAME:
        problem = f"It must have 1 to {MOST_NAME} characters."
        raise WrongField(field="name", problem=problem, limit=MOST_NAME)
