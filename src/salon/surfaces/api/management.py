"""The FastAPI part: management routes, each checked against its row of the endpoint table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from salon.foundation.kit.errors import ConfigError, Internal, InvalidRequest, NotFound, SalonError
from salon.foundation.kit.version import __version__
from salon.surfaces.api.asgi_request import identify_for
from salon.surfaces.api.door import TOLD, Door, as_salon_error, error_headers, id_of
from salon.surfaces.api.endpoints import Endpoint, endpoints
from salon.surfaces.api.invalid import invalid_body
from salon.surfaces.api.requests import IDENTITY

RouteKey = tuple[int, str]
"""The identity of an endpoint function, and a method: what was routed, not what the address says."""


class _OtherMethod(InvalidRequest):
    status = 405


def build_management(door: Door, routers: Sequence[APIRouter]) -> FastAPI:
    """Return the FastAPI application. Raises: ConfigError when a route has no row."""
    rows: dict[RouteKey, Endpoint] = {}
    app = FastAPI(
        title="Salon",
        version=__version__,
        summary="Management of one Salon. The compatible dialects are documented by their owners.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(_authorizer(door, rows))],
    )
    app.state.services = door.services
    app.state.door = door
    for router in routers:
        app.include_router(router)
    _add_openapi(app)
    rows.update(rows_of_routes(app))
    app.add_exception_handler(SalonError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_error)
    app.add_exception_handler(HTTPException, _on_error)
    app.add_exception_handler(Exception, _on_error)
    return app


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


def _add_openapi(app: FastAPI) -> None:
    from salon.surfaces.api.openapi import openapi_document, openapi_row  # noqa: PLC0415 - made when asked

    openapi_row()

    @app.get("/salon/v1/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction] - FastAPI keeps it
        return openapi_document(app)


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
        return invalid_body(cast("dict[str, Any]", error.errors()[0]))
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return NotFound(what="endpoint", id=request.url.path[:200])
        if error.status_code == 405:
            allow = (error.headers or {}).get("Allow", "other methods")
            return _OtherMethod(field="method", problem=f"This address takes {allow}.")
        return InvalidRequest(field="body", problem=str(error.detail))
    return as_salon_error(error)
