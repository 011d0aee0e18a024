"""Takes in what a provider answered: every line booked once, and kept once."""

import asyncio
import hashlib
from typing import Final

import msgspec

from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.errors import NotFound, SalonError
from salon.foundation.kit.ids import RequestId
from salon.foundation.ledger import Hold
from salon.foundation.runs import RunHandle
from salon.foundation.storage import Transaction
from salon.gateway.batches import store
from salon.gateway.batches.asking import answer_of
from salon.gateway.batches.models import Answer, Batch
from salon.gateway.batches.remote.parts import Part
from salon.gateway.batches.remote.tools import Tools, wire_to
from salon.gateway.batches.remote.wire import RemoteAnswer, RemoteState
from salon.gateway.handing import Returned
from salon.gateway.registry.target import Target

COLLECT: Final = "batches: keep what a provider answered for an owned run"
_PAGE: Final = 50


class Collector:
    """Reads the answers to one part of a batch."""

    def __init__(
        self,
        tools: Tools,
        batch: Batch,
        part: Part,
        *,
        handle: RunHandle,
        target: Target,
        hold: Hold | None,
        is_again: bool,
    ) -> None:
        """``is_again``: somebody began to read them before, and may have booked some."""
        self._tools = tools
        self._batch = batch
        self._part = part
        self._handle = handle
        self._target = target
        self._hold = hold
        self._is_again = is_again
        self._share_e10 = part.held_e10 // max(1, part.lines)

    async def collect(self, state: RemoteState) -> bool:
        """Keep all answers; False when none of them is to a line of this part.

        Raises: UpstreamError, StaleEpoch, StorageError, KeyMissing.
        """
        assert self._part.remote_id is not None
        is_ours, has_any = False, False
        page: list[tuple[int, RemoteAnswer]] = []
        async for answer in wire_to(self._target).answers(self._part.remote_id, state):
            has_any = True
            number = self._number(answer.custom_id)
            if number is None:
                continue
            is_ours = True
            if answer.status:
                page.append((number, answer))
            if len(page) >= _PAGE:
                await self._keep(page)
                page = []
        await self._keep(page)
        return is_ours or not has_any

    def _number(self, custom_id: str) -> int | None:
        token, _, number = custom_id.rpartition("-")
        is_ours = token == self._part.token and number.isascii() and number.isdecimal()
        return int(number) if is_ours else None

    async def _keep(self, page: list[tuple[int, RemoteAnswer]]) -> None:
        """Book answers, and keep them once their rows are on disk."""
        kept: list[tuple[int, Answer]] = []
        for number, told in page:
            answer = await self._read(number, told)
            if answer is not None:
                kept.append((number, answer))
            await asyncio.sleep(0)  # an answer may be large, and people ask meanwhile
        if not kept:
            return
        await self._tools.books.flush()
        bodies, batch_id = self._tools.bodies, self._batch.id
        sealed = [bodies.answer(batch_id, number, answer.body) for number, answer in kept]
        now_ms, scope = self._tools.clock.now_ms(), SystemScope(COLLECT)

        def write(tx: Transaction) -> list[Answer]:
            new = [
                answer
                for (number, answer), body in zip(kept, sealed, strict=True)
                if store.keep_answer(tx, scope, batch_id, (number, answer, body), now_ms=now_ms)
            ]
            store.change(tx, scope, batch_id, lambda batch: _with_answers(batch, new))
            return new

        for answer in await self._handle.write(write):
            self._tools.noted(answer.status, 1)

    async def _read(self, number: int, told: RemoteAnswer) -> Answer | None:
        """Return one line's answer; None when it has one already, or is to be asked here."""
        question = await self._tools.bodies.question(self._batch.id, number)
        if question is None or question.body is None:
            return None
        request_id = self._request_id(number)
        is_booked = self._is_again and await self._is_booked(request_id)
        hold = None if self._hold is None or is_booked else self._hold.split(self._share_e10)
        returned = Returned(
            identity=self._tools.identity(self._batch),
            dialect=self._batch.dialect,
            question=question.body,
            target=self._target,
            status=told.status,
            answer=told.body,
            request_id=request_id,
            sent_at_ms=self._part.sent_at_ms or self._tools.clock.now_ms(),
            part_of=f"line {number} of {self._batch.id}: in a batch of {self._target.link.name}",
            hold=hold,
            is_booked=is_booked,
        )
        try:
            answered = self._tools.handing.read(returned)
        except SalonError:
            return None
        return None if answered is None else answer_of(answered)

    def _request_id(self, number: int) -> RequestId:
        """Return the name of a line's row, the same one whoever reads its answer."""
        digest = hashlib.sha256(f"{self._part.token}-{number}".encode()).hexdigest()
        return RequestId(f"req_{digest[:26]}")

    async def _is_booked(self, request_id: RequestId) -> bool:
        try:
            await self._tools.books.request(SpaceScope(self._batch.space_id), request_id)
        except NotFound:
            return False
        return True


def _with_answers(batch: Batch, answers: list[Answer]) -> Batch:
    for answer in answers:
        batch = batch.with_answer(answer)
    return msgspec.structs.replace(batch)
