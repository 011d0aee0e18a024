"""The rows of the core that are no chat: health, metrics, pages, and the reads of the dialects."""

import asyncio
from typing import Final

import orjson

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import NotFound
from salon.gateway.exchange import Headers
from salon.surfaces.api.asgi_request import Asked, read_body
from salon.surfaces.api.compat import CompatReads
from salon.surfaces.api.endpoints import Matched
from salon.surfaces.api.pages import Pages
from salon.surfaces.api.services import Services

_JSON: Final[Headers] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_TEXT: Final[Headers] = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
_READY_TIMEOUT_S: Final = 2.0


class CoreReads:
    """Answers what is read below no management route."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._compat = CompatReads(services)
        self._pages = Pages(base_path=services.base_path, asset_address=services.asset_address)

    async def answer(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked
    ) -> tuple[int, Headers, bytes]:
        """Answer a row that is no chat."""
        path = matched.endpoint.path
        if path == "/healthz":
            return 200, _TEXT, b"ok\n"
        if path == "/readyz":
            return await self._ready()
        if path == "/{page:path}":
            page = self._pages.get(matched.parameters["page"], asked.headers)
            if page is None:
                raise NotFound(what="page", id=asked.path[:200])
            return page.status, page.headers, page.body
        if path == "/metrics":
            render = self._services.metrics
            if render is None:
                raise NotFound(what="endpoint", id=asked.path)
            return 200, [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")], render()
        assert identity is not None
        return 200, _JSON, await self._compat_read(matched, identity, asked)

    async def _compat_read(self, matched: Matched, identity: KeyIdentity, asked: Asked) -> bytes:
        compat, row = self._compat, matched.endpoint
        match row.path:
            case "/v1/models":
                return compat.models(identity, asked.headers, asked.query)
            case "/v1/models/{model:path}":
                return compat.model(identity, asked.headers, matched.parameters["model"])
            case "/v1beta/models" | "/v1beta/models/{model:path}":
                return compat.gemini_models(identity, matched.parameters.get("model"))
            case "/api/tags" | "/api/ps":
                return compat.tags(identity, running=row.path == "/api/ps")
            case "/api/show":
                return compat.show(identity, await read_body(asked, row.max_body_bytes))
            case "/api/version":
                return compat.version()
            case _:
                raise NotFound(what="endpoint", id=asked.path[:200])

    async def _ready(self) -> tuple[int, Headers, bytes]:
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                readiness = await self._services.readiness()
        except TimeoutError:
            return 503, _JSON, b'{"ready":false,"parts":{}}'
        body = orjson.dumps({"ready": readiness.ready, "parts": dict(readiness.parts)})
        return (200 if readiness.ready else 503), _JSON, body
