"""A small synchronous client of Salon's HTTP API, over the local socket or TCP; standard library only."""

import contextlib
import http.client
import itertools
import json
import os
import secrets
import socket
from collections.abc import Generator, Iterable, Mapping
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlencode, urlsplit

from salon.surfaces.cli.exits import ServedError, UnreachableError
from salon.surfaces.cli.ports import Address

_TIMEOUT_S = 60.0
_STREAM_TIMEOUT_S = 600.0
_FOLLOW_TIMEOUT_S = 40.0
"""A stream of events has something to say every 15 s, and be it that it is there."""
_CHUNK_BYTES = 64 * 1024

Json = Any


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, *, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class ApiClient:
    """Speaks to one Salon. A connection per request: simple, and a stream can be cut by closing it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._base = urlsplit(address.url) if address.url and address.socket is None else None

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        if self.address.socket is not None:
            return _UnixConnection(self.address.socket, timeout=timeout_s)
        base = self._base
        if base is None or base.scheme not in ("http", "https") or base.hostname is None:
            raise UnreachableError(
                problem=f"“{self.address.url}” is no address.", fix="Write it like http://127.0.0.1:8420."
            )
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        return kind(base.hostname, base.port, timeout=timeout_s)

    def _headers(self, *, has_body: bool) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "salon-cli"}
        if has_body:
            headers["Content-Type"] = "application/json"
        if self.address.api_key:
            headers["Authorization"] = f"Bearer {self.address.api_key}"
        return headers

    @contextlib.contextmanager
    def _open(
        self,
        method: str,
        path: str,
        data: bytes | Iterable[bytes] | None,
        *,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
    ) -> Generator[http.client.HTTPResponse]:
        connection = self._connect(timeout_s)
        prefix = self._base.path.rstrip("/").removesuffix("/v1") if self._base else ""
        sent = {**self._headers(has_body=data is not None), **(headers or {})}
        try:
            # Who is refused is told before everything is sent; what is said then counts, not the broken pipe.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, prefix + path, body=data, headers=sent)
            yield connection.getresponse()
        except TimeoutError as error:
            problem = f"Salon at {self._where} did not answer within {timeout_s:g} s."
            raise UnreachableError(problem=problem, fix="Look at its log, or try again.") from error
        except http.client.IncompleteRead as error:
            problem = f"The answer of Salon at {self._where} broke off."
            raise UnreachableError(problem=problem, fix="Try again; its log may say why.") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            problem = f"No Salon answers at {self._where} ({reason})."
            raise UnreachableError(problem=problem, fix="Start one with “salon serve”.") from error
        finally:
            connection.close()

    @property
    def _where(self) -> str:
        return self.address.socket or self.address.url or "?"

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Mapping[str, object] | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> Json:
        """Send one request and return the decoded answer. Raises: ServedError, UnreachableError."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given, doseq=True)}" if given else path
        sent = None if body is None else json.dumps(body).encode()
        with self._open(method, target, sent, timeout_s=timeout_s) as response:
            data = response.read()
            if response.status >= 400:
                raise _served_error(response.status, data)
        return json.loads(data) if data else None

    def stream(self, path: str, body: Json) -> Generator[bytes]:
        """Send one request and yield the answer's bytes as they come. Close the generator to cancel."""
        yield from self._stream("POST", path, json.dumps(body).encode())

    def download(self, path: str) -> Generator[bytes]:
        """Yield what is at ``path`` as it comes. Raises: ServedError, UnreachableError."""
        yield from self._stream("GET", path, None)

    def follow(self, path: str) -> Generator[bytes]:
        """Yield a stream of events as it comes. Raises: ServedError; UnreachableError also for silence."""
        yield from self._stream("GET", path, None, timeout_s=_FOLLOW_TIMEOUT_S)

    def send_file(self, path: str, file: BinaryIO, *, name: str, fields: Mapping[str, str]) -> Json:
        """Send a file as a form, without holding it in memory. Raises: ServedError, UnreachableError."""
        boundary = secrets.token_hex(16)
        head, tail = _form(name, fields, boundary)
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(0)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + size_bytes + len(tail)),
        }
        body = itertools.chain([head], iter(lambda: file.read(_CHUNK_BYTES), b""), [tail])
        with self._open("POST", path, body, timeout_s=_STREAM_TIMEOUT_S, headers=headers) as response:
            data = response.read()
            if response.status >= 400:
                raise _served_error(response.status, data)
        return json.loads(data)

    def send_body(self, path: str, file: BinaryIO) -> Json:
        """Send a file as the whole body, without holding it in memory. Raises: as ``send_file``."""
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(0)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
        body = iter(lambda: file.read(_CHUNK_BYTES), b"")
        with self._open("POST", path, body, timeout_s=_STREAM_TIMEOUT_S, headers=headers) as response:
            data = response.read()
            if response.status >= 400:
                raise _served_error(response.status, data)
        return json.loads(data)

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
        timeout_s: float = _STREAM_TIMEOUT_S,
    ) -> Mapping[str, str]:
        """Send one request and return the answer's headers. Raises: ServedError, UnreachableError."""
        with self._open(method, path, body, timeout_s=timeout_s, headers=headers) as response:
            data = response.read()
            if response.status >= 400:
                raise _served_error(response.status, data)
            return {name.lower(): value for name, value in response.getheaders()}

    def _stream(
        self, method: str, path: str, data: bytes | None, *, timeout_s: float = _STREAM_TIMEOUT_S
    ) -> Generator[bytes]:
        with self._open(method, path, data, timeout_s=timeout_s) as response:
            if response.status >= 400:
                raise _served_error(response.status, response.read())
            while data := response.read1(_CHUNK_BYTES):
                yield data
            if response.length:  # what was announced and did not come; read1 takes that for the end
                raise http.client.IncompleteRead(b"", response.length)


def _form(name: str, fields: Mapping[str, str], boundary: str) -> tuple[bytes, bytes]:
    """Return what stands before a file in a form, and after it."""
    shown = "".join(letter if letter.isprintable() else "_" for letter in name)
    quoted = shown.replace("\\", "_").replace('"', "%22")
    values = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    return "".join([*values, file]).encode(), f"\r\n--{boundary}--\r\n".encode()


def segment(value: str) -> str:
    """Return ``value`` as one segment of a path."""
    return quote(value, safe="")


def _served_error(status: int, data: bytes) -> ServedError:
    code, message = "error", data.decode("utf-8", "replace").strip()[:500] or f"status {status}"
    with contextlib.suppress(ValueError):
        answer = json.loads(data)
        if isinstance(answer, dict):
            error: Any = cast("dict[str, Any]", answer).get("error", answer)
            if isinstance(error, dict):
                fields = cast("dict[str, Any]", error)
                code = str(fields.get("code") or fields.get("type") or code)
                message = str(fields.get("message") or message)
    return ServedError(status=status, code=code, message=message)
