"""What every part of the tree works with: one transaction per act, and acts that are done once."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from salon.features.conversations.errors import ActDiffers
from salon.features.conversations.store.conversations import find_act, record_act
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import WrongField
from salon.foundation.storage import Storage, Transaction

T = TypeVar("T")
Ids = dict[str, Any]
"""What an act made, by ids and figures only: it is kept, and what was said must not be kept twice."""

CLIENT_ID_LETTERS: Final = 200


def author_id(caller: Caller) -> str | None:
    """Return what ``created_by`` of the caller's rows is."""
    return caller.person_id or caller.key_id


def fingerprint_of(act: str, asked: Any) -> str:
    """Return what tells one act from another."""
    encoded = msgspec.json.encode((act, msgspec.to_builtins(asked)), order="sorted")
    return hashlib.sha256(encoded).hexdigest()


def once(
    tx: Transaction,
    caller: Caller,
    do: Callable[[], Ids],
    *,
    act: str,
    asked: Any,
    client_id: str | None,
    now_ms: int,
) -> Ids:
    """Do an act, or return what it did when the client sent it before; in the act's own transaction.

    Raises: ActDiffers when the client's id named something else; what ``do`` raises.
    """
    if client_id is None:
        return do()
    known = made_before(tx, caller, act=act, asked=asked, client_id=client_id)
    if known is not None:
        return known
    result = do()
    keep_act(tx, caller, result, act=act, asked=asked, client_id=client_id, now_ms=now_ms)
    return result


def made_before(tx: Transaction, caller: Caller, *, act: str, asked: Any, client_id: str) -> Ids | None:
    """Return what an act made when the client sent it before. Raises: ActDiffers, InvalidRequest."""
    if not 0 < len(client_id) <= CLIENT_ID_LETTERS:
        problem = f"It must have 1 to {CLIENT_ID_LETTERS} characters."
        raise WrongField(field="client_id", problem=problem, limit=CLIENT_ID_LETTERS)
    known = find_act(tx, SpaceScope(caller.space_id), client_id)
    if known is None:
        return None
    if known[0] != fingerprint_of(act, asked):
        raise ActDiffers(client_id=client_id)
    return known[1]


def keep_act(
    tx: Transaction, caller: Caller, made: Ids, *, act: str, asked: Any, client_id: str, now_ms: int
) -> None:
    """Keep what an act made under the client's id, in the transaction that made it."""
    record_act(
        tx,
        SpaceScope(caller.space_id),
        client_id,
        created_by=author_id(caller),
        fingerprint=fingerprint_of(act, asked),
        result=made,
        now_ms=now_ms,
    )


class Desk:
    """The storage and the clock, and how an act is written."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage = storage
        self.clock = clock

    async def act(
        self,
        caller: Caller,
        do: Callable[[Transaction, int], Ids],
        then: Callable[[Transaction, Ids], T],
        *,
        act: str,
        asked: Any,
        client_id: str | None,
    ) -> T:
        """Do an act once and return what ``then`` reads of what it made, in the same transaction.

        ``do`` gets the transaction and the time. Raises: ActDiffers, what ``do`` and ``then`` raise.
        """

        def write(tx: Transaction) -> T:
            now_ms = self.clock.now_ms()
            made = once(
                tx, caller, lambda: do(tx, now_ms), act=act, asked=asked, client_id=client_id, now_ms=now_ms
            )
            return then(tx, made)

        return await self.storage.write(write)

    async def made_before(self, caller: Caller, *, act: str, asked: Any, client_id: str | None) -> Ids | None:
        """Return what an act made when the client sent it before, so that nothing is looked up for it again.

        Raises: ActDiffers, InvalidRequest.
        """
        if client_id is None:
            return None
        return await self.storage.read(
            lambda tx: made_before(tx, caller, act=act, asked=asked, client_id=client_id)
        )

    async def in_thread(self, fn: Callable[[], T]) -> T:
        """Run what waits for disks beside the event loop."""
        return await asyncio.to_thread(fn)
