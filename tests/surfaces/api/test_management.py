"""Management routes: none without a row, each with its policy, errors in Salon's words."""

import asyncio
from pathlib import Path

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import ConfigError, NotFound
from salon.surfaces.api.app import build_app, check_exposure
from salon.surfaces.api.endpoints import check_rows, endpoints, management
from salon.surfaces.api.openapi import openapi_row
from salon.surfaces.api.requests import CurrentIdentity, MaybeIdentity
from salon.surfaces.api.routes import routers
from salon.testing.raw_http import request_bytes


class Body(BaseModel):
    """A body."""

    size: int


def _router() -> APIRouter:
    router = APIRouter(prefix="/salon/v1")
    management("GET", "/test/{name}", Right.MANAGE_SYSTEM, summary="A test.")
    management("POST", "/test", "signed-in", summary="A test.", max_body_bytes=1000)
    management("GET", "/open", "public", summary="A test.", why_public="A test.")

    @router.get("/test/{name}")
    def read(name: str, identity: CurrentIdentity) -> dict[str, str]:
        if name == "missing":
            raise NotFound(what="test", id=name)
        if name == "defect":
            raise RuntimeError("sk-salon-secret in a message")
        return {"name": name, "who": identity.name}

    @router.post("/test")
    def write(body: Body) -> dict[str, int]:
        return {"size": body.size}

    @router.get("/open")
    def nobody(identity: MaybeIdentity) -> dict[str, bool]:
        return {"known": identity is not None}

    return router


def _managed(doors, **overrides):
    return doors(load_routers=lambda: [_router()], **overrides)


def test_each_route_is_held_to_its_row(doors):
    async def run():
        async with _managed(doors, require_key=True) as server:
            good = {"authorization": "Bearer sk-salon-good"}
            cookie = {
                "cookie": "salon_session=session-good",
                "host": "localhost",
                "origin": "http://localhost",
            }
            for headers, read, write in (({}, 401, 401), (good, 403, 200), (cookie, 200, 200)):
                asked = await server.ask(request_bytes("GET", "/salon/v1/test/x", b"", headers))
                assert asked.status == read
                sent = await server.ask(request_bytes("POST", "/salon/v1/test", b'{"size":1}', headers))
                assert sent.status == write
                assert (await server.ask(request_bytes("GET", "/salon/v1/open", b"", headers))).status == 200
            bare = cookie | {"origin": "http://evil.example"}
            assert (
                await server.ask(request_bytes("POST", "/salon/v1/test", b'{"size":1}', bare))
            ).status == 403

    asyncio.run(run())


def test_failures_are_told_in_one_shape(doors, caplog):
    async def run():
        async with _managed(doors) as server:
            for path, status, code in (
                ("/salon/v1/test/missing", 404, "not_found"),
                ("/salon/v1/nowhere", 404, "not_found"),
                ("/salon/v1/test", 405, "invalid_request"),
                ("/salon/v1/test/defect", 500, "internal"),
            ):
                answer = await server.ask(request_bytes("GET", path))
                assert (answer.status, answer.json()["error"]["code"]) == (status, code)
                assert "secret" not in answer.body.decode()
                assert answer.headers["x-content-type-options"] == "nosniff"
            for body, status in (
                (b"{", 400),
                (b'{"size":"x"}', 422),
                (b"{}", 422),
                (b'{"size":1' + b" " * 2000, 413),
            ):
                answer = await server.ask(request_bytes("POST", "/salon/v1/test", body))
                assert answer.status == status, body[:20]

    asyncio.run(run())


def test_a_route_without_a_row_refuses_to_start(doors):
    router = APIRouter(prefix="/salon/v1")

    @router.get("/unguarded")
    def unguarded() -> None: ...

    async def run():
        async with doors() as server:
            app = build_app(server.app.door.services, load_routers=lambda: [router])
            with pytest.raises(ConfigError, match="no row"):
                app.warm()

    asyncio.run(run())


def _later_router() -> APIRouter:
    router = APIRouter(prefix="/salon/v1")
    management("GET", "/later", Right.MANAGE_SYSTEM, summary="A test.")

    @router.get("/later")
    def later() -> dict[str, str]:
        return {"came": "later"}

    return router


def test_routes_that_are_loaded_later_are_there_when_asked_for(doors):
    loads: list[str] = []

    def load_more() -> list[APIRouter]:
        loads.append("later")
        return [_later_router()]

    async def run():
        cookie = {"cookie": "salon_session=session-good", "host": "localhost", "origin": "http://localhost"}
        async with doors(load_routers=lambda: [_router()], load_more=load_more, require_key=True) as server:
            assert (await server.ask(request_bytes("GET", "/salon/v1/test/x", b"", cookie))).status == 200
            assert loads == []
            asked = [server.ask(request_bytes("GET", "/salon/v1/later", b"", cookie)) for _ in range(3)]
            assert [answer.status for answer in await asyncio.gather(*asked)] == [200] * 3
            assert (await server.ask(request_bytes("GET", "/salon/v1/later"))).status == 401
            assert (await server.ask(request_bytes("GET", "/salon/v1/nowhere", b"", cookie))).status == 404
            assert loads == ["later"]

    asyncio.run(run())


def test_the_document_loads_the_routes_that_come_later(doors):
    async def run():
        async with doors(load_routers=lambda: [_router()], load_more=lambda: [_later_router()]) as server:
            answer = await server.ask(request_bytes("GET", "/salon/v1/openapi.json"), timeout_s=60)
            assert "/salon/v1/later" in answer.json()["paths"]

    asyncio.run(run())


def test_a_row_must_say_why_it_is_public_and_cannot_be_changed():
    with pytest.raises(ConfigError):
        management("GET", "/why", "public", summary="A test.")
    management("GET", "/twice", "signed-in", summary="A test.")
    with pytest.raises(ConfigError):
        management("GET", "/twice", Right.USE_MODELS, summary="A test.")


def test_the_document_describes_every_row(doors):
    async def run():
        async with doors(load_routers=routers) as server:
            document = (await server.ask(request_bytes("GET", "/salon/v1/openapi.json"), timeout_s=60)).json()
            described = {
                (method.upper(), path) for path, methods in document["paths"].items() for method in methods
            }
            for row in endpoints():
                path = row.path.replace(":path}", "}")
                is_test = row.summary == "A test."
                if row.operation not in {"page", "openapi"} and not is_test:
                    assert (row.method, path) in {(m, p.replace(":path}", "}")) for m, p in described}, (
                        row.key
                    )

    asyncio.run(run())


def test_the_permission_matrix_is_current():
    """``make docs`` writes it."""
    routers()
    openapi_row()
    page = (Path(__file__).parents[3] / "docs" / "permissions.md").read_text()
    for row in endpoints():
        if row.summary != "A test.":
            assert f"| {row.method} | `{row.path}` | {row.policy} |" in page, row.key


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "salon.example", "10.0.0.1"])
def test_listening_beyond_this_machine_needs_keys(host):
    with pytest.raises(ConfigError):
        check_exposure(host, require_key=False)
    check_exposure(host, require_key=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_loopback_may_go_without(host):
    check_exposure(host, require_key=False)
    check_rows(endpoints())
