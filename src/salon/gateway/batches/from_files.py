"""Batches whose lines come in a file and whose answers go out in files: OpenAI's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import msgspec

from salon.foundation.files import FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, NotFound, SalonError, StorageError, TooLarge
from salon.foundation.runs import RunHandle
from salon.foundation.storage import Transaction
from salon.gateway.batches import openai, store
from salon.gateway.batches.bodies import Bodies
from salon.gateway.batches.models import Batch, BatchesFull, BatchOptions, Line, NewLine, Problem
from salon.gateway.batches.room import check_room

READ: Final = "batches: take in the input file of an owned run"
_PAGE: Final = 200
_KEEP_S: Final = 30 * 24 * 3600

Knows = Callable[[Batch, str], Awaitable[SalonError | None]]
"""Says why the key of a batch may not ask for a model, if it may not."""


class BatchFiles:
    """Takes in input files, and makes the files of ended batches."""

    def __init__(
        self, files: Files, bodies: Bodies, knows: Knows, *, options: BatchOptions, clock: Clock
    ) -> None:
        self._files = files
        self._bodies = bodies
        self._knows = knows
        self._options = options
        self._clock = clock

    async def check(self, caller: Caller, file_id: str) -> FileReference:
        """Return the input file of a new batch. Raises: InvalidRequest, NotFound, TooLarge."""
        file = await self._files.get(SpaceScope(caller.space_id), file_id)
        if file.purpose != "batch":
            problem = "The input file of a batch is uploaded with the purpose batch."
            raise InvalidRequest(field="input_file_id", problem=problem)
        if file.size_bytes > self._options.max_bytes:
            raise TooLarge(what="input file", limit_bytes=self._options.max_bytes)
        return file

    async def take_in(self, handle: RunHandle, batch: Batch) -> Batch:
        """Store the lines of the input file, from its beginning; or say what is wrong with them.

        Raises: StaleEpoch, StorageError.
        """
        scope, reader = SystemScope(READ), openai.LineReader(batch.endpoint, self._options)
        await handle.write(lambda tx: store.drop_lines(tx, scope, batch.id))
        stored = 0
        try:
            async for page in self._pages(batch, reader):
                rows = await asyncio.to_thread(self._bodies.questions, batch.id, stored + 1, page)
                await handle.write(lambda tx, rows=rows: store.insert_lines(tx, scope, batch.id, rows))
                stored += len(page)
        except StorageError:
            raise
        except (NotFound, InvalidRequest) as error:
            problem = Problem(code="invalid_input_file", message=error.message, param="input_file_id")
            return await self._refuse(handle, batch, [problem])
        reader.end()
        problems = reader.problems or await self._unknown(batch, reader)
        if problems:
            return await self._refuse(handle, batch, problems)
        try:
            return await self._begin(handle, batch, stored)
        except BatchesFull as error:
            return await self._refuse(handle, batch, [Problem(code=error.code, message=error.message)])

    async def _pages(self, batch: Batch, reader: openai.LineReader) -> AsyncIterator[list[NewLine]]:
        """Yield lines in small numbers; none after the first that something is wrong with."""
        assert batch.input_file_id is not None
        content = self._files.read(SpaceScope(batch.space_id), batch.input_file_id)
        page: list[NewLine] = []
        number = 0
        async for text in openai.text_lines(content):
            number += 1
            line = reader.read(text, number)
            if reader.is_hopeless:
                return
            if line is not None and not reader.problems:
                page.append(line)
            if len(page) >= _PAGE:
                yield page
                page = []
        if page and not reader.problems:
            yield page

    async def _unknown(self, batch: Batch, reader: openai.LineReader) -> list[Problem]:
        found: list[Problem] = []
        for model, number in reader.models.items():
            error = await self._knows(batch, model)
            if error is not None and len(found) < openai.MOST_PROBLEMS:
                found.append(
                    Problem(code="model_not_found", message=error.message, line=number, param="body.model")
                )
        return found

    async def _begin(self, handle: RunHandle, batch: Batch, lines: int) -> Batch:
        now_ms = self._clock.now_ms()

        def begun(one: Batch) -> Batch:
            status = "running" if one.status == "validating" else one.status
            return msgspec.structs.replace(one, status=status, lines=lines, started_at_ms=now_ms)

        def write(tx: Transaction) -> Batch:
            check_room(tx, SpaceScope(batch.space_id), batch.id, lines=lines, options=self._options)
            after = store.change(tx, SystemScope(READ), batch.id, begun)
            assert after is not None
            return after

        return await handle.write(write)

    async def _refuse(self, handle: RunHandle, batch: Batch, problems: list[Problem]) -> Batch:
        def write(tx: Transaction) -> Batch:
            scope = SystemScope(READ)
            store.drop_lines(tx, scope, batch.id)
            changed = store.change(
                tx, scope, batch.id, lambda one: msgspec.structs.replace(one, problems=problems)
            )
            assert changed is not None
            return changed

        return await handle.write(write)

    # -- what is handed out -----------------------------------------------------------------------
    async def hand_out(self, handle: RunHandle, batch: Batch) -> Batch:
        """Make the files of a batch that is through; they and its knowledge of them are written together.

        Raises: StaleEpoch, StorageError.
        """
        caller = batch.caller
        bad = batch.lines - batch.succeeded
        good_file = await self._take(caller, batch, errors=False) if batch.succeeded else None
        bad_file = await self._take(caller, batch, errors=True) if bad else None
        keep_s = batch.output_keep_s or _KEEP_S

        def write(tx: Transaction) -> Batch:
            for file in (good_file, bad_file):
                if file is not None:
                    ends_at_ms = file.created_at_ms + keep_s * 1000
                    kept = msgspec.structs.replace(file, purpose="batch_output", expires_at_ms=ends_at_ms)
                    self._files.do_store(tx, caller, kept)
            after = store.change(
                tx,
                SystemScope(READ),
                batch.id,
                lambda one: msgspec.structs.replace(
                    one,
                    output_file_id=good_file.id if good_file is not None else None,
                    error_file_id=bad_file.id if bad_file is not None else None,
                ),
            )
            assert after is not None
            return after

        return await handle.write(write)

    async def _take(self, caller: Caller, batch: Batch, *, errors: bool) -> FileReference:
        name = f"{batch.id}_{'error' if errors else 'output'}.jsonl"
        content = self._content(batch, errors=errors)
        return await self._files.take(caller, content, name=name, media_type="application/jsonl")

    async def _content(self, batch: Batch, *, errors: bool) -> AsyncIterator[bytes]:
        after = 0
        while page := await self._lines(batch, after):
            chosen = [line for line in page if openai.is_for_errors(line) == errors]
            if chosen:
                yield b"".join([openai.output_line(batch, line) for line in chosen])
            after = page[-1].number

    async def _lines(self, batch: Batch, after: int) -> list[Line]:
        return await self._bodies.lines(SystemScope(READ), batch.id, after=after, most=_PAGE)
