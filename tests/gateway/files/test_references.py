"""References to files: whose they are, what is put in where, and what is left as it was."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.files import FileExpired, FileMissing, Files, LocalBlobs
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import NotAllowed, SalonError, TooLarge, Unsupported
from salon.gateway.dialects import DIALECTS
from salon.gateway.files import anthropic_id, gemini_name, openai_id
from salon.gateway.files.references import StoredReferences
from salon.gateway.protocols.base import DialectName
from salon.testing.databases import database
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench, key_identity

OURS = key_identity(space="spc_ours")
THEIRS = key_identity(space="spc_theirs")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20)
PDF = b"%PDF-1.4\n" + bytes(20)
ZIP = b"PK\x03\x04" + bytes(20)


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


class Desk:
    """A file store and what refers to it."""

    def __init__(self, storage: Any, folder: Path, *, most_bytes: int) -> None:
        self.clock = ManualClock()
        self.files = Files(storage, LocalBlobs(folder / "blobs"), incoming=folder / "in", clock=self.clock)
        self.references = StoredReferences(self.files, most_bytes=most_bytes)

    async def file(self, content: bytes, name: str = "a", **options: Any) -> str:
        return (await self.files.store(OURS.caller, once(content), name=name, **options)).id

    async def said(self, dialect: DialectName, part: Any, identity: Any = OURS) -> Any:
        """Return the part as it goes on in a request that says it."""
        field = DIALECTS[dialect].said_field
        holder = {"parts": [part]} if dialect.startswith("gemini") else {"role": "user", "content": [part]}
        body = json.dumps({"model": "m", field: [holder], "seed": 7}).encode()
        done = json.loads(await self.references.inlined(body, DIALECTS[dialect], identity))
        assert (done["model"], done["seed"]) == ("m", 7)
        return (done[field][0].get("parts") or done[field][0]["content"])[0]


def at_desk(tmp_path: Path, scene: Any, *, most_bytes: int = 10_000) -> Any:
    async def run() -> Any:
        async with database(tmp_path / "salon.db") as storage:
            return await scene(Desk(storage, tmp_path, most_bytes=most_bytes))

    return asyncio.run(run())


def chat(file_id: str, **more: Any) -> Any:
    return {"type": "file", "file": {"file_id": openai_id(file_id)}, **more}


def block(file_id: str, kind: str = "document", **more: Any) -> Any:
    return {"type": kind, "source": {"type": "file", "file_id": anthropic_id(file_id)}, **more}


def google(file_id: str, name: str = "fileData", key: str = "fileUri") -> Any:
    return {name: {key: f"https://salon.example/v1beta/{gemini_name(file_id)}", "mimeType": "text/plain"}}


def url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_a_chat_part_becomes_what_the_file_is(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        mark = {"cache_control": {"type": "ephemeral"}}
        png, wav, pdf = [await desk.file(one, "a.x") for one in (PNG, WAV, PDF)]
        words = await desk.file(b"north", "a.txt")
        assert await desk.said("openai", chat(png, **mark)) == {
            "type": "image_url",
            "image_url": {"url": url("image/png", PNG)},
            **mark,
        }
        sound = {"data": base64.b64encode(WAV).decode(), "format": "wav"}
        assert await desk.said("openai", chat(wav)) == {"type": "input_audio", "input_audio": sound}
        file = {"filename": "a.x", "file_data": url("application/pdf", PDF)}
        assert await desk.said("openai", chat(pdf)) == {"type": "file", "file": file}
        text = '<document title="a.txt">\nnorth\n</document>'
        assert await desk.said("openai", chat(words)) == {"type": "text", "text": text}

    at_desk(tmp_path, scene)


def test_a_block_of_anthropics_keeps_what_it_says_beside(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        pdf, words = await desk.file(PDF, "a.pdf"), await desk.file("Grüße".encode(), "a.txt")
        beside = {"title": "Mine", "citations": {"enabled": True}}
        source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(PDF).decode()}
        assert await desk.said("anthropic", block(pdf, **beside)) == {
            "type": "document",
            "source": source,
            **beside,
        }
        text = {"type": "text", "media_type": "text/plain", "data": "Grüße"}
        result = {"type": "tool_result", "tool_use_id": "t", "content": [block(words)]}
        done = await desk.said("anthropic-count", result)
        assert done["content"] == [{"type": "document", "source": text, "title": "a.txt"}]

    at_desk(tmp_path, scene)


@pytest.mark.parametrize(
    ("dialect", "part", "content", "says"),
    [
        ("anthropic", lambda one: block(one, "image"), PDF, "document"),
        ("anthropic", block, PNG, "image"),
        ("anthropic", block, WAV, "sound"),
        (
            "anthropic",
            lambda one: {"type": "container_upload", "file_id": anthropic_id(one)},
            ZIP,
            "container",
        ),
        ("responses", lambda one: {"type": "input_image", "file_id": openai_id(one)}, PDF, "input_file"),
    ],
)
def test_a_file_that_has_no_place_there_is_refused(
    tmp_path: Path, dialect: DialectName, part: Any, content: bytes, says: str
) -> None:
    async def scene(desk: Desk) -> None:
        with pytest.raises(Unsupported, match=says) as caught:
            await desk.said(dialect, part(await desk.file(content)))
        assert (caught.value.param or "").startswith(DIALECTS[dialect].said_field + "[0].content[0]")

    at_desk(tmp_path, scene)


@pytest.mark.parametrize("names", [("fileData", "fileUri"), ("file_data", "file_uri")])
def test_googles_parts_are_found_in_both_spellings(tmp_path: Path, names: tuple[str, str]) -> None:
    async def scene(desk: Desk) -> None:
        file_id = await desk.file(b"a,b\n", "a.csv", media_type="text/csv")
        inline = {"inlineData": {"mimeType": "text/csv", "data": base64.b64encode(b"a,b\n").decode()}}
        assert await desk.said("gemini", google(file_id, *names)) == inline
        nested = {"functionResponse": {"name": "f", "response": {}, "parts": [google(file_id, *names)]}}
        assert (await desk.said("gemini-count", nested))["functionResponse"]["parts"] == [inline]

    at_desk(tmp_path, scene)


def test_whose_file_it_is_and_whether_it_is_there_is_asked_first(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        part = chat(await desk.file(b"x", keep_s=60))
        limited = key_identity(space="spc_ours", limits=KeyLimits(operations=("chat",)))
        expected: list[tuple[Any, type[SalonError]]] = [(THEIRS, FileMissing), (limited, NotAllowed)]
        for identity, error in expected:
            with pytest.raises(error):
                await desk.said("openai", part, identity)
        desk.clock.advance(61)
        with pytest.raises(FileExpired) as caught:
            await desk.said("openai", part)
        assert caught.value.param == "messages[0].content[0].file.file_id"
        assert part["file"]["file_id"] in caught.value.message

    at_desk(tmp_path, scene)


def test_the_files_of_a_request_are_bounded_together(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        part = chat(await desk.file(b"x" * 60))
        assert await desk.said("openai", part)
        body = json.dumps({"messages": [{"role": "user", "content": [part, part]}]}).encode()
        with pytest.raises(TooLarge):
            await desk.references.inlined(body, DIALECTS["openai"], OURS)

    at_desk(tmp_path, scene, most_bytes=100)


@pytest.mark.parametrize(
    "said",
    [
        [{"role": "user", "content": "it costs ~5"}],
        [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-abc~"}}]}],
        [{"role": "user", "content": [{"type": "file", "file": "file-~"}]}],
        [None, 7, {"content": [None, {"type": "file"}, {"type": "file", "file": {"file_id": 7}}]}, "~"],
        {"~": 1},
        "~",
    ],
)
def test_a_request_without_files_of_ours_keeps_its_bytes(tmp_path: Path, said: Any) -> None:
    async def scene(desk: Desk) -> None:
        for dialect in ("openai", "responses", "anthropic"):
            body = json.dumps({DIALECTS[dialect].said_field: said}).encode()
            assert await desk.references.inlined(body, DIALECTS[dialect], OURS) is body

    at_desk(tmp_path, scene)


def test_an_id_of_the_providers_goes_on_beside_one_of_ours(play: Any, tmp_path: Path) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        desk = Desk(bench.storage, tmp_path, most_bytes=1000)
        bench.gateway.references = desk.references
        own = {"type": "file", "file": {"file_id": "file-theirs"}}
        content = [own, chat(await desk.file(b"north", "a.txt"))]
        body = json.dumps(
            {"model": "openai/fake", "messages": [{"role": "user", "content": content}]}
        ).encode()
        assert (await bench.send("openai", body, identity=OURS)).status == 200
        sent = json.loads(fake.journal.exchanges[-1].body)["messages"][0]["content"]
        assert sent[0] == own
        assert "north" in sent[1]["text"]
        refused = await bench.send("openai", body, identity=THEIRS)
        assert (refused.status, refused.json()["error"]["code"]) == (404, "not_found")

    play(scene)


def test_files_are_looked_for_in_any_form_without_being_read(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        own = await desk.file(b"x" * 60)
        for name in (openai_id(own), anthropic_id(own), gemini_name(own)):
            body = json.dumps({"input": [{"content": [{"type": "input_file", "file_id": name}]}]}).encode()
            await desk.references.check(body, DIALECTS["responses"], OURS)
            with pytest.raises(FileMissing) as caught:
                await desk.references.check(body, DIALECTS["responses"], THEIRS)
            assert caught.value.param == "input[0].content[0].file_id"
        await desk.references.check(b'{"input": "~5"}', DIALECTS["responses"], OURS)

    at_desk(tmp_path, scene)
