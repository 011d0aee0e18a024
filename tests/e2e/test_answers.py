"""Answers over HTTP: sent, stopped at the provider, queued, continued, explained; and after ``kill -9``."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import until
from salon.testing.scene import model_of, usual_setup

BASE = "/salon/v1"
MODEL = model_of("openai")
SLOW = "{{fake tokens=2000;rate=100}}"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProvider]:
    """A provider whose answers are planned in what is said."""
    with FakeProvider().in_thread() as fake:
        yield fake


@pytest.fixture(scope="module")
def house(
    fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory, module_column: Column
) -> Iterator[House]:
    """A running house in front of it, that asks for no titles."""
    sections = {"conversations": {"titles": False}}
    setup = usual_setup(fake.url, column=module_column, sections=sections)
    with House(tmp_path_factory.mktemp("house") / "data", setup) as running:
        yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    got, answer = house.request(method, BASE + path, body, headers=headers or None)
    assert got == status, answer
    return json.loads(answer)


def begin(house: House) -> str:
    return ask(house, "POST", "/conversations", {"settings": {"model": MODEL}}, 201)["id"]


def send(house: House, one: str, text: str, **more: Any) -> Any:
    return ask(house, "POST", f"/conversations/{one}/send", {"text": text, **more}, 201)


def path(house: House, one: str, **query: str) -> list[Any]:
    asked = "&".join(f"{name}={value}" for name, value in {"limit": "200", **query}.items())
    return ask(house, "GET", f"/conversations/{one}/messages?{asked}")["items"]


def idle(house: House, one: str) -> None:
    def is_idle() -> bool:
        waiting = ask(house, "GET", f"/conversations/{one}/queue")["items"]
        turns = ask(house, "GET", f"/conversations/{one}/answers")["items"]
        return not turns and all(item["status"] == "held" for item in waiting)

    until(is_idle, what="the end of all answers")


def text(message: Any) -> str:
    return "".join(part.get("text", "") for part in message["content"]["parts"])


def streaming(fake: FakeProvider, case: str) -> Any:
    def found() -> list[Any]:
        return [one for one in fake.journal.exchanges if one.plan.case == case and one.tokens_sent > 5]

    until(lambda: bool(found()), what="an answer under way")
    return found()[-1]


def test_what_is_sent_is_answered_once_and_explained(house: House) -> None:
    one = begin(house)
    body = {"text": "Hello {{fake tokens=3}}", "settings": {"parameters": {"temperature": 0.5}}}
    sent = ask(house, "POST", f"/conversations/{one}/send", body, 201, **{"idempotency-key": f"a-{one}"})
    again = ask(house, "POST", f"/conversations/{one}/send", body, 201, **{"idempotency-key": f"a-{one}"})
    assert again == sent
    idle(house, one)
    said, answer = path(house, one)
    assert (said["id"], text(answer)) == (sent["message"]["id"], "tok tok tok ")
    told = ask(house, "GET", f"/messages/{answer['id']}/request")
    assert (told["model"], told["mode"], told["error"]) == (MODEL, "answer", None)
    assert told["steps"][0]["request"]["temperature"] == 0.5
    assert told["steps"][0]["attempts"][0]["status"] == "ok"
    assert told["context"]["left"] > 0
    assert told["output_tokens"] > 0
    used = {name: value for name, value in answer["usage"].items() if name != "tools_ms"}
    assert used == {name: told[name] for name in used}
    assert (len(used), answer["usage"]["tools_ms"], said["usage"]) == (7, {}, None)
    report = ask(house, "GET", f"/conversations/{one}/context?exact=true")
    assert report["used"] > told["context"]["left"] - report["left"] > 0


def test_stop_reaches_the_provider_at_once(house: House, fake: FakeProvider) -> None:
    one = begin(house)
    sent = send(house, one, f"Stop {{{{fake tokens=2000;rate=100;case=stop-{one}}}}}")
    exchange = streaming(fake, f"stop-{one}")
    asked_s = time.monotonic()
    run = sent["answers"][0]["run_id"]
    assert ask(house, "POST", f"/runs/{run}/stop", {})["stop_requested"]
    until(lambda: exchange.ended_s is not None, what="the provider's release")
    assert exchange.ended_s - asked_s < 5  # 200 ms on a quiet machine; this one may be busy
    idle(house, one)
    answer = path(house, one)[-1]
    assert (answer["status"], text(answer)[:4]) == ("interrupted", "tok ")
    assert ask(house, "POST", f"/runs/{run}/stop", {})["status"] == "cancelled"
    more = ask(house, "POST", f"/messages/{answer['id']}/continue", {}, 201)
    ask(house, "POST", f"/runs/{more['answers'][0]['run_id']}/stop", {})
    idle(house, one)
    assert path(house, one)[-1]["sources"][0]["kind"] == "continues"


def test_what_waits_is_seen_and_sent(house: House) -> None:
    one = begin(house)
    send(house, one, f"First {SLOW}")
    a, b = (send(house, one, f"{name} {{{{fake tokens=1}}}}")["queued"] for name in "AB")
    order = {"branch_id": a["branch_id"], "order": [b["id"], a["id"]]}
    listed = ask(house, "PUT", f"/conversations/{one}/queue", order)["items"]
    assert [item["id"] for item in listed] == [b["id"], a["id"]]
    tag = {"if-match": f'"{listed[1]["version"]}"', "idempotency-key": "A2"}
    change = {"text": "A2 {{fake tokens=1}}"}
    changed = ask(house, "PATCH", f"/queue/{a['id']}", change, **tag)
    assert changed["draft"]["parts"][0]["text"] == "A2 {{fake tokens=1}}"
    c = send(house, one, "C")["queued"]
    assert ask(house, "DELETE", f"/queue/{c['id']}") == {"ok": True}
    assert ask(house, "POST", f"/queue/{a['id']}/send")["queued"]["status"] == "next"
    idle(house, one)
    assert [text(message).split()[0] for message in path(house, one)[::2]] == ["First", "A2", "B"]
    again = ask(house, "PATCH", f"/queue/{a['id']}", change, **tag)
    assert (again["status"], again["message_id"]) == ("sent", a["message_id"])
    assert again["draft"]["parts"] == changed["draft"]["parts"]
    assert ask(house, "POST", f"/queue/{a['id']}/send", {}, 404)["error"]["code"] == "not_found"


def test_an_answer_is_edited_made_again_replayed_and_bridged(house: House) -> None:
    one = begin(house)
    for name in "AB":
        send(house, one, f"{name} {{{{fake tokens=1}}}}")
        idle(house, one)
    first, answer, *_ = path(house, one)
    more = ask(
        house, "POST", f"/messages/{answer['id']}/regenerate", {"models": [MODEL, {"model": MODEL}]}, 201
    )
    assert len(more["answers"]) == 2
    idle(house, one)
    other = ask(
        house,
        "POST",
        f"/messages/{first['id']}/edit-and-send",
        {"text": "E {{fake tokens=2}}", "name": "E"},
        201,
    )
    idle(house, one)
    assert text(path(house, one, branch_id=other["branch_id"])[-1]) == "tok tok "
    change = {"message_id": first["id"], "text": "F {{fake tokens=3}}", "branch_id": other["branch_id"]}
    ask(house, "POST", f"/conversations/{one}/what-if", change, 404)
    change = {"message_id": other["message"]["id"], "model": MODEL, "branch_id": other["branch_id"]}
    replayed = ask(house, "POST", f"/conversations/{one}/what-if", change, 201)
    idle(house, one)
    body = {
        "other_branch_id": replayed["branch_id"],
        "branch_id": other["branch_id"],
        "words": "Join {{fake tokens=4}}",
    }
    ask(house, "POST", f"/conversations/{one}/bridge", body, 201)
    idle(house, one)
    joined = path(house, one, branch_id=other["branch_id"])[-1]
    assert [source["kind"] for source in joined["sources"]] == ["merge", "merge"]


def test_settings_are_read_and_changed(house: House) -> None:
    one = begin(house)
    found = ask(house, "PATCH", f"/conversations/{one}/settings", {"settings": {"instructions": "Be brief."}})
    assert found["in_force"] == {"model": MODEL, "instructions": "Be brief."}
    tag = {"if-match": f'"{found["version"] - 1}"'}
    ask(house, "PATCH", f"/conversations/{one}/settings", {"settings": {"titles": True}}, 412, **tag)
    usual = ask(house, "PATCH", "/conversation-defaults", {"settings": {"parameters": {"seed": 4}}})
    assert ask(house, "GET", "/conversation-defaults") == usual
    assert ask(house, "GET", f"/conversations/{one}/settings")["in_force"]["parameters"] == {"seed": 4}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "parts"),
        ({"text": "a", "model": "x", "models": ["y"]}, 400, "models"),
        ({"text": "a", "models": []}, 400, "models"),
        ({"text": "a", "model": "nobody/knows"}, 404, "model"),
        ({"text": "a", "settings": {"heat": 1}}, 422, "settings.heat"),
        ({"text": "a", "models": [{"model": MODEL, "settings": {"heat": 1}}]}, 422, "models.0.settings.heat"),
        ({"parts": [{"kind": "nothing"}]}, 400, "parts"),
        ({"parts": [{"kind": "file", "file_id": "fil_none"}]}, 404, "parts.0.file_id"),
        ({"text": "a", "branch_id": "brn_none"}, 404, None),
        ({"text": "a", "parent_id": "msg_none"}, 404, None),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    house: House, body: Any, status: int, field: str | None
) -> None:
    one = begin(house)
    refused = ask(house, "POST", f"/conversations/{one}/send", body, status)["error"]
    assert refused["fields"].get("field") == field
    assert path(house, one) == []


def test_after_kill_9_the_text_so_far_is_there_and_goes_on(house: House, fake: FakeProvider) -> None:
    one = begin(house)
    sent = send(house, one, f"Die {{{{fake tokens=2000;rate=100;case=die-{one}}}}}")
    streaming(fake, f"die-{one}")
    query = f"SELECT count(*) FROM run_log WHERE run_id = '{sent['answers'][0]['run_id']}'"
    until(lambda: house.rows(query)[0][0] > 8, what="durable text")
    house.kill()
    house.start()
    idle(house, one)
    answer = path(house, one)[-1]
    assert (answer["status"], text(answer)[:4]) == ("interrupted", "tok ")
    states = house.rows("SELECT count(*) FROM runs WHERE status = 'running'")
    assert states == [(0,)]
    send(house, one, "Go on {{fake tokens=1}}")
    idle(house, one)
    assert len(path(house, one)) == 4
