"""Temporary conversations over HTTP: used in every way, then looked for everywhere; and who gets what."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.surfaces.api.endpoints import Endpoint, endpoints
from salon.surfaces.api.routes import routers
from salon.testing.collector import Collector
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.plan import Plan
from salon.testing.house import House
from salon.testing.inhabitant import settle
from salon.testing.live_client import LiveClient, RunShown
from salon.testing.load import until
from salon.testing.scene import model_of, usual_setup

BASE = "/salon/v1"
MODEL = model_of("openai")
CANARIES = ("heron-in-the-title", "kingfisher-in-a-question", "dipper-in-an-answer", "bittern-in-settings")
TITLE, QUESTION, ANSWER, INSTRUCTIONS = CANARIES
KEPT = "sparrow-that-is-kept"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector.in_thread() as server:
        yield server


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house") / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="module")
def keys(data: Path, module_column: Column) -> dict[str, str]:
    """A key of each of two spaces."""
    return asyncio.run(settle(module_column.address(data), ("ann", "bob")))


@pytest.fixture(scope="module")
def house(data: Path, keys: dict[str, str], module_column: Column, collector: Collector) -> Iterator[House]:
    """A house that keeps and tells whatever it can: payloads, traces, a log of everything, cached answers."""
    sections = {
        "log": {"level": "debug", "format": "json"},
        "otel": {"endpoint": f"http://127.0.0.1:{collector.server_port}/v1/traces"},
        "cache": {"enabled": True},
    }
    assert keys
    with FakeProvider().in_thread() as fake:
        fake.choose = lambda _, asked: Plan(
            text=f"{ANSWER} " * 200, rate=50 if asked.last_user_text.startswith("slow") else 0
        )
        setup = usual_setup(fake.url, column=module_column, sections=sections)
        with House(data, setup) as running:
            body = {"kind": "space", "target": "", "keep_days": 1}
            ask(running, "PUT", "/payload-rules/all", body)
            yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    got, answer = house.request(method, BASE + path, body, headers=headers or None)
    assert got == status, answer
    return json.loads(answer)


def begin(house: House, **more: Any) -> str:
    body = {"is_temporary": True, "title": TITLE, "settings": {"model": MODEL, "instructions": INSTRUCTIONS}}
    made = ask(house, "POST", "/conversations", {**body, **more}, 201)
    assert made["is_temporary"]
    return made["id"]


def words(shown: RunShown) -> str:
    deltas = (event["data"] for event in shown.events if event["type"] == "text-delta")
    return "".join(delta["text"] for delta in deltas)


def idle(house: House, one: str) -> None:
    turns = f"/conversations/{one}/answers"
    until(lambda: not ask(house, "GET", turns)["items"], what="the end of all answers")


def stop_at_once(house: House, one: str) -> dict[str, Any]:
    """Have something answered slowly, see it over a socket, stop it there; return the answer."""
    sent = ask(house, "POST", f"/conversations/{one}/send", {"text": f"slow {QUESTION}"}, 201)["answers"][0]
    waits = ask(house, "POST", f"/conversations/{one}/send", {"text": QUESTION}, 201)["queued"]["id"]
    assert ask(house, "PATCH", f"/queue/{waits}", {"text": f"{QUESTION} changed"})["id"] == waits
    ask(house, "DELETE", f"/queue/{waits}")

    async def watch() -> str:
        async with LiveClient(house.url) as client:
            shown = await client.follow(sent["run_id"])
            await client.until(lambda: ANSWER in words(shown))
            await client.send(type="stop", id="s", run=sent["run_id"])
            await client.until(lambda: shown.end is not None)
            return words(shown)

    assert ANSWER in asyncio.run(watch())
    idle(house, one)
    return sent


@pytest.fixture(scope="module")
def used(house: House) -> str:
    """A temporary conversation in which everything was done that can be."""
    one = begin(house)
    sent = ask(house, "POST", f"/conversations/{one}/send", {"text": QUESTION}, 201)
    idle(house, one)
    answer, said = sent["answers"][0]["message_id"], sent["message"]["id"]
    ask(house, "POST", f"/messages/{said}/edit-and-send", {"text": f"{QUESTION} again"}, 201)
    idle(house, one)
    ask(house, "POST", f"/messages/{answer}/regenerate", {}, 201)
    idle(house, one)
    stopped = stop_at_once(house, one)
    got, stream = house.get(f"{BASE}/runs/{stopped['run_id']}/events")
    assert (got, b"event: text-delta" in stream, b"event: end" in stream) == (200, True, True)
    ask(house, "POST", f"/messages/{stopped['message_id']}/continue", {}, 201)
    idle(house, one)
    exact = ask(house, "GET", f"/messages/{answer}/request")
    assert QUESTION in json.dumps(exact["steps"][0]["request"])
    assert exact["steps"][0]["attempts"][0]["cost_e10"]
    shown = ask(house, "GET", f"/conversations/{one}/messages/{answer}")
    assert shown["usage"]["cost_e10"] == exact["cost_e10"]
    return one


def held(house: House) -> dict[str, bytes]:
    """Return everything the house keeps anywhere, by place."""
    found = dict(house.setup.column.contents(house.data_dir))
    files = (path for path in house.data_dir.rglob("*") if path.is_file())
    return (
        found | {str(path.name): path.read_bytes() for path in files} | {"log": house.log_path.read_bytes()}
    )


def leaks(places: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(name, word) for name, data in places.items() for word in CANARIES if word.encode() in data]


def test_nothing_of_it_is_kept_anywhere(house: House, used: str, collector: Collector) -> None:
    kept = ask(house, "POST", "/conversations", {"title": KEPT, "settings": {"model": MODEL}}, 201)["id"]
    places = held(house)
    assert any(KEPT.encode() in data for data in places.values()), "we look at all of it"
    assert leaks(places) == []
    rows = ask(house, "GET", "/requests?limit=50")["items"]
    assert len(rows) >= 4
    assert all(row["cost_e10"] for row in rows if row["status"] == 200)
    assert leaks({"ledger": json.dumps(rows).encode()}) == []
    assert ask(house, "GET", "/payloads")["items"] == []
    assert ask(house, "GET", f"/search?q={QUESTION}")["items"] == []
    assert [one["id"] for one in ask(house, "GET", "/conversations")["items"]] == [kept]
    assert not any(run["id"].startswith("tmp") for run in ask(house, "GET", "/runs?limit=200")["items"])
    assert [one["id"] for one in ask(house, "GET", "/conversations?is_temporary=true")["items"]] == [used]
    until(lambda: bool(collector.received), what="a trace")
    assert leaks({"traces": b"".join(collector.received)}) == []
    events = house.rows("SELECT subject, data FROM events_outbox")
    assert not any(str(one).startswith("tmp") or "tmp" in str(data) for one, data in events)


def test_what_is_only_for_kept_ones_is_refused(house: House, used: str) -> None:
    at = f"/conversations/{used}"
    refused: list[tuple[str, str, Any]] = [
        ("POST", f"{at}/copy", {}),
        ("POST", f"{at}/read", {}),
        ("PATCH", at, {"is_archived": True}),
        ("DELETE", f"{at}?verb=hide", None),
        ("POST", "/shares", {"conversation_id": used}),
        ("POST", "/exports", {"conversation_ids": [used], "format": "json"}),
        ("POST", "/exports/download", {"conversation_ids": [used], "format": "json"}),
        ("POST", "/acts", {"act": "pin", "ids": [used]}),
    ]
    for method, path, body in refused:
        got, answer = house.request(method, BASE + path, body)
        assert (got, json.loads(answer)["error"]["code"]) == (409, "temporary_refused"), (path, answer)
    assert ask(house, "PATCH", at, {"title": "Another"})["title"] == "Another"


def test_another_space_has_nothing_of_it_at_any_address(house: House, keys: dict[str, str]) -> None:
    ann, bob = ({"authorization": f"Bearer {keys[name]}"} for name in ("ann", "bob"))
    body = {"is_temporary": True, "settings": {"model": MODEL}}
    one = ask(house, "POST", "/conversations", body, 201, **ann)["id"]
    said = [ask(house, "POST", f"/conversations/{one}/send", {"text": "slow"}, 201, **ann) for _ in range(2)]
    ids = {
        "conversation_id": one,
        "message_id": said[0]["message"]["id"],
        "queued_id": said[1]["queued"]["id"],
        "run_id": said[0]["answers"][0]["run_id"],
    }
    tried = rows_with(set(ids))
    assert len(tried) > 40
    for row in tried:
        path = re.sub(r"\{(\w+)[^}]*\}", lambda name: ids.get(name[1], "nothing"), row.path)
        got, answer = house.request(row.method, path, None if row.method == "GET" else {}, headers=bob)
        assert (got, json.loads(answer)["error"]["code"]) == (404, "temporary_gone"), (row.key, answer)
    assert ask(house, "GET", "/conversations?is_temporary=true", **bob)["items"] == []
    assert len(ask(house, "GET", f"/conversations/{one}/messages", **ann)["items"]) == 1
    assert ask(house, "GET", f"/runs/{ids['run_id']}", **ann)["status"] == "running"
    ask(house, "DELETE", f"/conversations/{one}", **ann)


def rows_with(leaves: set[str]) -> list[Endpoint]:
    """Every address that names a conversation, a message, something that waits, or a run."""
    routers()
    rows = (row for row in endpoints() if row.path.startswith("/salon/v1/") and row.summary != "A test.")
    return [row for row in rows if leaves & set(re.findall(r"\{(\w+)", row.path))]


def test_its_end_is_told_to_who_watches_and_to_who_asks_later(house: House) -> None:
    one = begin(house)
    sent = ask(house, "POST", f"/conversations/{one}/send", {"text": f"slow {QUESTION}"}, 201)["answers"][0]

    async def watch() -> Any:
        async with LiveClient(house.url) as client:
            shown = await client.follow(sent["run_id"])
            await client.until(lambda: ANSWER in words(shown))
            done = await asyncio.to_thread(ask, house, "DELETE", f"/conversations/{one}")
            await client.until(lambda: shown.end is not None)
            await client.send(type="stop", id="late", run=sent["run_id"])
            late = await client.frame("error", id="late")
            return done, shown.end, late

    done, end, late = asyncio.run(watch())
    assert (done["verb"], done["id"]) == ("delete", one)
    assert end["status"] == "interrupted"
    assert late["error"]["code"] == "temporary_gone"
    for path in (f"/conversations/{one}", f"/runs/{sent['run_id']}", f"/runs/{sent['run_id']}/events"):
        assert ask(house, "GET", path, status=404)["error"]["code"] == "temporary_gone"
    assert leaks(held(house)) == []


def test_the_command_begins_lists_shows_and_ends_one(house: House) -> None:
    one = house.salon("conversations", "new", "--temporary", "A talk").stdout.strip()
    assert one.startswith("tmpcnv_")
    assert one in house.salon("conversations", "list", "--temporary").stdout
    assert one not in house.salon("conversations", "list").stdout
    assert house.salon("conversations", "show", one).returncode == 0
    assert house.salon("conversations", "delete", one).returncode == 0
    assert "temporary" in house.salon("conversations", "show", one).stderr


def test_it_is_lost_when_the_server_starts_again(house: House) -> None:
    one = begin(house)
    house.stop()
    assert leaks(held(house)) == []
    house.start()
    assert ask(house, "GET", f"/conversations/{one}", status=404)["error"]["code"] == "temporary_gone"
    assert ask(house, "GET", "/conversations?is_temporary=true")["items"] == []
