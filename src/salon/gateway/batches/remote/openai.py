"""OpenAI's files and batches, which Groq has too."""

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar
from urllib.parse import quote

import msgspec

from salon.foundation.egress import HttpRequest
from salon.foundation.kit.errors import UpstreamBroken, UpstreamError
from salon.gateway.batches.remote.parts import Part
from salon.gateway.batches.remote.talk import Talk, http_status, without_stream
from salon.gateway.batches.remote.wire import RemoteAnswer, RemoteState

T = TypeVar("T")
_WINDOW: Final = "24h"
_WORKING: Final = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
_PAGE: Final = 100
_MOST_PAGES: Final = 20


class _Response(msgspec.Struct, frozen=True):
    status_code: int = 0
    body: msgspec.Raw = msgspec.Raw()


class _Row(msgspec.Struct, frozen=True):
    custom_id: str = ""
    response: _Response | None = None


class _Problem(msgspec.Struct, frozen=True):
    message: str | None = None


class _Problems(msgspec.Struct, frozen=True):
    data: list[_Problem] | None = None


class _Batch(msgspec.Struct, frozen=True):
    id: str
    status: str = ""
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Problems | None = None


class _Page(msgspec.Struct, frozen=True):
    data: list[_Batch] = []
    has_more: bool = False


class OpenAIWire:
    """Lines go up in a file; answers and errors come in two."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._way = talk.way

    def line(self, custom_id: str, endpoint: str, body: bytes) -> bytes:
        """Return a line of the input file."""
        head = {
            "custom_id": custom_id,
            "method": "POST",
            "url": endpoint,
            "body": msgspec.Raw(without_stream(body)),
        }
        return msgspec.json.encode(head)

    async def upload(self, part: Part, lines: Sequence[bytes]) -> str | None:
        """Upload the input file."""
        mark = secrets.token_hex(16)
        field = 'content-disposition: form-data; name="%s"'
        body = b"\r\n".join(
            (
                f"--{mark}".encode(),
                (field % "purpose").encode(),
                b"",
                b"batch",
                f"--{mark}".encode(),
                f'{field % "file"}; filename="{part.token}.jsonl"'.encode(),
                b"content-type: application/jsonl",
                b"",
                b"\n".join(lines),
                f"--{mark}--".encode(),
                b"",
            )
        )
        media_type = f"multipart/form-data; boundary={mark}".encode()
        made = await self._talk.ask(self._way.of_files(method=b"POST", body=body, media_type=media_type))
        return self._text(made, "id")

    async def create(self, part: Part, lines: Sequence[bytes], *, endpoint: str) -> str:
        """Make a batch of an uploaded file."""
        asked = {
            "input_file_id": part.file_id,
            "endpoint": endpoint,
            "completion_window": _WINDOW,
            "metadata": {"salon_batch": part.batch_id, "salon_part": str(part.number)},
        }
        request = self._way.of_batches(method=b"POST", body=msgspec.json.encode(asked))
        return self._text(await self._talk.ask(request), "id")

    async def find(self, part: Part) -> str | None:
        """Look for the batch of the part's file: nothing else is made of that."""
        after = ""
        for _ in range(_MOST_PAGES):
            page = self._read(await self._talk.ask(self._way.of_batches(f"?limit={_PAGE}{after}")), _Page)
            for batch in page.data:
                if batch.input_file_id == part.file_id:
                    return batch.id
            if not (page.has_more and page.data):
                return None
            after = f"&after={quote(page.data[-1].id)}"
        return None

    async def look(self, remote_id: str) -> RemoteState:
        """Ask how far it is."""
        batch = self._read(await self._talk.ask(self._way.of_batches(f"/{quote(remote_id)}")), _Batch)
        if batch.status in _WORKING:
            return RemoteState(status="working")
        if batch.status == "failed":
            problems = (batch.errors.data if batch.errors is not None else None) or []
            told = "; ".join(one.message for one in problems[:3] if one.message)
            return RemoteState(status="failed", problem=told[:500] or "it failed")
        files = (batch.output_file_id, batch.error_file_id)
        return RemoteState(status="ended", files=tuple(one for one in files if one))

    async def cancel(self, remote_id: str) -> None:
        """Ask it to stop; what was answered is handed out all the same."""
        await self._talk.ask(self._way.of_batches(f"/{quote(remote_id)}/cancel", method=b"POST"))

    async def answers(self, remote_id: str, state: RemoteState) -> AsyncIterator[RemoteAnswer]:
        """Read both files."""
        for file_id in state.files:
            async for text in self._talk.lines(self._way.of_files(f"/{quote(file_id)}/content")):
                yield self._answer(text)

    def _answer(self, text: bytes) -> RemoteAnswer:
        try:
            row = msgspec.json.decode(text, type=_Row)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamBroken(provider=self._talk.link.name, detail="a result cannot be read") from error
        told = row.response
        if told is None or not told.status_code:
            return RemoteAnswer(row.custom_id, 0, b"")
        return RemoteAnswer(row.custom_id, told.status_code, bytes(told.body))

    async def remove(self, part: Part, state: RemoteState) -> None:
        """Delete the three files; what is gone already is as it should be."""
        for file_id in (*state.files, part.file_id):
            if file_id:
                await delete(self._talk, self._way.of_files(f"/{quote(file_id)}", method=b"DELETE"))

    def _text(self, value: dict[str, object], name: str) -> str:
        found = value.get(name)
        if not isinstance(found, str) or not found:
            raise UpstreamBroken(provider=self._talk.link.name, detail=f"its answer has no {name}")
        return found

    def _read(self, value: dict[str, object], kind: type[T]) -> T:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise UpstreamBroken(provider=self._talk.link.name, detail="its answer is no batch") from error


async def delete(talk: Talk, request: HttpRequest) -> None:
    """Delete something; what is gone already is as it should be. Raises: UpstreamError."""
    try:
        await talk.ask(request)
    except UpstreamError as error:
        if http_status(error) != 404:
            raise
