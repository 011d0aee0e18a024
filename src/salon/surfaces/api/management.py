"""The FastAPI part: management routes, each checked against its row of the endpoint table."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from salon.foundation.kit.errors import ConfigError, Internal, InvalidRequest, NotFound, SalonError
from salon.foundation.kit.version import __version__
from salon.surfaces.api.asgi_reply import Receive, Scope, Send
from salon.surfaces.api.asgi_request import identify_for
from salon.surfaces.api.door import TOLD, Door, as_salon_error, error_headers, id_of
from salon.surfaces.api.endpoints import Endpoint, endpoints
from salon.surfaces.api.invalid import invalid_body
from salon.surfaces.api.requests import IDENTITY

RouteKey = tuple[int, str]
"""The identity of an endpoint function, and a method: what was routed, not what the address says."""


class _OtherMethod(InvalidRequest):
    status = 405


class Management:
    """The FastAPI application of one door."""

    def __init__(
        self,
        door: Door,
        routers: Sequence[APIRouter],
        *,
        load_more: Callable[[], Sequence[APIRouter]] | None = None,
    ) -> None:
        """Add the routes. Raises: ConfigError when one has no row in the endpoint table."""
        self._rows: dict[RouteKey, Endpoint] = {}
        self._load_more = load_more
        self._lock = threading.Lock()
        app = self._app = FastAPI(
            title="Salon",
            version=__version__,
            summary="Management of one Salon. The compatible dialects are documented by their owners.",
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            dependencies=[Depends(_authorizer(door, self._rows))],
        )
        app.state.services = door.services
        app.state.door = door
        for kind in (SalonError, RequestValidationError, HTTPException, Exception):
            app.add_exception_handler(kind, _on_error)
        self._add(routers)
        self._add_openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(cast("Any", scope), cast("Any", receive), cast("Any", send))

    def rows(self) -> Sequence[Endpoint]:
        """Return the rows of the routes that are loaded."""
        return tuple(self._rows.values())

    def load_more(self) -> None:
        """Load the routes that were left out so far; requests for others are served meanwhile."""
        with self._lock:
            if self._load_more is not None:
                self._add(self._load_more())
                self._load_more = None

    def _add(self, routers: Sequence[APIRouter]) -> None:
        for router in routers:
            self._app.include_router(router)
        self._rows.update(rows_of_routes(self._app))

    def _add_openapi(self) -> None:
        from salon.surfaces.api.openapi import openapi_document, openapi_row  # noqa: PLC0415 - made when asked

        openapi_row()

        @self._app.get("/salon/v1/openapi.json", include_in_schema=False)
        def openapi() -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction] - FastAPI keeps it
            self.load_more()
            return openapi_document(self._app)

        self._rows.update(rows_of_routes(self._app))


def rows_of_routes(app: FastAPI) -> dict[RouteKey, Endpoint]:
    """Find the row of every route. Raises: ConfigError for a route without one."""
    known = {row.key: row for row in endpoints()}
    found: dict[RouteKey, Endpoint] = {}
    for context in iter_route_contexts(app.routes):
        for method in sorted((context.methods or {"WEBSOCKET"}) - {"HEAD"}):
            row = known.get((method, context.path or ""))
            if row is None:
                raise ConfigError(
                    key=f"{method} {context.path}",
                    problem="has no row in the endpoint table, so nobody decided who may call it.",
                    fix="Add management(...) beside the route.",
                )
            key = (id(context.endpoint), method)
            if found.setdefault(key, row) is not row:
                raise ConfigError(
                    key=row.path,
                    problem="shares its function with another row.",
                    fix="Give each row a function of its own.",
                )
    return found


def _authorizer(door: Door, rows: Mapping[RouteKey, Endpoint]) -> Callable[[Request], None]:
    """Return the dependency of every route: credentials and policy."""

    def authorize(request: Request) -> None:
        scope = request.scope
        method = "GET" if request.method == "HEAD" else request.method
        row = rows[id(scope["endpoint"]), method]
        headers = cast("dict[bytes, bytes]", scope["salon.headers"])
        identity = identify_for(door, scope, headers, row)
        door.access.authorize(row, identity)
        scope[IDENTITY] = identity

    return authorize


async def _on_error(request: Request, error: Exception) -> Response:
    """Answer every failure in Salon's own words."""
    known = _known(request, error)
    request_id = id_of(known)
    if isinstance(known, Internal):
        request.scope[TOLD] = error  # it is raised again once it was answered
    door = cast(Door, request.app.state.door)
    return Response(
        door.render(known, dialect=None, request_id=request_id),
        status_code=known.status,
        headers={name.decode(): value.decode() for name, value in error_headers(known, request_id)},
    )


def _known(request: Request, error: Exception) -> SalonError:
    if isinstance(error, RequestValidationError):
        return invalid_body(cast("Sequence[Mapping[str, Any]]", error.errors()))
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return NotFound(what="endpoint", id=request.url.path[:200])
        if error.status_code == 405:
            allow = (error.headers or {}).get("Allow", "other methods")
            return _OtherMethod(field="method", problem=f"This address takes {allow}.")
        return InvalidRequest(field="body", problem="It cannot be read: it is no JSON, or nested too deep.")
    return as_salon_error(error)
