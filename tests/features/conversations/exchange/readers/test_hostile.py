"""Exports that are damaged or meant to do harm: refused or repaired with a reason, never a crash."""

import io
import json
import random
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from salon.features.conversations.exchange.readers.problems import ReadError
from salon.features.conversations.exchange.readers.reading import Export
from salon.features.conversations.exchange.readers.scanning import Scanner
from salon.features.conversations.exchange.readers.working import read
from salon.testing import exports, other_exports

TALKS = [exports.chatgpt_rich(f"r{number}") for number in range(4)]
EVERY = [
    json.dumps(TALKS).encode(),
    exports.chatgpt_zip(*TALKS, shards=2, files={"file_0000000012345678abcd.png": exports.PNG}),
    json.dumps([other_exports.claude(), other_exports.claude("b")]).encode(),
    json.dumps([other_exports.open_webui()]).encode(),
    json.dumps(other_exports.librechat(recursive=True)).encode(),
    other_exports.sillytavern(),
    json.dumps(other_exports.lobechat()).encode(),
]


def told(folder: Path, data: bytes) -> tuple[int, list[ReadError]]:
    """Read an export to its end; return how many conversations came, and what is wrong with the others."""
    path = folder / "export"
    path.write_bytes(data)
    problems: list[ReadError] = []
    count = 0
    try:
        for one in Export(path, "export").conversations():
            if isinstance(one, ReadError):
                problems.append(one)
            else:
                count += len(list(one.messages)) > 0
    except ReadError as error:
        problems.append(error)
    return count, problems


def zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def test_bomb_is_not_unpacked(tmp_path: Path) -> None:
    held = io.BytesIO()
    with (
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("conversations.json", "w", force_zip64=True) as member,
    ):
        member.write(b'[{"mapping":{"a":{"message":null,"x":"')
        for _ in range(80):
            member.write(b"a" * 1024 * 1024)
    _, problems = told(tmp_path, held.getvalue())
    assert [problem.code for problem in problems] == ["bomb"]


def test_zip_in_a_zip_is_left_alone(tmp_path: Path) -> None:
    inner = exports.chatgpt_zip(*TALKS)
    assert [one.code for one in told(tmp_path, zipped(inner=inner))[1]] == ["unknown"]


def test_links_and_paths_out_are_named(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("conversations.json", json.dumps(TALKS))
        for name in ("../up", "/abs", "C:\\win", "a/../../b"):
            archive.writestr(name, "x")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    path = tmp_path / "export"
    path.write_bytes(held.getvalue())
    export = Export(path, "export")
    assert len(list(export.conversations())) == 4
    assert [(note.code, note.count) for note in export.notes.all()] == [("member-refused", 5)]


def test_encrypted_zip_is_told(tmp_path: Path) -> None:
    data = bytearray(zipped(a=json.dumps(TALKS).encode()))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert [one.code for one in told(tmp_path, bytes(data))[1]] == ["encrypted"]


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_absurd_nesting_is_passed_over(tmp_path: Path, opening: bytes) -> None:
    deep = b'{"mapping":' + opening * 100_000 + b"1" + {b"[": b"]", b'{"a":': b"}"}[opening] * 100_000 + b"}"
    data = json.dumps(TALKS[:1]).encode()[:-1] + b"," + deep + b"," + json.dumps(TALKS[1]).encode() + b"]"
    count, problems = told(tmp_path, data)
    assert (count, [one.code for one in problems]) == (2, ["nested"])


def test_giant_conversation_is_passed_over_without_being_held() -> None:
    def chunks() -> Any:
        yield b'[{"a":"'
        for _ in range(100):
            yield b"x" * 100_000
        yield b'"},{"b":1}]'

    scanner = Scanner(chunks(), max_value_bytes=1_000_000)
    found = list(scanner.values())
    assert [(one.problem, one.data) for one in found] == [("too-large", b""), (None, b'{"b":1}')]
    assert found[0].size_bytes == 10_000_008


def test_damage_ends_with_its_conversation(tmp_path: Path) -> None:
    parts = [json.dumps(one) for one in TALKS]
    broken = parts[1].replace('"title"', '"title', 1)
    data = "[" + ", ".join([parts[0], broken, parts[2], parts[3]]) + "]"
    count, problems = told(tmp_path, data.encode())
    assert (count, [one.code for one in problems]) == (3, ["damaged"])
    assert "byte" in problems[0].place


def test_cut_export_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    data = json.dumps(TALKS).encode()
    count, problems = told(tmp_path, data[: len(data) - 200])
    assert count == 3
    assert {one.code for one in problems} <= {"damaged", "cut"}
    assert problems


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    data = json.dumps(TALKS, ensure_ascii=False).encode(encoding)
    assert told(tmp_path, data) == (4, [])


def test_odd_characters_are_replaced_and_emoji_stay(tmp_path: Path) -> None:
    nodes = [exports.chatgpt_node("u", "root", "user", "half \ud83d, nul \x00, whole \U0001f600")]
    path = tmp_path / "export"
    path.write_bytes(json.dumps([exports.chatgpt("x", nodes, "u")]).encode())
    [one] = list(Export(path, "export").conversations())
    assert not isinstance(one, ReadError)
    [message] = one.messages
    assert message.content is not None
    assert message.content.parts[0].text == "half \ufffd, nul \ufffd, whole \U0001f600"  # type: ignore[union-attr]
    assert {note.code for note in one.notes.all()} == {"surrogates", "control-characters"}


def test_circles_orphans_and_double_ids_are_repaired(tmp_path: Path) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    said = [
        {"uuid": key, "sender": "human", "text": str(number), "content": [], "parent_message_uuid": parent}
        for number, (key, parent) in enumerate(
            [("a", "c"), ("b", "a"), ("c", "b"), ("c", root), (7, "nowhere"), ("", 7), ("s", "s")]
        )
    ]
    path = tmp_path / "export"
    path.write_bytes(json.dumps([other_exports.claude(chat_messages=said)]).encode())
    [one] = list(Export(path, "export").conversations())
    assert not isinstance(one, ReadError)
    messages = list(one.messages)
    seen: set[str | None] = {None}
    for message in messages:
        assert message.parent_id in seen
        seen.add(message.id)
    assert len(messages) == len(said)
    counts = {note.code: note.count for note in one.notes.all()}
    assert (counts["cycle"], counts["orphan"], counts["duplicate-id"], counts["id-missing"]) == (2, 1, 1, 1)


@pytest.mark.parametrize("value", [None, -1, "\x00", True, 1e400, [[]], {"parts": None}])
def test_fields_may_be_of_any_type(tmp_path: Path, value: Any) -> None:
    """Whatever stands in any field, the export is read to its end, and a conversation is read or told of."""
    for data in EVERY:
        if data[:2] == b"PK":
            continue
        for broken in _with_each_field(data, value):
            count, problems = told(tmp_path, broken)
            assert count or problems


def _with_each_field(data: bytes, value: Any) -> Any:
    """Yield a text of JSON with each of its keys' values replaced in turn, everywhere at once."""
    lines = data.split(b"\n") if data.startswith(b'{"user_name"') else [data]
    values = [json.loads(line) for line in lines]
    keys: set[str] = set()

    def gather(one: Any) -> None:
        if isinstance(one, dict):
            keys.update(one)
            for inner in one.values():
                gather(inner)
        elif isinstance(one, list):
            for inner in one:
                gather(inner)

    def put(one: Any, key: str) -> Any:
        if isinstance(one, dict):
            return {name: value if name == key else put(inner, key) for name, inner in one.items()}
        return [put(inner, key) for inner in one] if isinstance(one, list) else one

    gather(values)
    for key in sorted(keys):
        yield b"\n".join(json.dumps(put(one, key)).encode() for one in values)


@given(seed=some.integers(0, 2**32), which=some.integers(0, len(EVERY) - 1))
@settings(max_examples=100)
def test_damaged_bytes_never_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, seed: int, which: int
) -> None:
    chance = random.Random(seed)
    data = bytearray(EVERY[which])
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        act = chance.randrange(4)
        if act == 0:
            data[at] = chance.randrange(256)
        elif act == 1:
            del data[at : at + chance.randint(1, 200)]
        elif act == 2:
            data[at:at] = bytes(chance.choice(b'"\\{}[],:\x00\xff9e') for _ in range(chance.randint(1, 20)))
        else:
            data[at:at] = data[at : at + chance.randint(1, 300)]
        if not data:
            data = bytearray(b" ")
    folder = tmp_path_factory.getbasetemp()
    path = folder / "damaged"
    path.write_bytes(bytes(data))
    sent: list[bytes] = []
    arguments = {"path": str(path), "filename": "x", "format": None, "skip": 0, "with_files": True}
    read(arguments, sent.append)
    assert b"through" in sent[-1] or b"unread" in sent[-1]


@given(some.recursive(
    some.none() | some.booleans() | some.floats(allow_nan=False) | some.text() | some.integers(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=5), inner, max_size=4),
    max_leaves=30,
), some.integers(1, 40))  # fmt: skip
def test_scanner_finds_what_the_decoder_finds(value: Any, size: int) -> None:
    data = json.dumps([value, value]).encode()
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    found = [json.loads(one.data) for one in Scanner(parts).values()]
    assert found == [value, value]
