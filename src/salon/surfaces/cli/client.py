"""A small synchronous client of Salon's HTTP API, over the local socket or TCP; standard library only."""

import contextlib
import http.client
import json
import socket
from collections.abc import Generator, Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from salon.surfaces.cli.exits import ServedError, UnreachableError
from salon.surfaces.cli.ports import Address

_TIMEOUT_S = 60.0
_STREAM_TIMEOUT_S = 600.0

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
        self, method: str, path: str, body: Json, *, timeout_s: float
    ) -> Generator[http.client.HTTPResponse]:
        connection = self._connect(timeout_s)
        prefix = self._base.path.rstrip("/").removesuffix("/v1") if self._base else ""
        data = None if body is None else json.dumps(body).encode()
        try:
            connection.request(
                method, prefix + path, body=data, headers=self._headers(has_body=body is not None)
            )
            yield connection.getresponse()
        except TimeoutError as error:
            problem = f"Salon at {self._where} did not answer within {timeout_s:g} s."
            raise UnreachableError(problem=problem, fix="Look at its log, or try again.") from error
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
        target = f"{path}?{urlencode(given)}" if given else path
        with self._open(method, target, body, timeout_s=timeout_s) as response:
            data = response.read()
            if response.status >= 400:
                raise _served_error(response.status, data)
        return json.loads(data) if data else None

    def stream(self, path: str, body: Json) -> Iterator[bytes]:
        """Send one request and yield the answer's bytes as they come. Close the iterator to cancel."""
        with self._open("POST", path, body, timeout_s=_STREAM_TIMEOUT_S) as response:
            if response.status >= 400:
                raise _served_error(response.status, response.read())
            while data := response.read1(65536):
                yield data


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
