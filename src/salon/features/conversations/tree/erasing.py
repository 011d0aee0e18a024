"""Erasing: what was said is gone now, with all that was made of it; only ids stay.

Whoever keeps something made of messages (an index, a share, a run's log) puts a function into
``Erasers``: it gets the ids of what is erased in the transaction that erases them.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from salon.features.conversations.models import Conversation
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store import deleting
from salon.features.conversations.store.deleting import Erasure
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


class Erasers:
    """Who else must forget."""

    def __init__(self) -> None:
        self._all: list[Eraser] = []
        self._whole: list[WholeEraser] = []

    def add(self, eraser: Eraser) -> None:
        """Ask ``eraser`` from now on, each time something is erased or its time is over."""
        self._all.append(eraser)

    def add_whole(self, eraser: WholeEraser) -> None:
        """Ask ``eraser`` from now on, each time a whole conversation is erased or its time is over."""
        self._whole.append(eraser)

    def forget_whole(self, tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
        """Let everybody forget what belongs to a conversation and to none of its messages."""
        for eraser in self._whole:
            eraser(tx, scope, conversation_id)

    def forget(self, tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
        """Let everybody forget what was made of messages."""
        for part in deleting.chunks(ids):
            for eraser in self._all:
                eraser(tx, scope, part)


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure took away, and what it left."""

    messages: tuple[str, ...]
    copies: tuple[tuple[str, str], ...]
    """(conversation, message) of those that say the same and were left."""


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
    derived = deleting.derived_from(tx, scope, ids, (*DERIVED, *(COPIED if copies else ())))
    gone = [*ids, *derived]
    left = {} if copies else deleting.derived_from(tx, scope, gone, COPIED)
    counted: dict[str, int] = {}
    for message_id, conversation_id in derived.items():
        if deleting.tombstone(tx, scope, [message_id], now_ms=now_ms):
            counted[conversation_id] = counted.get(conversation_id, 0) + 1
    for conversation_id, count in counted.items():
        store.add_messages(tx, scope, conversation_id, added=-count, now_ms=now_ms)
    deleting.empty(tx, scope, gone)
    erasers.forget(tx, scope, gone)
    noted = [
        Erasure(
            id=new_id("era"),
            space_id=scope.space_id,
            created_by=created_by,
            kind="message",
            target_id=one,
            created_at_ms=now_ms,
        )
        for one in gone
    ]
    deleting.note_erasures(tx, scope, noted)
    return Erased(
        messages=tuple(gone), copies=tuple((where, one) for one, where in left.items() if one not in gone)
    )


def erase_title(
    tx: Transaction, scope: SpaceScope, conversation: Conversation, ids: Sequence[str], *, now_ms: int
) -> None:
    """Take away a title that a model made from any of ``ids``."""
    if not set(ids).isdisjoint(conversation.sources):
        store.change_conversation(
            tx, scope, conversation.id, title="", title_by="nobody", sources=(), changed_at_ms=now_ms
        )
