"""Two spaces, each with a key of its own and one of everything: nothing of one is there for the other.

At the end, what somebody sends again is done once.

The requests are made from the endpoint table and the OpenAPI document: an address or a place for words that is
added fails here until it is said what stands there.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from websockets.sync.client import connect

from salon.foundation.storage import metadata
from salon.gateway.files.ids import anthropic_id, gemini_name, openai_id, upload_wire_id
from salon.surfaces.api.endpoints import CORE, Endpoint, endpoints
from salon.surfaces.api.openapi import openapi_row
from salon.surfaces.api.routes import routers
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.foreign_ids import ACTS, AUTHORS, CURSORS, IDS, OPAQUE, UNSHOWN, WORDS, Request, name_of
from salon.testing.house import House, HouseAnswer
from salon.testing.id_places import places_of
from salon.testing.inhabitant import Inhabitant, settle
from salon.testing.live_client import LiveClient
from salon.testing.load import until
from salon.testing.scene import model_of, usual_setup

EMPTY = {
    "GET /conversations query.tag", "GET /search query.conversation", "GET /search query.folder",
    "GET /search query.tag", "GET /shares query.conversation_id",
}  # fmt: skip
"""Places that narrow a list: to nothing, for what is not there."""
UNCHANGED = {"POST /acts body.filter.folder_id", "POST /acts body.filter.tag", "POST /acts body.ids[]"}
"""Places that say what many things are changed: none."""
UNFOUND = {"POST /exports body.filter.tag", "POST /exports/download body.filter.tag"}
"""Places that find what is exported: nothing, which is no export."""
MOVED = {"PUT /conversations/{conversation_id}/queue body.order[]"}
"""The one place where all ids of a queue stand: with another one in it, it is the order of another queue."""
UNASKED = {"/salon/v1/socket", "/salon/v1/search/index", "/salon/v1/openapi.json"}
"""A WebSocket, which has a test of its own, and what is of the whole house."""


def rows() -> list[Endpoint]:
    """Every address of conversations, and of the files and runs beside them; those that delete come last."""
    routers()
    openapi_row()
    found = [
        row
        for row in endpoints()
        if row.path.startswith(("/salon/v1/", "/s/"))
        and row.policy in {"conversations.use", "models.use", "public"}
        and row.path not in UNASKED
        and row.summary != "A test."
    ]
    return sorted(found, key=lambda row: row.method == "DELETE")


class Scene:
    """A house, Ann and Bob in it, and every request in which an id may stand."""

    def __init__(self, house: House, ann: Inhabitant, bob: Inhabitant) -> None:
        self.house, self.ann, self.bob = house, ann, bob
        document = orjson.loads(ann.ask("GET", "/salon/v1/openapi.json").body)
        self.places = {
            row: places_of(document, row.method, re.sub(r":path}", "}", row.path)) for row in rows()
        }

    def tries(self) -> Iterator[tuple[str, str, Request]]:
        """Yield each request of Bob's with an id of Ann's in it: its place, the id, the request."""
        for row, places in self.places.items():
            for place in places:
                here = f"{name_of(*row.key)} {place.where}.{place.name}"
                if place.leaf not in IDS or here.endswith(AUTHORS):
                    continue
                for kind in IDS[place.leaf]:
                    request = Request(*row.key, place)
                    yield here, self.ann.ids[kind], request.with_id(place, self.ann.ids[kind])

    def rows(self) -> dict[str, list[str]]:
        """Return every row of the database that is Ann's, or names something of hers, by table."""
        hers = ["spc_ann", self.ann.word, *self.ann.ids.values()]
        found: dict[str, list[str]] = {}
        for table in sorted(metadata.tables):
            shown = [repr(row) for row in self.house.rows(f"SELECT * FROM {table}")]
            found[table] = sorted(row for row in shown if any(one in row for one in hers))
            assert not [row for row in shown if "'spc_bob'" in row and self.ann.word in row], table
        # An act of Bob's names what he asked for, also what was not there.
        own = {table: [row for row in rows if "'spc_bob'" not in row] for table, rows in found.items()}
        return {table: rows for table, rows in own.items() if table not in MOVING}

    def shown(self) -> dict[str, tuple[int, bytes]]:
        """Return what Ann is shown of everything she has."""
        answers = {
            name_of(*row.key): Request(*row.key).ask(self.ann, self.ann.ids)
            for row in self.places
            if row.method == "GET" and not row.path.endswith("/events")
        }
        return {name: (one.status, re.sub(rb"req_\w+", b"", one.body)) for name, one in answers.items()}


MOVING = {"api_keys", "runs", "ledger_requests", "ledger_hours"}
"""Tables in which what is Ann's changes by itself: last uses, leases, counts. Of runs, what is shown does not."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[Scene]:
    """Ann and Bob have settled in a house whose index has read everything."""
    data = tmp_path_factory.mktemp("house") / "data"
    data.mkdir(mode=0o700)
    secrets = asyncio.run(settle(module_column.address(data), ("ann", "bob")))
    patient = {"idle_timeout_s": 600.0, "total_timeout_s": 600.0}
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, gateway=patient, column=module_column)
        yield from _peopled(House(data, setup), secrets)


def _peopled(made: House, secrets: Mapping[str, str]) -> Iterator[Scene]:
    with made as house:
        people = [
            Inhabitant(house, name=name, secret=secret, model=model_of("openai"))
            for name, secret in secrets.items()
        ]
        for one in people:
            one.settle_in()
        until(lambda: people[0].get("/search?q=cobalt")["waiting"] == 0)
        yield Scene(house, *people)
        for one in people:
            one.ask("POST", f"/salon/v1/runs/{one.ids['stalled']}/stop")


def test_every_place_is_known_to_hold_an_id_or_words(scene: Scene) -> None:
    known = {*WORDS, *IDS, *ACTS, *OPAQUE, *CURSORS}
    unknown = [
        (name_of(*row.key), place.where, place.name)
        for row, places in scene.places.items()
        for place in places
        if place.leaf not in known
    ]
    assert not unknown
    assert len(scene.places) > 100


def test_what_is_anothers_is_not_there_in_any_place(scene: Scene) -> None:
    shown, rows = scene.shown(), scene.rows()
    asked = 0
    for here, value, request in scene.tries():
        answer = request.ask(scene.bob, scene.bob.ids)
        asked += 1
        assert scene.ann.word.encode() not in answer.body, here
        if here in EMPTY:
            assert (answer.status, orjson.loads(answer.body)["items"]) == (200, []), here
        elif here in UNCHANGED:
            assert (answer.status, orjson.loads(answer.body)["changed"]) == (200, []), here
        elif here in UNFOUND:
            assert (answer.status, b"No conversation fits." in answer.body) == (400, True), here
        elif here in MOVED:
            assert answer.status == 409, here
        else:  # because of this very id, and of nothing else that is wrong with the request
            assert (answer.status, value in answer.body.decode()) == (404, True), (here, answer)
    assert (asked > 200, len(rows["messages"]) > 4) == (True, True)
    assert scene.rows() == rows
    assert scene.shown() == shown
    failed = {name: status for name, (status, _) in shown.items() if status != 200}
    assert failed == UNSHOWN, failed


def test_her_own_requests_say_nothing_to_him(scene: Scene) -> None:
    rows = scene.rows()
    for row in scene.places:
        request = Request(*row.key)
        request.headers["idempotency-key"] = scene.ann.client_id(request.path_with(scene.ann.ids))
        if "token" not in request.path and row.path != "/salon/v1/shares/copy":
            answer = request.ask(scene.bob, scene.ann.ids)
            assert scene.ann.word.encode() not in answer.body, request.name
            assert answer.status == 404 or not request.path, (request.name, answer)
    assert scene.rows() == rows


WIRE: Mapping[str, str] = {
    "response_id": "response", "conversation_id": "openai_conversation", "item_id": "item", "batch_id": "batch",
    "file_id": "file", "upload_id": "upload", "session": "upload",
}  # fmt: skip
"""What stands in the addresses of other dialects."""


def wire_rows() -> list[Endpoint]:
    """Every address of another dialect that names something kept."""
    kept = [row for row in CORE if set(re.findall(r"\\{(\w+)", row.path)) - {"model", "page"}]
    return sorted(kept, key=lambda row: row.method == "DELETE")


def wire_ids(ids: Mapping[str, str], leaf: str) -> list[str]:
    """Return what somebody may call a thing: its id in each form there is."""
    own = ids[WIRE[leaf]]
    files = [openai_id(own), anthropic_id(own), gemini_name(own).removeprefix("files/")]
    uploads = [own, upload_wire_id(own)] if leaf == "upload_id" else [own]
    return [*files, own] if leaf == "file_id" else uploads


def test_in_the_words_of_other_dialects_neither(scene: Scene) -> None:
    rows = scene.rows()
    for row in wire_rows():
        leaves = re.findall(r"\\{(\w+)", row.path)
        for tried in leaves:
            for value in wire_ids(scene.ann.ids, tried):
                path = row.path
                for leaf in leaves:
                    own = scene.bob.ids[WIRE[leaf]]
                    path = path.replace(f"{{{leaf}}}", quote(value if leaf == tried else own, safe=""))
                body = {"part_ids": [], "metadata": {}} if row.method == "POST" else None
                answer = scene.bob.ask(row.method, path, body, headers={"anthropic-version": "2023-06-01"})
                assert scene.ann.word.encode() not in answer.body, path
                assert answer.status in {403, 404}, (row.key, value, answer)
    assert scene.rows() == rows


def told_before(ann: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what of a request for a response names something kept."""
    yield {"previous_response_id": ann["response"]}
    yield {"conversation": ann["openai_conversation"]}
    yield {"conversation": {"id": ann["openai_conversation"]}}
    yield {"input": [{"type": "item_reference", "id": ann["item"]}]}
    for name in wire_ids(ann, "file_id")[:3]:
        for kind in ("input_file", "input_image"):
            yield {"input": [{"role": "user", "content": [{"type": kind, "file_id": name}]}]}


def test_nothing_to_go_on_from_is_anothers(scene: Scene) -> None:
    rows = scene.rows()
    url = f"ws://127.0.0.1:{scene.house.port}/v1/responses"
    headers = {"authorization": f"Bearer {scene.bob.secret}"}
    with connect(url, additional_headers=headers, proxy=None) as socket:
        for fields in told_before(scene.ann.ids):
            asked = {"model": model_of("openai"), "input": "x", **fields}
            for more in ({}, {"background": True}, {"store": False}):
                answer = scene.bob.ask("POST", "/v1/responses", {**asked, **more})
                assert answer.status in {400, 404}, (fields, more, answer)
                assert scene.ann.word.encode() not in answer.body
            socket.send(orjson.dumps({"type": "response.create", **asked}).decode())
            event = orjson.loads(socket.recv(timeout=60))
            assert (event["type"], event.get("status")) in {("error", 400), ("error", 404)}, (fields, event)
    assert scene.rows() == rows


def test_no_frame_and_no_event_tells_of_her(scene: Scene) -> None:
    async def follow() -> tuple[list[Any], list[Any]]:
        async with LiveClient(scene.house.url, key=scene.bob.secret) as client:
            for number, run in enumerate((scene.ann.ids["run"], scene.ann.ids["stalled"])):
                for kind in ("follow", "stop"):
                    await client.send(type=kind, id=f"{kind}-{number}", run=run)
                    told = await client.frame("error", id=f"{kind}-{number}")
                    assert told["error"]["code"] == "not_found", told
            await client.listen(0)
            made = scene.bob.ask("POST", "/salon/v1/conversations", {"title": "the last one"})
            last = orjson.loads(made.body)["id"]
            await client.until(lambda: any(event["subject"] == last for event in client.events))
            return client.events, client.frames

    events, frames = asyncio.run(follow())
    told = orjson.dumps([events, frames])
    assert len(events) > 20
    assert scene.ann.word.encode() not in told
    named = {one for one in scene.ann.ids.values() if one.encode() in orjson.dumps(events)}
    assert not named


READS = {"POST /exports/download", "POST /prompts/{prompt}/render"}
"""Rows that change nothing, whatever their method says."""
PLACED = {"PATCH /uploads/{upload_id}"}
"""Rows that say where what they bring goes: sent again it does not go there."""
DONE = (
    "conversation_folders", "conversation_imports", "conversation_templates", "conversation_undos",
    "conversations", "file_uploads", "prompt_versions", "prompts", "share_revisions", "shares",
)  # fmt: skip
"""Tables in which doing something twice shows, and that no answer under way changes."""


def mutations() -> list[Endpoint]:
    """Every row of conversations and files that changes something; what deletes comes last, small things first."""
    found = [
        row
        for row in rows()
        if row.operation in {"conversations", "files"}
        and row.method != "GET"
        and name_of(*row.key) not in READS | PLACED
    ]
    deletes = {row.key: row.method == "DELETE" or row.path.endswith("/restore") for row in found}
    return sorted(found, key=lambda row: deletes[row.key] * (100 - row.path.count("/")))


def test_what_is_sent_again_is_done_once(scene: Scene) -> None:
    who = scene.bob
    for number, row in enumerate(mutations()):
        if "{queued_id}" in row.path:
            who.wait_in_queue()
        request = under_a_key(row, number)
        if row.path.endswith("/restore"):
            who.ask("DELETE", request.path_with(who.ids).removesuffix("/restore"))
        first = request.ask(who, who.ids)
        assert first.status < 300, (row.key, first)
        done = {table: len(scene.house.rows(f"SELECT * FROM {table}")) for table in DONE}
        again = request.ask(who, who.ids)
        assert (again.status, named(first) - named(again)) == (first.status, set()), (row.key, first, again)
        assert {table: len(scene.house.rows(f"SELECT * FROM {table}")) for table in DONE} == done, row.key
        for other in others(request, number):
            refused = other.ask(who, who.ids)
            assert (refused.status, b"act_differs" in refused.body) == (409, True), (row.key, refused)


def under_a_key(row: Endpoint, number: int) -> Request:
    """Return a good request with a client's own id: in its body, or in the header."""
    request = Request(*row.key)
    if "participant_id" in request.path:
        request.path["participant_id"] = "somebody"
    if "name" in request.body:
        request.body = {**request.body, "name": f"once {number}"}
    if request.body and number % 2:
        request.body = {**request.body, "client_id": f"again-{number}"}
    else:
        request.headers["idempotency-key"] = f"again-{number}"
    return request


def others(request: Request, number: int) -> Iterator[Request]:
    """Yield what is not the same request, under the same key: another body, and another address."""
    words = {name: f"else {number}" for name in ("name", "text") if name in request.body}
    if words:
        request.body = {**request.body, **words}
        yield request
    other = Request("POST", "/salon/v1/folders")
    other.headers["idempotency-key"] = f"again-{number}"
    other.body = {"name": f"another {number}"}
    yield other


def named(answer: HouseAnswer) -> set[str]:
    """Return the ids that an answer tells, and its link; what waits is sent by and by."""
    return set(re.findall(r"\b(?!req_|que_)[a-z]{3}_[0-9a-z]{26}|/s/[\w-]+", answer.body.decode()))
