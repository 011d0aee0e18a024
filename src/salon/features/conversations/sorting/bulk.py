"""Acts on many conversations at once, each with an undo that puts back exactly what it changed.

A long act is written in slices, so that others' writes pass between them; what it changed so far is kept
with each slice, under one id. An act with a client's id is claimed with its first slice: whoever sends it
again before it has ended, at the same moment or after a process died, goes on with it, and no other is done.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from salon.features.conversations.errors import TemporaryRefused
from salon.features.conversations.models import Conversation
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.sorting import store, undo_store
from salon.features.conversations.sorting.folder_undo import is_of_folder, put_folder_back
from salon.features.conversations.sorting.folders import the_folder
from salon.features.conversations.sorting.listing_store import list_ids
from salon.features.conversations.sorting.models import BulkAct, BulkDone, Change, Filter, MarkAct, Undone
from salon.features.conversations.sorting.tags import check_tag
from salon.features.conversations.sorting.undo_store import KEPT_MS, MOST
from salon.features.conversations.store.conversations import change_conversation, get_conversation
from salon.features.conversations.tree import Desk, author_id
from salon.foundation.acts import Ids, keep_act, made_before
from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

SLICE: Final = 50
_ACT: Final = "conversations.act"
_MARKS: Final[dict[MarkAct, tuple[str, bool]]] = {
    "pin": ("pinned_at_ms", True), "unpin": ("pinned_at_ms", False),
    "archive": ("archived_at_ms", True), "unarchive": ("archived_at_ms", False),
    "hide": ("hidden_at_ms", True), "unhide": ("hidden_at_ms", False),
    "delete": ("deleted_at_ms", True),
}  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An act, and on which conversations: those named, or those that a filter finds."""

    act: BulkAct
    ids: tuple[str, ...] = ()
    filter: Filter | None = None
    folder_id: str | None = None
    """Where ``move`` goes; None is out of every folder."""
    tags: tuple[str, ...] = ()
    """Names, for ``tag`` and ``untag``; a tag that is not there is made."""


class _UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept under a client's id until its act has ended."""

    undo_id: str
    begun_at_ms: int
    changes: int
    """How many are written; those who work on one act see by it whether somebody else went on."""


class _SoFar(msgspec.Struct, frozen=True):
    """What the slices written so far have done."""

    changes: tuple[Change, ...] = ()
    missing: tuple[str, ...] = ()

    def and_more(self, changes: Sequence[Change], missing: Sequence[str]) -> "_SoFar":
        return _SoFar((*self.changes, *changes), (*self.missing, *missing))


class Bulk:
    """Acts on many conversations, for one caller at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def act(self, caller: Caller, asked: Asked, *, client_id: str | None = None) -> BulkDone:
        """Do an act on many conversations and return how to undo it.

        Raises: InvalidRequest, NotFound for the folder, ActDiffers, TemporaryRefused.
        """
        _check(asked)
        known = await self._desk.made_before(caller, act=_ACT, asked=asked, client_id=client_id)
        if known is not None and not _is_under_way(known):
            return msgspec.convert(known, BulkDone)
        ids = await self._ids(caller, asked)
        under_way = _UnderWay(undo_id=new_id("und"), begun_at_ms=self._desk.clock.now_ms(), changes=0)
        so_far = _SoFar()
        for start in range(0, max(1, len(ids)), SLICE):
            part = ids[start : start + SLICE]
            write = _Slice(caller, asked, client_id, under_way, so_far, part, start + SLICE >= len(ids))
            written = await self._desk.storage.write(write)
            if isinstance(written, BulkDone):
                return written
            under_way, so_far = written
        raise AssertionError("the last slice ends the act")

    async def undo(self, caller: Caller, undo_id: str, *, client_id: str | None = None) -> Undone:
        """Put back what an act changed, where nobody changed it since; again changes nothing.

        Raises: NotFound, Conflict when its time is over or a folder cannot be where it was, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            return msgspec.to_builtins(put_back(tx, now_ms))

        def put_back(tx: Transaction, now_ms: int) -> Undone:
            tx.take_turn(f"undo:{undo_id}")
            known = undo_store.get_undo(tx, scope, undo_id)
            if known is None:
                raise NotFound(what="act", id=undo_id[:100])
            _, changes, expires_at_ms, undone_at_ms = known
            if undone_at_ms is not None:  # then only what was put back is kept
                return Undone(undo_id=undo_id, restored=tuple(one.id for one in changes), left=())
            if now_ms >= expires_at_ms:
                raise Conflict(problem="The time to undo this is over.")
            restored = [one for one in changes if _put_back(tx, caller, one, now_ms=now_ms)]
            undo_store.set_undone(tx, scope, undo_id, restored, now_ms=now_ms)
            ids = tuple(one.id for one in restored)
            _tell(tx, caller, undo_id, "undo", [one.id for one in restored if not is_of_folder(one)])
            left = tuple(one.id for one in changes if one not in restored)
            return Undone(undo_id=undo_id, restored=ids, left=left)

        return await self._desk.act(
            caller,
            do,
            lambda _, made: msgspec.convert(made, Undone),
            act="conversations.undo-act",
            asked=undo_id,
            client_id=client_id,
        )

    async def _ids(self, caller: Caller, asked: Asked) -> list[str]:
        if asked.filter is None:
            return list(dict.fromkeys(asked.ids))
        scope, wanted = SpaceScope(caller.space_id), asked.filter
        reader = author_id(caller) or ""
        return await self._desk.storage.read(
            lambda tx: list_ids(tx, scope, wanted, reader=reader, limit=MOST)
        )


class _Slice(msgspec.Struct, frozen=True):
    """One part of an act, written in a transaction of its own."""

    caller: Caller
    asked: Asked
    client_id: str | None
    under_way: _UnderWay
    so_far: _SoFar
    ids: Sequence[str]
    is_last: bool

    def __call__(self, tx: Transaction) -> "BulkDone | tuple[_UnderWay, _SoFar]":
        """Write it; return the act when that ended it, or when somebody else did."""
        under_way, had = self.under_way, self.so_far
        if self.client_id is not None:
            known = made_before(tx, self.caller, act=_ACT, asked=self.asked, client_id=self.client_id)
            if known is not None and not _is_under_way(known):
                return msgspec.convert(known, BulkDone)
            if known is not None and known != msgspec.to_builtins(under_way):
                under_way = msgspec.convert(known, _UnderWay)
                had = self._written_meanwhile(tx, under_way)
        changes, missing = _apply(tx, self.caller, self.asked, self.ids, now_ms=under_way.begun_at_ms)
        after = had.and_more(changes, missing)
        under_way = msgspec.structs.replace(under_way, changes=len(after.changes))
        done = self._done(under_way, after)
        self._keep(tx, under_way, after, done)
        if changes:
            _tell(tx, self.caller, under_way.undo_id, self.asked.act, [one.id for one in changes])
        return done if self.is_last else (under_way, after)

    def _written_meanwhile(self, tx: Transaction, under_way: _UnderWay) -> _SoFar:
        kept = undo_store.get_undo(tx, SpaceScope(self.caller.space_id), under_way.undo_id)
        return _SoFar(() if kept is None else kept[1], self.so_far.missing)

    def _done(self, under_way: _UnderWay, after: _SoFar) -> BulkDone:
        return BulkDone(
            undo_id=under_way.undo_id,
            act=self.asked.act,
            changed=tuple(one.id for one in after.changes),
            missing=after.missing,
            expires_at_ms=under_way.begun_at_ms + KEPT_MS,
        )

    def _keep(self, tx: Transaction, under_way: _UnderWay, after: _SoFar, done: BulkDone) -> None:
        now_ms = under_way.begun_at_ms
        undo_store.keep_undo(
            tx,
            SpaceScope(self.caller.space_id),
            done.undo_id,
            done.act,
            after.changes,
            by=author_id(self.caller),
            now_ms=now_ms,
            expires_at_ms=done.expires_at_ms,
        )
        if self.client_id is not None:
            made = msgspec.to_builtins(done if self.is_last else under_way)
            keep_act(
                tx, self.caller, made, act=_ACT, asked=self.asked, client_id=self.client_id, now_ms=now_ms
            )


def _is_under_way(known: Ids) -> bool:
    return "begun_at_ms" in known


def _apply(
    tx: Transaction, caller: Caller, asked: Asked, ids: Sequence[str], *, now_ms: int
) -> tuple[list[Change], list[str]]:
    scope = SpaceScope(caller.space_id)
    if asked.act == "move" and asked.folder_id is not None:
        the_folder(tx, scope, asked.folder_id)
    tag_ids = _tag_ids(tx, caller, asked, now_ms=now_ms)
    changes, absent = list[Change](), list[str]()
    for conversation_id in ids:
        had = get_conversation(tx, scope, conversation_id)
        if had is None or had.deleted_at_ms is not None:
            absent.append(conversation_id)
            continue
        change = _change(tx, caller, asked, had, tag_ids, now_ms=now_ms)
        if change is not None:
            changes.append(change)
    return changes, absent


def _change(
    tx: Transaction,
    caller: Caller,
    asked: Asked,
    had: Conversation,
    tag_ids: Sequence[str],
    *,
    now_ms: int,
) -> Change | None:
    scope = SpaceScope(caller.space_id)
    if asked.act == "tag":
        added = tuple(
            one for one in tag_ids
            if store.tag_on(tx, scope, had.id, one, by=author_id(caller), now_ms=now_ms)
        )  # fmt: skip
        return Change(id=had.id, added=added) if added else None
    if asked.act == "untag":
        removed = tuple(one for one in tag_ids if store.tag_off(tx, scope, had.id, one))
        return Change(id=had.id, removed=removed) if removed else None
    column, value = _wanted(asked, now_ms=now_ms)
    before = getattr(had, column)
    if before == value or (column != "folder_id" and (before is None) == (value is None)):
        return None
    change_conversation(tx, scope, had.id, **{column: value})
    if asked.act == "delete":
        record(tx, caller, "conversation.deleted", had.id, {"messages": had.messages})
    return Change(id=had.id, columns={column: (before, value)}, messages=had.messages)


def _wanted(asked: Asked, *, now_ms: int) -> tuple[str, Any]:
    if asked.act == "move":
        return "folder_id", asked.folder_id
    assert asked.act != "tag"
    assert asked.act != "untag"
    column, is_on = _MARKS[asked.act]
    return column, now_ms if is_on else None


def _tag_ids(tx: Transaction, caller: Caller, asked: Asked, *, now_ms: int) -> list[str]:
    scope = SpaceScope(caller.space_id)
    if asked.act == "tag":
        for name in asked.tags:
            by = author_id(caller)
            store.add_tag(tx, scope, tag_id=new_id("tag"), name=name.strip(), by=by, now_ms=now_ms)
    return list(store.tag_ids(tx, scope, [name.strip() for name in asked.tags]).values())


def _put_back(tx: Transaction, caller: Caller, change: Change, *, now_ms: int) -> bool:
    scope = SpaceScope(caller.space_id)
    if is_of_folder(change):
        return put_folder_back(tx, caller, change, now_ms=now_ms)
    had = get_conversation(tx, scope, change.id)
    if had is None or any(getattr(had, name) != after for name, (_, after) in change.columns.items()):
        return False
    is_gone = had.deleted_at_ms is not None and "deleted_at_ms" not in change.columns
    if is_gone or ("deleted_at_ms" in change.columns and had.messages != change.messages):
        return False  # deleted since, or erased: then nothing is left to bring back
    if change.columns:
        values = {name: before for name, (before, _) in change.columns.items()}
        if values.get("folder_id") is not None and store.get_folder(tx, scope, values["folder_id"]) is None:
            return False
        change_conversation(tx, scope, change.id, **values)
    for tag_id in change.added:
        store.tag_off(tx, scope, change.id, tag_id)
    for tag_id in change.removed:
        store.tag_on(tx, scope, change.id, tag_id, by=author_id(caller), now_ms=now_ms)
    return True


def _check(asked: Asked) -> None:
    if bool(asked.ids) == (asked.filter is not None):
        raise InvalidRequest(field="ids", problem="Send either ids or a filter.")
    if len(asked.ids) > MOST:
        raise WrongField(field="ids", problem=f"Send {MOST} or fewer.", limit=MOST)
    for one in filter(is_temporary, asked.ids):
        raise TemporaryRefused(id=one[:100])
    if (asked.act in {"tag", "untag"}) != bool(asked.tags):
        raise InvalidRequest(field="tags", problem="They are for “tag” and “untag”, which need at least one.")
    for name in asked.tags:
        check_tag(name)


def _tell(tx: Transaction, caller: Caller, undo_id: str, act: str, ids: Sequence[str]) -> None:
    data = {"act": act, "conversations": list(ids)}
    event = Event(type="conversations.sorted", subject=undo_id, data=data, created_by=author_id(caller))
    publish(tx, SpaceScope(caller.space_id), event)
