"""What a refusal carries: one id wherever it is named, and a word to client libraries that repeat."""

import asyncio
import logging

import pytest
from fastapi import APIRouter

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import Conflict, StorageError
from salon.surfaces.api.endpoints import management
from salon.testing.raw_http import request_bytes


def _broken(_identity: object) -> list[object]:
    raise RuntimeError("a defect")


def _router() -> APIRouter:
    router = APIRouter(prefix="/salon/v1")
    management("GET", "/refuse/{how}", Right.MANAGE_SYSTEM, summary="A test.")

    @router.get("/refuse/{how}")
    def refuse(how: str) -> dict[str, str]:
        if how == "conflict":
            raise Conflict(problem="It is there already.")
        if how == "storage":
            raise StorageError(problem="The disk is full.", fix="Make room.")
        raise RuntimeError("a defect")

    return router


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_a_defect_behind_a_dialect_has_one_id(doors, dialect, caplog):
    async def run():
        async with doors(list_models=_broken) as server:
            headers = {"anthropic-version": "2023-06-01"} if dialect == "anthropic" else {}
            return await server.ask(request_bytes("GET", "/v1/models", b"", headers))

    answer = asyncio.run(run())
    assert answer.status == 500
    request_id = answer.headers["x-request-id"]
    assert answer.headers["x-salon-request-id"] == request_id
    assert request_id in answer.json()["error"]["message"]
    if dialect == "anthropic":
        assert answer.json()["request_id"] == answer.headers["request-id"] == request_id
    assert _logged_ids(caplog) == [request_id]


def test_a_defect_of_a_management_route_has_one_id_and_one_line(doors, caplog):
    async def run():
        async with doors(load_routers=lambda: [_router()]) as server:
            return await server.ask(request_bytes("GET", "/salon/v1/refuse/defect"))

    answer = asyncio.run(run())
    request_id = answer.headers["x-request-id"]
    assert answer.json()["error"]["request_id"] == request_id
    assert request_id in answer.json()["error"]["message"]
    assert _logged_ids(caplog) == [request_id]


def _logged_ids(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the id in each error line; every error line must name one."""
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    return [line.partition("(")[2].partition(")")[0] for line in lines]


def test_what_repeating_cannot_mend_says_so_to_client_libraries(doors, patient):
    async def run():
        async with doors(load_routers=lambda: [_router()], list_models=_broken, limits=patient) as server:
            asked = {
                "defect": request_bytes("GET", "/v1/models"),
                "managed defect": request_bytes("GET", "/salon/v1/refuse/defect"),
                "conflict": request_bytes("GET", "/salon/v1/refuse/conflict"),
                "storage": request_bytes("GET", "/salon/v1/refuse/storage"),
                "missing": request_bytes("GET", "/v1/nowhere"),
                "key": request_bytes("GET", "/v1/models", b"", {"authorization": "Bearer nobody"}),
            }
            return {name: await server.ask(request) for name, request in asked.items()}

    answers = asyncio.run(run())
    seen = {name: (one.status, one.headers.get("x-should-retry")) for name, one in answers.items()}
    assert seen == {
        "defect": (500, "false"),
        "managed defect": (500, "false"),
        "conflict": (409, "false"),
        "storage": (503, None),
        "missing": (404, None),
        "key": (401, None),
    }


def test_a_body_that_does_not_come_is_not_asked_for_again(hot_door, patient):
    async def run():
        async with hot_door(limits=patient) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n{")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            writer.close()
            return head

    head = asyncio.run(run())
    assert head.startswith(b"HTTP/1.1 408")
    assert b"x-should-retry: false\r\n" in head
