"""The way to the batches that a provider answers by itself."""

from salon.foundation.egress import Headers, HttpRequest, Url
from salon.gateway.providers.base import BatchApi


class BatchWay:
    """Where and how a provider is spoken to about its batches."""

    __slots__ = ("_batches", "_files", "_headers", "api", "url")

    def __init__(self, api: BatchApi, url: Url, *, batches: bytes, files: bytes, headers: Headers) -> None:
        self.api = api
        self.url = url
        self._batches = batches
        self._files = files
        self._headers = headers

    def of_batches(
        self, path: str = "", *, method: bytes = b"GET", body: bytes = b"", replayable: bool = False
    ) -> HttpRequest:
        """Return a request about batches; ``path`` follows the address where they are made."""
        content = [(b"content-type", b"application/json")] if body else []
        return self._request(self._batches + path.encode("ascii"), method, content, body, replayable)

    def of_files(
        self, path: str = "", *, method: bytes = b"GET", body: bytes = b"", media_type: bytes = b""
    ) -> HttpRequest:
        """Return a request about the files of batches."""
        content = [(b"content-type", media_type)] if body else []
        return self._request(self._files + path.encode("ascii"), method, content, body, False)

    def _request(
        self, target: bytes, method: bytes, content: Headers, body: bytes, replayable: bool
    ) -> HttpRequest:
        return HttpRequest(
            url=self.url,
            target=target,
            method=method,
            headers=[*content, *self._headers],
            body=body,
            replayable=replayable,
        )
