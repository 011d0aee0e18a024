"""The same file is known in every dialect, whichever form its id is written in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.files.test_references import OURS, THEIRS, Desk

from salon.gateway.files import anthropic_id, gemini_name, openai_id
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.plan import parse_plan
from salon.testing.gateway_bench import GatewayBench

ADDRESS = "https://salon.example/v1beta/"


def chat(model: str, name: str) -> tuple[str, Any]:
    part = {"type": "file", "file": {"file_id": name}}
    return "openai", {"model": model, "messages": [{"role": "user", "content": [part]}]}


def responses(model: str, name: str) -> tuple[str, Any]:
    part = {"type": "input_file", "file_id": name}
    return "responses", {"model": model, "input": [{"role": "user", "content": [part]}]}


def messages(model: str, name: str) -> tuple[str, Any]:
    part = {"type": "document", "source": {"type": "file", "file_id": name}}
    said = [{"role": "user", "content": [part]}]
    return "anthropic", {"model": model, "max_tokens": 9, "messages": said}


def contents(model: str, name: str) -> tuple[str, Any]:
    part = {"fileData": {"fileUri": name, "mimeType": "text/plain"}}
    return "gemini", {"model": model, "contents": [{"role": "user", "parts": [part]}]}


DIALECTS = {"openai": chat, "responses": responses, "anthropic": messages, "gemini": contents}
FORMS = [openai_id, anthropic_id, gemini_name, lambda file_id: ADDRESS + gemini_name(file_id)]
FIELDS = {
    "openai": "messages[0].content[0].file.file_id",
    "responses": "input[0].content[0].file_id",
}
"""What is at fault, in the dialects whose errors have a place for that."""


def house(play: Any, tmp_path: Path, scene: Callable[..., Any]) -> None:
    async def run(bench: GatewayBench, fake: FakeProvider) -> None:
        desk = Desk(bench.storage, tmp_path, most_bytes=1000)
        bench.gateway.references = desk.references
        await scene(bench, fake, desk)

    play(run)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_file_is_known_by_every_form_of_its_id(play: Any, tmp_path: Path, dialect: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider, desk: Desk) -> None:
        file_id = await desk.file(b"north of the river", "a.txt")
        for model in ("openai/fake", "anthropic/fake"):
            for form in FORMS:
                # A provider knows no such id, and says so.
                fake.choose = lambda exchange, _: None if knows(exchange.body) else refusal()
                name, body = DIALECTS[dialect](model, form(file_id))
                reply = await bench.send(name, json.dumps(body).encode(), identity=OURS)
                assert reply.status == 200, (model, form(file_id), reply.body)
                assert knows(fake.journal.exchanges[-1].body)

    house(play, tmp_path, scene)


def knows(body: bytes) -> bool:
    return b"north of the river" in body or b"bm9ydGggb2YgdGhlIHJpdmVy" in body


def refusal() -> Any:
    return parse_plan("fault=400")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_file_of_others_is_refused_by_the_name_of_its_field(
    play: Any, tmp_path: Path, dialect: str
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider, desk: Desk) -> None:
        file_id = await desk.file(b"north of the river", "a.txt")
        fake.choose = lambda *_: refusal()
        for form in FORMS:
            name, body = DIALECTS[dialect]("openai/fake", form(file_id))
            reply = await bench.send(name, json.dumps(body).encode(), identity=THEIRS)
            assert reply.status == 404, reply.body
            assert "There is no file" in reply.body.decode()
            assert reply.json()["error"].get("param") == FIELDS.get(dialect)

    house(play, tmp_path, scene)


def test_a_request_refused_for_another_reason_stays_refused_once(play: Any, tmp_path: Path) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider, desk: Desk) -> None:
        fake.choose = lambda *_: refusal()
        body = {"model": "openai/fake", "messages": [{"role": "user", "content": "about ~ files/salon"}]}
        reply = await bench.send("openai", json.dumps(body).encode(), identity=OURS)
        assert (reply.status, len(fake.journal.exchanges)) == (400, 1)

    house(play, tmp_path, scene)


def test_a_stream_is_answered_too_and_money_is_held_for_the_whole(play: Any, tmp_path: Path) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider, desk: Desk) -> None:
        file_id = await desk.file(b"north of the river", "a.txt")
        fake.choose = lambda exchange, _: None if knows(exchange.body) else refusal()
        _, body = chat("openai/fake", gemini_name(file_id))
        reply = await bench.send("openai", json.dumps({**body, "stream": True}).encode(), identity=OURS)
        assert (reply.status, b"[DONE]" in reply.body) == (200, True)
        entry, attempts = await bench.row()
        assert (entry.status, [one.http_status for one in attempts]) == ("ok", [400, 200])

    house(play, tmp_path, scene)


def test_tokens_of_such_a_request_are_counted(play: Any, tmp_path: Path) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider, desk: Desk) -> None:
        file_id = await desk.file(b"north of the river " * 20, "a.txt")
        counts: list[int] = []
        for form in (anthropic_id, gemini_name):
            _, body = messages("openai/fake", form(file_id))
            del body["max_tokens"]
            reply = await bench.send("anthropic-count", json.dumps(body).encode(), identity=OURS)
            counts.append(reply.json()["input_tokens"])
        assert counts[0] == counts[1] > 60

    house(play, tmp_path, scene)
