"""Sends one part of a batch to its provider, and never twice.

What a request that makes a batch leads to may stay unknown: the process dies, or the answer is lost. So it
is written down before that something is sent (``sending``), and whoever goes on waits until nothing can be
under way any more, looks for the batch there, and makes another one only when there is none.
"""

from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec

from salon.foundation.kit.errors import BudgetExceeded, SalonError, UpstreamError
from salon.foundation.kit.ids import new_id
from salon.gateway.batches.bodies import KeyMissing
from salon.gateway.batches.models import Batch
from salon.gateway.batches.remote.parts import Part
from salon.gateway.batches.remote.talk import is_refusal, was_not_done
from salon.gateway.batches.remote.tools import Tools, wire_to
from salon.gateway.handing import Handed
from salon.gateway.registry.batch_way import BatchWay
from salon.gateway.registry.target import Target

_PAGE: Final = 50
_ROOM_BYTES: Final = 200
"""What a line has around its request."""

Save = Callable[[Part], Awaitable[Part]]
"""Writes what is known of a part now. Raises: StaleEpoch, StorageError."""
End = Callable[[Part, Literal["done", "refused"], str | None], Awaitable[Part]]
"""Writes that nothing more is to be had of a part, and why. Raises: StaleEpoch, StorageError."""
Hold = Callable[[Part], Awaitable[None]]
"""Holds the money of a part. Raises: BudgetExceeded, StorageError."""


class Sender:
    """Sends parts of one batch."""

    def __init__(self, tools: Tools, batch: Batch, *, save: Save, hold: Hold, end: End) -> None:
        self._tools = tools
        self._batch = batch
        self._save = save
        self._end = end
        self._hold = hold

    def first(self, parts: list[Part]) -> Part | None:
        """Return the part to send next: one that was begun, a new one, or None when all are sent."""
        for part in parts:
            if part.state in {"planned", "sending"}:
                return part
        first_line = parts[-1].last_line + 1 if parts else 1
        if first_line > self._batch.lines:
            return None
        return Part(
            batch_id=self._batch.id,
            number=len(parts) + 1,
            token=new_id("part"),
            state="planned",
            first_line=first_line,
            last_line=self._batch.lines,
            lines=0,
            held_e10=0,
        )

    def doubt_s(self, part: Part) -> float:
        """Return how long to wait before a part that may be there already is looked for."""
        if part.state != "sending" or part.sent_at_ms is None:
            return 0.0
        return part.sent_at_ms / 1000 + self._tools.options.doubt_s - self._tools.clock.now_ms() / 1000

    async def send(self, part: Part, target: Target, *, is_new: bool) -> Part:
        """Take a part on to where its batch is made. Raises: UpstreamError, StaleEpoch, StorageError."""
        wire = wire_to(target)
        if part.state == "sending":
            found = await wire.find(part)
            if found is not None:
                return await self._save(_changed(part, state="sent", remote_id=found))
        lines, part = await self._written(part, target)
        if not lines:
            return await self._end(part, "done", None)
        if is_new:
            try:
                await self._hold(part)
            except BudgetExceeded as error:
                return await self._end(part, "refused", error.message)
        try:
            return await self._made(part, target, lines)
        except UpstreamError as error:
            if is_refusal(error):
                return await self._end(part, "refused", error.message)
            raise

    async def _made(self, part: Part, target: Target, lines: list[bytes]) -> Part:
        wire = wire_to(target)
        if part.file_id is None:
            part = await self._save(part)
            part = _changed(part, file_id=await wire.upload(part, lines))
        part = await self._save(_changed(part, state="sending", sent_at_ms=self._tools.clock.now_ms()))
        way, dialect = _way(target), target.endpoint(self._batch.dialect).dialect.name
        try:
            remote_id = await wire.create(part, lines, endpoint=way.api.endpoints[dialect])
        except UpstreamError as error:
            if was_not_done(error):
                # Nothing is there to be looked for: it may be sent again at once.
                part = await self._save(_changed(part, state="planned", sent_at_ms=None))
            raise
        return await self._save(_changed(part, state="sent", remote_id=remote_id))

    async def _written(self, part: Part, target: Target) -> tuple[list[bytes], Part]:
        """Return the lines of a part as its provider takes them; those it cannot take are left out."""
        way, wire = _way(target), wire_to(target)
        most_bytes = min(self._tools.options.part_bytes, way.api.most_bytes)
        dialect = target.endpoint(self._batch.dialect).dialect.name
        lines: list[bytes] = []
        size, held, after = 0, 0, part.first_line - 1
        while after < part.last_line:
            page = await self._tools.bodies.waiting(self._batch.id, after=after, most=_PAGE)
            if not page:
                break
            for question in page:
                if question.number > part.last_line:
                    break
                if question.body is None:
                    raise KeyMissing
                handed = await self._handed(question.body, target)
                if handed is not None:
                    is_full = size + len(handed.body) + _ROOM_BYTES > most_bytes
                    if lines and (is_full or len(lines) >= way.api.most_lines):
                        last = question.number - 1
                        return lines, _changed(part, last_line=last, lines=len(lines), held_e10=held)
                    custom_id = f"{part.token}-{question.number}"
                    lines.append(wire.line(custom_id, way.api.endpoints[dialect], handed.body))
                    size += len(lines[-1])
                    held += handed.estimate_e10
                after = question.number
            else:
                continue
            break
        return lines, _changed(part, lines=len(lines), held_e10=held)

    async def _handed(self, body: bytes, target: Target) -> Handed | None:
        identity = self._tools.identity(self._batch)
        try:
            return await self._tools.handing.write(identity, self._batch.dialect, body, target)
        except SalonError:
            return None  # it is asked here, and told then what is wrong with it


def _way(target: Target) -> BatchWay:
    way = target.link.batches
    assert way is not None
    return way


def _changed(part: Part, **fields: object) -> Part:
    return msgspec.structs.replace(part, **fields)
