"""What every part of the tree works with: one transaction per act, and acts that are done once."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from salon.foundation.acts import Ids, made_before, once
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Storage, Transaction

T = TypeVar("T")


def author_id(caller: Caller) -> str | None:
    """Return what ``created_by`` of the caller's rows is."""
    return caller.person_id or caller.key_id


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
