"""Anthropic's Message Batches."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.gateway.batches.remote.openai import delete
from salon.gateway.batches.remote.parts import Part
from salon.gateway.batches.remote.talk import Talk, without_stream
from salon.gateway.batches.remote.wire import RemoteAnswer, RemoteState
from salon.gateway.protocols.anthropic import ERROR_STATUS

_PAGE: Final = 100
_MOST_PAGES: Final = 20
_SKEW_S: Final = 300
"""How far its clock and ours may be apart."""


class _Counts(msgspec.Struct, frozen=True):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0

    @property
    def total(self) -> int:
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


class _Batch(msgspec.Struct, frozen=True):
    id: str
    processing_status: str = ""
    request_counts: _Counts = _Counts()
    created_at: str = ""

    @property
    def created_at_s(self) -> float:
        return datetime.fromisoformat(self.created_at).timestamp()


class _Page(msgspec.Struct, frozen=True):
    data: list[_Batch] = []
    has_more: bool = False


class _Kind(msgspec.Struct, frozen=True):
    type: str = ""


class _Failure(msgspec.Struct, frozen=True):
    error: _Kind = _Kind()


class _Result(msgspec.Struct, frozen=True):
    type: str = ""
    message: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


class _Row(msgspec.Struct, frozen=True):
    custom_id: str
    result: _Result


class AnthropicWire:
    """Lines go up with the request that makes the batch."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._way = talk.way

    def line(self, custom_id: str, endpoint: str, body: bytes) -> bytes:
        """Return one of the requests."""
        del endpoint  # there is one
        return msgspec.json.encode({"custom_id": custom_id, "params": msgspec.Raw(without_stream(body))})

    async def upload(self, part: Part, lines: Sequence[bytes]) -> str | None:
        """Do nothing: there are no files."""
        del part, lines
        return None

    async def create(self, part: Part, lines: Sequence[bytes], *, endpoint: str) -> str:
        """Make a batch."""
        del part, endpoint
        body = b'{"requests":[%b]}' % b",".join(lines)
        made = await self._talk.ask(self._way.of_batches(method=b"POST", body=body))
        return self._batch(made).id

    async def find(self, part: Part) -> str | None:
        """Look for a batch as large as the part, made when it was sent.

        One that has ended shows in its answers whose it is. One at work does not: it is taken to be ours
        until they come.
        """
        assert part.sent_at_ms is not None
        since_s, after, maybe = part.sent_at_ms / 1000 - _SKEW_S, "", None
        for _ in range(_MOST_PAGES):
            page = self._page(await self._talk.ask(self._way.of_batches(f"?limit={_PAGE}{after}")))
            for batch in page.data:
                if batch.created_at_s < since_s:
                    return maybe
                if batch.request_counts.total != part.lines:
                    continue
                if batch.processing_status != "ended":
                    maybe = maybe or batch.id
                elif await self._is_of(batch.id, part):
                    return batch.id
            if not (page.has_more and page.data):
                break
            after = f"&after_id={quote(page.data[-1].id)}"
        return maybe

    async def _is_of(self, remote_id: str, part: Part) -> bool:
        async for answer in self.answers(remote_id, RemoteState(status="ended")):
            return answer.custom_id.startswith(part.token)
        return False

    async def look(self, remote_id: str) -> RemoteState:
        """Ask how far it is."""
        batch = self._batch(await self._talk.ask(self._way.of_batches(f"/{quote(remote_id)}")))
        return RemoteState(status="ended" if batch.processing_status == "ended" else "working")

    async def cancel(self, remote_id: str) -> None:
        """Ask it to stop; what was answered is handed out all the same."""
        await self._talk.ask(self._way.of_batches(f"/{quote(remote_id)}/cancel", method=b"POST"))

    async def answers(self, remote_id: str, state: RemoteState) -> AsyncIterator[RemoteAnswer]:
        """Read the results."""
        del state
        async for text in self._talk.lines(self._way.of_batches(f"/{quote(remote_id)}/results")):
            yield self._answer(text)

    def _answer(self, text: bytes) -> RemoteAnswer:
        try:
            row = msgspec.json.decode(text, type=_Row)
            result = row.result
            if result.type == "succeeded":
                return RemoteAnswer(row.custom_id, 200, bytes(result.message))
            if result.type == "errored":
                kind = msgspec.json.decode(result.error, type=_Failure).error.type
                return RemoteAnswer(row.custom_id, ERROR_STATUS.get(kind, 500), bytes(result.error))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamBroken(provider=self._talk.link.name, detail="a result cannot be read") from error
        return RemoteAnswer(row.custom_id, 0, b"")

    async def remove(self, part: Part, state: RemoteState) -> None:
        """Delete the batch with its results."""
        del state
        if part.remote_id is not None:
            await delete(self._talk, self._way.of_batches(f"/{quote(part.remote_id)}", method=b"DELETE"))

    def _batch(self, value: dict[str, object]) -> _Batch:
        try:
            return msgspec.convert(value, _Batch)
        except msgspec.ValidationError as error:
            raise UpstreamBroken(provider=self._talk.link.name, detail="its answer is no batch") from error

    def _page(self, value: dict[str, object]) -> _Page:
        try:
            page = msgspec.convert(value, _Page)
            for batch in page.data:
                _ = batch.created_at_s
        except (msgspec.ValidationError, ValueError) as error:
            raise UpstreamBroken(provider=self._talk.link.name, detail="its list cannot be read") from error
        return page
