"""What is done without being asked: what was deleted is let go when its time is over."""

import asyncio
import logging
from typing import Final

from salon.features.conversations.store import deleting
from salon.features.conversations.store.deleting import Erasure
from salon.features.conversations.tree.deleting import KEPT_MS
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.erasing import Erasers, erase_branch_again, let_go
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Transaction

EVERY_S: Final = 3600.0
_PAGE: Final = 500
_logger = logging.getLogger(__name__)


class Janitor:
    """Lets bodies go, and does again what a restored backup must not bring back."""

    def __init__(self, desk: Desk, erasers: Erasers) -> None:
        self._desk = desk
        self._erasers = erasers

    async def run(self) -> None:
        """Tidy up now and every hour, until cancelled."""
        while True:
            try:
                if bodies := await self.tidy():
                    _logger.info("the bodies of %d deleted messages are gone", bodies)
            except SalonError as error:
                _logger.warning("deleted conversations could not be tidied up: %s", error.message)
            await asyncio.sleep(EVERY_S)

    async def tidy(self) -> int:
        """Let go of what was deleted 30 days ago, and of what was made of it; return how many bodies."""
        now_ms = self._desk.clock.now_ms()
        bodies, is_any_gone = 0, False
        while (count := await self._desk.storage.write(lambda tx: self._page(tx, now_ms))) is not None:
            bodies, is_any_gone = bodies + count, True
        if is_any_gone:
            await self._desk.storage.forget_deleted("messages")
        return bodies

    async def erasures(self) -> list[Erasure]:
        """Return everything that was ever erased, oldest first: what a restore does again."""
        scope = SystemScope("conversations: erasures for a restore")

        def read(tx: Transaction) -> list[Erasure]:
            found: list[Erasure] = []
            while page := deleting.list_erasures(tx, scope, after=found[-1].id if found else ""):
                found += page
            return found

        return await self._desk.storage.read(read)

    async def erase_again(self, erasures: list[Erasure]) -> int:
        """Do erasures again on a database that may be older than they are; return how many messages went."""
        scope = SystemScope("conversations: erase again after a restore")
        count = 0
        for start in range(0, len(erasures), _PAGE):
            page = erasures[start : start + _PAGE]

            def write(tx: Transaction, page: list[Erasure] = page) -> int:
                deleting.note_erasures(tx, scope, page)
                for space_id in {erasure.space_id for erasure in page}:
                    self._erasers.forget_space(tx, SpaceScope(SpaceId(space_id)))
                return sum(self._again(tx, erasure) for erasure in page)

            count += await self._desk.storage.write(write)
        if erasures:
            await self._desk.storage.forget_deleted("messages")
        return count

    def _again(self, tx: Transaction, erasure: Erasure) -> int:
        scope, now_ms = SpaceScope(SpaceId(erasure.space_id)), self._desk.clock.now_ms()
        if erasure.kind == "branch":
            erase_branch_again(tx, scope, erasure.target_id, now_ms=now_ms)
            return 0
        if erasure.kind == "message":
            return let_go(tx, scope, [erasure.target_id], self._erasers, now_ms=now_ms).lived
        ids = deleting.ids_with_body(tx, scope, erasure.target_id)
        count = let_go(tx, scope, ids, self._erasers, now_ms=now_ms).lived
        deleting.blank_conversation(tx, scope, erasure.target_id, now_ms=now_ms)
        self._erasers.forget_whole(tx, scope, erasure.target_id)
        return count

    def _page(self, tx: Transaction, now_ms: int) -> int | None:
        """Let some of what was deleted go; return how many bodies, None if there was nothing left."""
        scope, before_ms = SystemScope("conversations: what was deleted"), now_ms - KEPT_MS
        spaces: dict[str, list[str]] = {}
        for message_id, space_id, _ in deleting.past_bodies(tx, scope, before_ms=before_ms, limit=_PAGE):
            spaces.setdefault(space_id, []).append(message_id)
        for space_id, ids in spaces.items():
            within = SpaceScope(SpaceId(space_id))
            let_go(tx, within, ids, self._erasers, now_ms=now_ms)
            deleting.blank_branches(tx, within, ids, before_ms=before_ms)
        if spaces:
            return sum(len(ids) for ids in spaces.values())
        count: int | None = None
        for conversation_id, space_id in deleting.past_conversations(tx, scope, before_ms=before_ms):
            within = SpaceScope(SpaceId(space_id))
            count = (count or 0) + self._end(tx, within, conversation_id, now_ms)
            if count >= _PAGE:
                break
        return count

    def _end(self, tx: Transaction, scope: SpaceScope, conversation_id: str, now_ms: int) -> int:
        """Let bodies of a deleted conversation go, and with the last of them all else that it was."""
        ids = deleting.ids_with_body(tx, scope, conversation_id)
        let_go(tx, scope, ids[:_PAGE], self._erasers, now_ms=now_ms)
        if len(ids) <= _PAGE:
            deleting.blank_deleted(tx, scope, conversation_id)
            self._erasers.forget_whole(tx, scope, conversation_id)
        return len(ids[:_PAGE])
