"""Answers from a Salon that runs elsewhere or owns the data directory, over HTTP."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from salon.foundation.egress import (
    ADMIN,
    Egress,
    EgressError,
    HttpClient,
    HttpRequest,
    HttpResponse,
    Url,
    parse_url,
)
from salon.foundation.egress import Headers as RawHeaders
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.money import money
from salon.foundation.messages import (
    EmbeddingRequest,
    ModelRequest,
    OperationName,
    OperationRequest,
    StreamEvent,
)
from salon.gateway.operations import OPERATIONS
from salon.gateway.protocols.base import Dialect
from salon.gateway.protocols.openai import (
    DIALECT,
    EMBEDDINGS,
    IMAGE_EDITS,
    IMAGES,
    SPEECH,
    TRANSCRIPTIONS,
)
from salon.surfaces.library.embedding import PURPOSES, Embeddings, embeddings_of
from salon.surfaces.library.media import Told
from salon.surfaces.library.results import Answer, KnownModel

_PURPOSES = {word: word for word in PURPOSES}
_PLACES: dict[OperationName, tuple[str, Dialect]] = {
    one.operation: (OPERATIONS[one.operation].path, one)
    for one in (IMAGES, IMAGE_EDITS, SPEECH, TRANSCRIPTIONS)
}
_CONNECT_S = 10.0
_TOTAL_S = 1800.0
_MAX_BYTES = 256 * 1024 * 1024
_WAITING_CHUNKS = 64
"""Chunks kept for a reader that is slower than the stream; then the socket is not read."""


class RemoteError(SalonError):
    """What the other Salon answered; carries its status, code and sentence."""

    def __init__(self, *, status: int, code: str, message: str) -> None:
        super().__init__()
        self.status = status
        self.remote_code = code
        self._message = message

    @property
    def message(self) -> str:
        """The sentence as the other side wrote it."""
        return self._message


class RemoteEngine:
    """A client of one Salon."""

    def __init__(
        self, *, url: str | None = None, socket_path: str | None = None, api_key: str | None = None
    ) -> None:
        """Speak to the Salon at ``url`` or behind ``socket_path``. Raises: EgressRefused for no address."""
        if socket_path is not None:
            self._url, self._base = Url(scheme="http", host="localhost", port=80, unix_path=socket_path), ""
        else:
            self._url, path = parse_url(url or "")
            self._base = path.rstrip("/").removesuffix("/v1")
        self._api_key = api_key
        self._http = HttpClient(Egress())

    def _request(
        self, method: bytes, path: str, body: bytes = b"", *, media_type: bytes = b"application/json"
    ) -> HttpRequest:
        headers: RawHeaders = [(b"user-agent", b"salon-library"), (b"content-type", media_type)]
        if self._api_key:
            headers.append((b"authorization", b"Bearer " + self._api_key.encode("ascii", "replace")))
        target = (self._base + path).encode("ascii")
        return HttpRequest(url=self._url, method=method, target=target, headers=headers, body=body)

    async def _fetch(self, request: HttpRequest) -> HttpResponse:
        response = await self._http.fetch(request, timeout_s=_TOTAL_S, policy=ADMIN, max_bytes=_MAX_BYTES)
        if response.status >= 400:
            raise _error(response.status, response.body)
        return response

    async def answer(self, request: ModelRequest) -> Answer:
        """Return a finished answer."""
        body = DIALECT.encode_request(request, quirks={}).body
        response = await self._fetch(self._request(b"POST", "/v1/chat/completions", body))
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        decoded = DIALECT.decode_response(response.body)
        route = told.get("x-salon-route")
        cost, currency = _cost(told.get("x-salon-cost", ""))
        return Answer(
            response=decoded,
            model=route or decoded.model or request.model,
            route=route,
            cost_e10=cost,
            currency=currency,
            request_id=told.get("x-salon-request-id"),
        )

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Return vectors."""
        body = EMBEDDINGS.encode_request(request, quirks={"embedding_purposes": _PURPOSES}).body
        response = await self._fetch(self._request(b"POST", "/v1/embeddings", body))
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        cost, currency = _cost(told.get("x-salon-cost", ""))
        return embeddings_of(
            EMBEDDINGS.decode_response(response.body),
            model=told.get("x-salon-route") or request.model,
            cost_e10=cost,
            currency=currency,
            request_id=told.get("x-salon-request-id"),
        )

    async def ask(self, request: OperationRequest) -> Told:
        """Return the answer to a question that is no chat."""
        path, dialect = _PLACES[request.operation]
        body = dialect.encode_request(request, quirks={}).body
        asked = self._request(b"POST", path, body, media_type=dialect.request_type)
        response = await self._fetch(asked)
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        cost, currency = _cost(told.get("x-salon-cost", ""))
        return Told(
            response=dialect.decode_response(response.body),
            model=told.get("x-salon-route") or request.model,
            cost_e10=cost,
            currency=currency,
            request_id=told.get("x-salon-request-id"),
        )

    async def events(self, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Yield an answer as it is made; leaving the iterator cancels it on the other side."""
        body = DIALECT.encode_request(request, quirks={}).body
        receiver = _Receiver()
        stream = await self._http.open(
            self._request(b"POST", "/v1/chat/completions", body),
            receiver,
            connect_timeout_s=_CONNECT_S,
            policy=ADMIN,
        )
        receiver.pause, receiver.resume = stream.pause, stream.resume
        decoder = DIALECT.stream_decoder()
        try:
            async for data in receiver.chunks():
                for event in decoder.feed(data):
                    yield event
            for event in decoder.finish():
                yield event
        finally:
            stream.abort()

    async def models(self) -> Sequence[KnownModel]:
        """Return what can be asked; aliases first, as Salon lists them."""
        response = await self._fetch(self._request(b"GET", "/v1/models"))
        items = cast("list[dict[str, Any]]", json.loads(response.body).get("data", []))
        return [
            KnownModel(
                id=str(item["id"]),
                provider=str(item.get("owned_by", "")),
                context_tokens=item.get("context_length"),
            )
            for item in items
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


class _Receiver:
    """Hands the chunks of one answer from the socket's callback to a reader."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
        self._status = 0
        self._failed = bytearray()
        self.pause = _nothing
        self.resume = _nothing

    def on_head(self, status: int, headers: RawHeaders) -> None:
        self._status = status
        del headers

    def on_data(self, data: bytes) -> None:
        if self._status >= 400:
            self._failed += data
            return
        self._queue.put_nowait(data)
        if self._queue.qsize() >= _WAITING_CHUNKS:
            self.pause()

    def on_end(self) -> None:
        failed = _error(self._status, bytes(self._failed)) if self._status >= 400 else None
        self._queue.put_nowait(failed)

    def on_error(self, error: EgressError) -> None:
        self._queue.put_nowait(error)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body. Raises: EgressError, RemoteError."""
        while True:
            item = await asyncio.wait_for(self._queue.get(), _TOTAL_S)
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            if self._queue.qsize() < _WAITING_CHUNKS // 2:
                self.resume()
            yield item


def _nothing() -> None:
    pass


def _cost(text: str) -> tuple[int | None, str]:
    """Read ``0.0012 USD``; ``unpriced`` and nothing at all are None."""
    amount, _, currency = text.partition(" ")
    with contextlib.suppress(ArithmeticError, ValueError):
        return int(money(amount)), currency or "USD"
    return None, "USD"


def _error(status: int, body: bytes) -> RemoteError:
    code, message = "error", body.decode("utf-8", "replace").strip()[:500] or f"status {status}"
    with contextlib.suppress(ValueError, AttributeError):
        error = cast("dict[str, Any]", json.loads(body)).get("error")
        if isinstance(error, dict):
            fields = cast("dict[str, Any]", error)
            code = str(fields.get("code") or fields.get("type") or code)
            message = str(fields.get("message") or message)
    return RemoteError(status=status, code=code, message=message)
