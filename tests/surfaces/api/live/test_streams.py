"""Runs and durable events as server-sent events, and the plain reads beside them."""

import asyncio
import http.client
import json
from collections.abc import Callable
from typing import Any

from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import SpaceId
from salon.surfaces.api.routes import routers

SPACE = SpaceId("spc_test")
OWNER = Caller(kind="owner", space_id=SPACE)
STRANGER = Caller(kind="owner", space_id=SpaceId("spc_other"))
Desk = Any


def read(port: int, path: str, *, method: str = "GET", lines: int | None = None, **headers: str):
    """Ask, and return status, headers and the body: all of it, or so many lines."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    body = answer.read() if lines is None else b"".join(answer.readline() for _ in range(lines))
    connection.close()
    return answer.status, dict(answer.getheaders()), body


async def asked(made: Desk, path: str, **options: Any):
    return await asyncio.to_thread(read, made.server.port, f"/salon/v1/{path}", **options)


def told(body: bytes) -> list[tuple[str, str, Any]]:
    """Return id, kind and data of each event."""
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
    return found


def test_a_run_is_followed_to_its_one_end_and_resumed_where_a_browser_was(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        watching = asyncio.ensure_future(asked(made, f"runs/{handle.run_id}/events"))
        for piece in "abc":
            handle.append("text-delta", piece)
        await asyncio.sleep(0.05)
        await handle.end("done", {"message": "msg_1"})
        status, headers, body = await watching
        assert status == 200
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no"
        assert [(at, kind) for at, kind, _ in told(body)] == [
            ("1-1", "text-delta"), ("1-2", "text-delta"), ("1-3", "text-delta"), ("1-4", "end"),
        ]  # fmt: skip
        again = await asked(made, f"runs/{handle.run_id}/events", last_event_id="1-2")
        assert told(again[2]) == told(body)[2:]
        by_query = await asked(made, f"runs/{handle.run_id}/events?epoch=1&number=3")
        assert told(by_query[2]) == told(body)[3:]
        assert (await asked(made, f"runs/{handle.run_id}/events", last_event_id="1-4"))[0] == 204

    play(scene, load_routers=routers)


def test_a_viewer_of_a_compacted_run_is_sent_back_first(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        handle.append("text-delta", "a")
        handle.append("text-delta", "b")
        await handle.end("done", {"message": "msg_1"})
        await made.runs.compact(before_ms=2**50)
        body = (await asked(made, f"runs/{handle.run_id}/events", last_event_id="1-1"))[2]
        assert [(at, kind) for at, kind, _ in told(body)] == [("1-0", "rewind"), ("1-3", "end")]
        assert told(body)[1][2]["data"]["data"] == {"message": "msg_1"}

    play(scene, load_routers=routers)


def test_what_cannot_be_followed_is_refused_with_a_reason(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        foreign = (await made.runs.begin(STRANGER, "turn")).run_id
        own = (await made.runs.begin(OWNER, "turn")).run_id
        for path, method in (("", "GET"), ("/events", "GET"), ("/stop", "POST")):
            status, _, body = await asked(made, f"runs/{foreign}{path}", method=method)
            assert (status, json.loads(body)["error"]["code"]) == (404, "not_found")
        for last in ("x", "1-", "1-2-3", "²-1"):
            status, _, body = await asked(
                made, f"runs/{own}/events", last_event_id=last.encode("latin-1", "replace").decode("latin-1")
            )
            assert (status, json.loads(body)["error"]["fields"]["field"]) == (400, "header.last-event-id")
        status, headers, _ = await asked(made, "socket")
        assert (status, headers["upgrade"]) == (426, "websocket")

    play(scene, load_routers=routers)


def test_runs_are_listed_by_cursor_shown_and_stopped(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handles = [await made.runs.begin(OWNER, "turn", {"n": number}) for number in range(5)]
        await made.runs.begin(STRANGER, "turn")
        await handles[0].end("done")
        first = json.loads((await asked(made, "runs?limit=3"))[2])
        rest = json.loads((await asked(made, f"runs?limit=3&cursor={first['next']}"))[2])
        assert [run["data"]["n"] for run in first["items"] + rest["items"]] == [4, 3, 2, 1, 0]
        assert rest["next"] is None
        running = json.loads((await asked(made, "runs?status=running"))[2])
        assert [run["data"]["n"] for run in running["items"]] == [4, 3, 2, 1]
        for handle, asks in ((handles[1], True), (handles[0], False)):
            run = json.loads((await asked(made, f"runs/{handle.run_id}/stop", method="POST"))[2])
            assert run["stop_requested"] is asks
        assert handles[1].stop_requested.is_set()
        shown = json.loads((await asked(made, f"runs/{handles[0].run_id}"))[2])
        assert (shown["status"], shown["last_number"], "owner" in shown) == ("done", 1, False)

    play(scene, load_routers=routers)


def test_durable_events_are_streamed_from_a_number_on(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        for number in range(3):
            event = Event(type="message.added", subject=f"msg_{number}")
            await made.storage.write(lambda tx, event=event: publish(tx, SpaceScope(SPACE), event))
        _, headers, body = await asked(made, "events?after=0", last_event_id="1", lines=12)
        assert headers["x-accel-buffering"] == "no"
        assert (headers["salon-space"], headers["salon-number"]) == (SPACE, "1")
        assert [(at, kind, data["subject"]) for at, kind, data in told(body)] == [
            ("2", "message.added", "msg_1"), ("3", "message.added", "msg_2"),
        ]  # fmt: skip

    play(scene, load_routers=routers)


def test_a_stream_breaks_off_when_the_server_stops(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        watching = asyncio.ensure_future(asked(made, f"runs/{handle.run_id}/events"))
        handle.append("text-delta", "a")
        await made.server.until(lambda: handle.channel.is_watched)
        made.server.app.door.draining.set()
        _, _, body = await watching
        assert body.startswith(b"retry: 1000\n\n")
        assert [kind for _, kind, _ in told(body)] in ([], ["text-delta"])

    play(scene, load_routers=routers)
