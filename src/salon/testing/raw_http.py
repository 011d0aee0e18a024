"""A caller that sees every byte: one request on one connection, cut wherever a test wants it cut."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httptools
import msgspec
import orjson

DIALECT_PATHS = {
    "openai": "/v1/chat/completions",
    "completions": "/v1/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
    "ollama-generate": "/api/generate",
    "gemini": "/v1beta/models",
}
"""Where each dialect is served."""


class RawAnswer(msgspec.Struct, kw_only=True):
    """What came back, and how it ended."""

    status: int = 0
    headers: dict[str, str] = {}
    """Names in lower case; the last value of a repeated one."""
    body: bytes = b""
    complete: bool = False
    """The body ended as its framing says; False for a cut, a reset or a silent end."""
    cut: bool = False
    """We closed the connection ourselves before the end."""
    problem: str | None = None
    """The exception that ended it, by name."""
    first_byte_s: float | None = None
    """Seconds from the request to the first byte of the answer."""
    elapsed_s: float = 0.0

    def json(self) -> Any:
        """Return the body as a JSON value."""
        return orjson.loads(self.body)


class _Reader:
    def __init__(self) -> None:
        self.answer = RawAnswer(headers={})
        self.parser = httptools.HttpResponseParser(self)
        self._body = bytearray()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.answer.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.answer.complete = self.answer.status != 100

    def finish(self) -> RawAnswer:
        self.answer.body = bytes(self._body)
        return self.answer


def request_bytes(
    method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """Write one HTTP/1.1 request that asks for the connection to be closed."""
    fields = {"host": "127.0.0.1", "connection": "close", **(headers or {})}
    if body or method == "POST":
        fields.setdefault("content-type", "application/json")
        fields["content-length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def ask(
    port: int,
    request: bytes,
    *,
    timeout_s: float = 60.0,
    cut_after_bytes: int | None = None,
    cut_after_s: float | None = None,
    unix_path: str | None = None,
) -> RawAnswer:
    """Send ``request`` as it stands and read the answer; never raises for a bad end.

    ``cut_after_bytes`` closes the connection once that many bytes of the answer (head included) were
    read; ``cut_after_s`` closes it that long after the request was sent, whatever has come.
    """
    started = time.monotonic()
    reader = _Reader()
    try:
        async with asyncio.timeout(timeout_s) as limit:

            def sent() -> None:
                if cut_after_s is not None:
                    limit.reschedule(asyncio.get_running_loop().time() + cut_after_s)

            await _exchange(
                reader,
                port,
                request,
                cut_after_bytes=cut_after_bytes,
                unix_path=unix_path,
                started=started,
                sent=sent,
            )
    except TimeoutError:
        reader.answer.cut = cut_after_s is not None
        reader.answer.problem = None if reader.answer.cut else "TimeoutError"
    except (OSError, httptools.HttpParserError) as error:
        reader.answer.problem = type(error).__name__
    reader.answer.elapsed_s = time.monotonic() - started
    return reader.finish()


async def _exchange(
    reader: _Reader,
    port: int,
    request: bytes,
    *,
    cut_after_bytes: int | None,
    unix_path: str | None,
    started: float,
    sent: Callable[[], None],
) -> None:
    if unix_path is None:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", port)
    else:
        incoming, outgoing = await asyncio.open_unix_connection(unix_path)
    try:
        outgoing.write(request)
        sent()
        left = cut_after_bytes
        while not reader.answer.complete and (left is None or left > 0):
            data = await incoming.read(65536 if left is None else min(left, 65536))
            if reader.answer.first_byte_s is None:
                reader.answer.first_byte_s = time.monotonic() - started
            if not data:
                return
            left = None if left is None else left - len(data)
            reader.parser.feed_data(data)
        reader.answer.cut = not reader.answer.complete
    finally:
        outgoing.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(outgoing.wait_closed(), 1)


def chat_path(dialect: str, *, model: str, stream: bool) -> str:
    """Return where a dialect's chat request goes; Gemini's address says the model and the stream."""
    if dialect != "gemini":
        return DIALECT_PATHS[dialect]
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"{DIALECT_PATHS[dialect]}/{quote(model)}:{method}"


def chat_body(dialect: str, text: str, *, model: str, stream: bool, **fields: Any) -> bytes:
    """Write a chat request of one user message in a dialect; ``max_tokens`` in its own words."""
    said: dict[str, Any] = {"messages": [{"role": "user", "content": text}]}
    named: dict[str, Any] = {"model": model, "stream": stream}
    limit = fields.pop("max_tokens", None)
    limits: dict[str, Any] = {} if limit is None else {"max_tokens": limit}
    match dialect:
        case "responses":
            said = {"input": said["messages"]}
            limits = {} if limit is None else {"max_output_tokens": limit}
        case "anthropic":
            limits = {"max_tokens": limit or 4096}
        case "openai" | "completions":
            said = said if dialect == "openai" else {"prompt": text}
            limits |= {"stream_options": {"include_usage": True}} if stream else {}
        case "ollama" | "ollama-generate":
            said = said if dialect == "ollama" else {"prompt": text}
            limits = {} if limit is None else {"options": {"num_predict": limit}}
        case "gemini":
            named, said = {}, {"contents": [{"role": "user", "parts": [{"text": text}]}]}
            limits = {} if limit is None else {"generationConfig": {"maxOutputTokens": limit}}
        case _:
            pass
    return orjson.dumps({**named, **said, **limits, **fields})


_KEY_HEADERS = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}


def chat_request(
    dialect: str,
    text: str,
    *,
    model: str = "fake",
    stream: bool = False,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    **fields: Any,
) -> bytes:
    """Write a whole chat request in a dialect, with that dialect's credential header."""
    extra = dict(headers or {})
    if dialect == "anthropic":
        extra.setdefault("anthropic-version", "2023-06-01")
    if key is not None:
        name = _KEY_HEADERS.get(dialect)
        extra[name or "authorization"] = key if name else f"Bearer {key}"
    body = chat_body(dialect, text, model=model, stream=stream, **fields)
    return request_bytes("POST", chat_path(dialect, model=model, stream=stream), body, extra)
