"""What goes wrong with files: cut, oversized, over the quota, of the wrong form. Nothing is left behind."""

import contextlib
import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import orjson
import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import until
from salon.testing.scene import usual_setup

LIMITS = {"quota_bytes": 5_000_000, "max_file_bytes": 3_000_000, "max_referred_bytes": 100_000}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, sections={"files": LIMITS}, column=module_column)
        with House(tmp_path_factory.mktemp("house") / "data", setup) as running:
            yield running


@pytest.fixture
def client(house: House) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key_of(house), max_retries=0, timeout=60) as made:
        for old in made.files.list():
            made.files.delete(old.id)
        yield made


_keys: dict[int, str] = {}


def key_of(house: House) -> str:
    if house.port not in _keys:
        _keys[house.port] = house.create_key("files")
    return _keys[house.port]


def stored(house: House) -> tuple[Any, ...]:
    """Return bytes and number of the files that the space has, as counted."""
    return tuple(house.rows("SELECT size_bytes, files FROM file_usage")[0])


def arriving(house: House) -> list[Path]:
    return list((house.data_dir / "incoming").glob("upload-*"))


def test_a_client_that_leaves_in_the_middle_leaves_nothing(house: House, client: openai.OpenAI) -> None:
    client.files.create(file=b"x", purpose="user_data")
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key_of(house)}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 2000000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n'
    )
    with socket.create_connection(("127.0.0.1", house.port)) as connection:
        connection.sendall(head.encode() + os.urandom(500_000))
        until(lambda: bool(arriving(house)))
    until(lambda: not arriving(house))
    assert stored(house) == (1, 1)
    assert len(list(client.files.list())) == 1


@pytest.mark.parametrize("size", [3_000_001, 20_000_000])
def test_a_file_over_the_limit_is_refused_and_told_so(client: openai.OpenAI, house: House, size: int) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.files.create(file=bytes(size), purpose="user_data")
    assert caught.value.status_code == 413
    assert "over the limit of 3000000 bytes" in caught.value.message
    assert not arriving(house)


def test_a_space_without_room_takes_no_more_until_something_goes(client: openai.OpenAI) -> None:
    first = client.files.create(file=os.urandom(2_900_000), purpose="user_data")
    with pytest.raises(openai.APIStatusError, match="no room for this file"):
        client.files.create(file=os.urandom(2_900_000), purpose="user_data")
    client.files.delete(first.id)
    client.files.create(file=os.urandom(2_900_000), purpose="user_data")


def test_parts_count_against_the_room_but_not_twice(client: openai.OpenAI, house: House) -> None:
    create = client.uploads.create
    upload = create(bytes=2_800_000, filename="a", mime_type="text/plain", purpose="user_data")
    parts = [client.uploads.parts.create(upload.id, data=b"a" * 1_400_000).id for _ in range(2)]
    assert stored(house) == (2_800_000, 2)
    client.uploads.complete(upload.id, part_ids=parts)
    assert stored(house) == (2_800_000, 1)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\ncut',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="x"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_what_is_no_form_is_refused_in_the_callers_words(
    house: House, dialect: str, kind: str, body: bytes
) -> None:
    key = key_of(house)
    credential = {"authorization": f"Bearer {key}"} if dialect == "openai" else {"x-api-key": key}
    answer = house.exchange("POST", "/v1/files", content=body, headers={**credential, "content-type": kind})
    assert answer.status == 400
    assert b"invalid_request_error" in answer.body
    assert (b'"type":"error"' in answer.body) == (dialect == "anthropic")
    assert not arriving(house)


def test_files_larger_than_a_request_may_take_are_refused(client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.txt", b"a" * 60_000), purpose="user_data")
    part: Any = {"type": "file", "file": {"file_id": file.id}}
    ask = client.chat.completions.create
    assert ask(model="fake", messages=[{"role": "user", "content": [part]}])
    with pytest.raises(openai.APIStatusError, match="over the limit of 100000 bytes") as caught:
        ask(model="fake", messages=[{"role": "user", "content": [part, part]}])
    assert caught.value.param == "messages[0].content[1].file.file_id"


def test_a_key_that_may_not_use_files_refers_to_none(house: House, client: openai.OpenAI) -> None:
    file = client.files.create(file=("a.txt", b"words"), purpose="user_data")
    wish = {"name": "chats-only", "limits": {"operations": ["chat"]}}
    chatting = orjson.loads(house.request("POST", "/salon/v1/keys", wish)[1])["secret"]
    block: Any = {"type": "document", "source": {"type": "file", "file_id": file.id}}
    with anthropic.Anthropic(base_url=house.url, api_key=chatting, max_retries=0) as other:
        with pytest.raises(anthropic.PermissionDeniedError, match="operation files"):
            other.messages.create(model="fake", max_tokens=9, messages=[{"role": "user", "content": [block]}])
        with pytest.raises(anthropic.PermissionDeniedError):
            other.beta.files.list()


def test_a_slow_reader_gets_all_of_a_file(house: House, client: openai.OpenAI) -> None:
    content = os.urandom(2_900_000)
    file = client.files.create(file=content, purpose="user_data")
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request(
        "GET", f"/v1/files/{file.id}/content", headers={"authorization": f"Bearer {key_of(house)}"}
    )
    answer = connection.getresponse()
    assert answer.getheader("content-disposition", "").startswith("attachment")
    read = bytearray()
    while chunk := answer.read(30_000):
        read += chunk
    assert bytes(read) == content
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", "/v1/files?purpose=%00", None),
        ("GET", "/v1/files?after=%00", None),
        ("GET", "/v1/files?limit=0", None),
        ("GET", "/v1/files?order=%ff", None),
        ("GET", "/v1/files/%00", None),
        ("GET", "/v1/files/..%2f..%2fsalon.toml/content", None),
        ("DELETE", "/v1/files/" + "x" * 3000, None),
        (
            "POST",
            "/v1/uploads",
            {"filename": "a\0b/../c", "mime_type": "text/\0", "purpose": "batch", "bytes": 9},
        ),
        ("POST", "/v1/uploads", {"filename": "a", "mime_type": "x" * 9000, "purpose": "batch", "bytes": 9}),
        ("POST", "/v1/uploads", {"filename": 7, "mime_type": [], "purpose": None, "bytes": "x"}),
        ("POST", "/v1/uploads", {"filename": "a", "mime_type": "a", "purpose": "batch", "bytes": 2**63}),
        ("POST", "/v1/uploads", []),
        ("POST", "/v1/uploads/x/complete", {"part_ids": [7]}),
        ("POST", "/v1/uploads/x/complete", {"part_ids": ["part_\0"]}),
        ("POST", "/v1/uploads/%00/cancel", {}),
        ("GET", "/v1beta/files?pageToken=%00", None),
        ("GET", "/v1beta/files/%00:download", None),
        ("POST", "/upload/v1beta/files", {"file": {"displayName": 7}}),
        ("POST", "/upload/v1beta/files", {"file": {"name": "files/mine"}}),
        ("POST", "/upload/v1beta/files/%00.%00", {}),
        ("POST", "/upload/v1beta/files/..%2fx", {}),
    ],
)
def test_odd_requests_are_the_callers_mistake(house: House, method: str, path: str, fields: Any) -> None:
    headers = {
        "x-goog-api-key" if "v1beta" in path else "authorization": key_of(house)
        if "v1beta" in path
        else f"Bearer {key_of(house)}",
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
    }
    content = b"" if fields is None else orjson.dumps(fields)
    answer = house.exchange(method, path, content=content, headers=headers)
    assert answer.status in {200, 400, 404, 413}, answer.body
    assert "Traceback" not in house.log_text()


@pytest.mark.parametrize(
    "part",
    [
        b"\xff\xfe: \xff\r\n\r\nx",
        b'Content-Disposition: form-data; name="\xff"; filename="\xff"\r\n\r\nx',
        b'Content-Disposition: form-data; name="file"; filename="a\x00b"\r\nContent-Type: \x00\r\n\r\nx',
        b"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''%ff\r\n\r\nx",
        b'Content-Disposition: form-data; filename="a"\r\n\r\nx',
        b"Content-Disposition: attachment\r\n\r\nx",
        b'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Length: 7\r\n\r\nx',
        b'Content-Disposition: form-data; name="file"; filename="a"\r\n' + b"x: y\r\n" * 50 + b"\r\nx",
        b'Content-Disposition: form-data; name="purpose"\r\n\r\n' + b"x" * 40_000,
        b'Content-Disposition: form-data; name="file"; filename="' + b"a" * 9000 + b'"\r\n\r\nx',
    ],
)
def test_odd_forms_are_the_callers_mistake(house: House, part: bytes) -> None:
    purpose = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    body = purpose + b"--b\r\n" + part + b"\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    headers = {"authorization": f"Bearer {key_of(house)}", "content-type": kind}
    answer = house.exchange("POST", "/v1/files", content=body, headers=headers)
    assert answer.status in {200, 400, 413}, answer.body
    assert "Traceback" not in house.log_text()
    assert not arriving(house)


def test_the_payload_log_keeps_ids_and_refusals(house: House, client: openai.OpenAI) -> None:
    assert house.salon("payloads", "on", "all", "--space").returncode == 0
    file = client.files.create(file=("a.txt", b"north of the river"), purpose="user_data")
    ask = client.chat.completions.create
    for file_id in (file.id, "file-~01" + "z" * 24):
        part: Any = {"type": "file", "file": {"file_id": file_id}}
        with contextlib.suppress(openai.NotFoundError):
            ask(model="fake", messages=[{"role": "user", "content": [part]}])

    def kept(search: str) -> list[Any]:
        done = house.salon("payloads", "list", "--search", search, "--json")
        return [one["error_code"] for one in orjson.loads(done.stdout)["items"]]

    until(lambda: kept("01" + "z" * 24) == ["file_missing"])
    until(lambda: kept(file.id.removeprefix("file-~")) == [None])
    assert kept("north of the river") == []
    assert house.salon("payloads", "off", "all").returncode == 0
