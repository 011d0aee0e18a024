"""Erasing: what was said is gone now, with all that was made of it; only ids stay.

Whoever keeps something made of messages (an index, a share, a run's log) puts a function into
``Erasers``: it gets the ids of what is erased in the transaction that erases them.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from salon.features.conversations.store import conversations as store
from salon.features.conversations.store import deleting
from salon.features.conversations.store.deleting import Erasure, ErasureKind
from salon.features.conversations.tree.appending import MAIN, new_branch
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

Eraser = Callable[[Transaction, SpaceScope, Sequence[str]], None]
"""Forgets whatever was made of these messages."""

WholeEraser = Callable[[Transaction, SpaceScope, str], None]
"""Forgets whatever belongs to this conversation: what waits to be said in it."""

DERIVED: Final = ("summary-of",)
"""What goes with what it was made from."""
COPIED: Final = ("forked-from", "merge")
"""What says the same elsewhere: told, and erased when asked to."""


SpaceEraser = Callable[[Transaction, SpaceScope], None]
"""Forgets what may hold anything of the space: the file of an export."""


class Erasers:
    """Who else must forget."""

    def __init__(self) -> None:
        self._all: list[Eraser] = []
        self._whole: list[WholeEraser] = []
        self._space: list[SpaceEraser] = []

    def add(self, eraser: Eraser) -> None:
        """Ask ``eraser`` from now on, each time something is erased or its time is over."""
        self._all.append(eraser)

    def add_whole(self, eraser: WholeEraser) -> None:
        """Ask ``eraser`` from now on, each time a whole conversation is erased or its time is over."""
        self._whole.append(eraser)

    def add_space(self, eraser: SpaceEraser) -> None:
        """Ask ``eraser`` from now on, each time anything of a space is erased; not when a time is over."""
        self._space.append(eraser)

    def forget_space(self, tx: Transaction, scope: SpaceScope) -> None:
        """Let everybody forget what may hold what is erased in this transaction. Call it first."""
        for eraser in self._space:
            eraser(tx, scope)

    def forget_whole(self, tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
        """Let everybody forget what belongs to a conversation and to none of its messages."""
        for eraser in self._whole:
            eraser(tx, scope, conversation_id)

    def forget(self, tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
        """Let everybody forget what was made of messages."""
        for part in deleting.chunks(ids):
            for eraser in self._all:
                eraser(tx, scope, part)


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """What says nothing any more."""

    messages: tuple[str, ...]
    lived: int
    """How many of them were not deleted before."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure took away, and what it left."""

    messages: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]
    """(conversation, message) of those that say the same and were left."""


def let_go(
    tx: Transaction,
    scope: SpaceScope,
    ids: Sequence[str],
    erasers: Erasers,
    *,
    kinds: Sequence[str] = DERIVED,
    now_ms: int,
) -> Gone:
    """Forget what messages said, what was made of them in the ways of ``kinds``, and titles of either."""
    gone = [*ids, *deleting.derived_from(tx, scope, ids, kinds)]
    named, lived = frozenset(gone), 0
    for conversation_id, within in deleting.conversations_of(tx, scope, gone).items():
        if count := deleting.tombstone(tx, scope, within, now_ms=now_ms):
            store.add_messages(tx, scope, conversation_id, added=-count, now_ms=now_ms)
            lived += count
        _erase_title(tx, scope, conversation_id, named)
    deleting.empty(tx, scope, gone)
    erasers.forget(tx, scope, gone)
    return Gone(messages=tuple(gone), lived=lived)


def erase_messages(
    tx: Transaction,
    scope: SpaceScope,
    ids: Sequence[str],
    erasers: Erasers,
    *,
    copies: bool,
    created_by: str | None,
    now_ms: int,
) -> Erased:
    """Erase messages and what was made of them; with ``copies`` also what says the same elsewhere."""
    kinds = (*DERIVED, *(COPIED if copies else ()))
    gone = let_go(tx, scope, ids, erasers, kinds=kinds, now_ms=now_ms).messages
    left = {} if copies else deleting.derived_from(tx, scope, gone, COPIED)
    note(tx, scope, "message", gone, created_by=created_by, now_ms=now_ms)
    return Erased(messages=gone, copies=tuple((where, one) for one, where in left.items() if one not in gone))


def note(
    tx: Transaction,
    scope: SpaceScope,
    kind: ErasureKind,
    ids: Sequence[str],
    *,
    created_by: str | None,
    now_ms: int,
) -> None:
    """Remember what is erased, so that a restore does it again."""
    noted = [
        Erasure(
            id=new_id("era"),
            space_id=scope.space_id,
            created_by=created_by,
            kind=kind,
            target_id=one,
            created_at_ms=now_ms,
        )
        for one in ids
    ]
    deleting.note_erasures(tx, scope, noted)


def erase_branch_again(tx: Transaction, scope: SpaceScope, branch_id: str, *, now_ms: int) -> None:
    """Take away a branch that a backup brought back, with its name; where it was alone a new one opens."""
    had = store.get_branch(tx, scope, branch_id)
    if had is None or not had.name:
        return
    conversation = store.get_conversation(tx, scope, had.conversation_id)
    if had.deleted_at_ms is None:
        store.change_branch(tx, scope, had.id, deleted_at_ms=now_ms, changed_at_ms=now_ms)
    store.change_branch(tx, scope, had.id, name="")
    if conversation is None or conversation.branch_id != had.id:
        return
    left = store.list_branches(tx, scope, conversation.id)
    by = had.created_by
    if not left:
        left = [
            new_branch(
                tx, scope, conversation.id, name=MAIN, head_id=had.head_id, created_by=by, now_ms=now_ms
            )
        ]
    store.change_conversation(tx, scope, conversation.id, branch_id=left[0].id)


def _erase_title(tx: Transaction, scope: SpaceScope, conversation_id: str, gone: frozenset[str]) -> None:
    """Take away a title that was made from any of ``gone``."""
    had = store.get_conversation(tx, scope, conversation_id)
    if had is None or gone.isdisjoint(had.sources):
        return
    store.change_conversation(tx, scope, had.id, title="", title_by="nobody", sources=())
    if had.deleted_at_ms is None:
        data = {"title_by": "nobody"}
        publish(tx, scope, Event(type="conversation.changed", subject=had.id, data=data))
