"""Google's client keeps files in a house by its resumable protocol, on both columns."""

import base64
import hashlib
import io
import os
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from google import genai

from salon.testing.house import House
from salon.testing.load import until
from salon.testing.scene import Scene, model_of


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[Any]:
    options = genai.types.HttpOptions(base_url=scene.house.url, timeout=60_000)
    with genai.Client(api_key=key, http_options=options) as client:
        for old in client.files.list():
            client.files.delete(name=old.name)
        yield client


def sent(client: Any, content: bytes, **config: Any) -> Any:
    return client.files.upload(file=io.BytesIO(content), config={"mime_type": "text/csv", **config})


def test_a_file_of_several_chunks_comes_back_as_it_was_sent(client: Any) -> None:
    content = os.urandom(20_000_000)
    file = sent(client, content, display_name="noise")
    assert (file.size_bytes, file.display_name, file.state.name) == (len(content), "noise", "ACTIVE")
    assert file.mime_type == "application/octet-stream"
    assert file.expiration_time - file.create_time == timedelta(hours=48)
    assert client.files.download(file=file) == content
    assert client.files.get(name=file.name).uri == file.uri
    client.files.delete(name=file.name)
    with pytest.raises(genai.errors.ClientError, match="There is no file") as caught:
        client.files.get(name=file.name)
    assert caught.value.status == "NOT_FOUND"


def test_lists_come_in_pages(client: Any) -> None:
    names = [sent(client, b"a,b\n").name for _ in range(5)]
    assert [file.name for file in client.files.list(config={"page_size": 2})] == names[::-1]


def test_a_small_file_is_told_apart_and_read_by_a_model(client: Any, scene: Scene) -> None:
    file = sent(client, b"north,7\nsouth,9\n")
    assert file.mime_type == "text/csv"
    client.models.generate_content(model=model_of("openai"), contents=["Which is larger?", file])
    assert b"north,7" in scene.fake.journal.exchanges[-1].body


def begun(house: House, key: str, size: int) -> str:
    """Begin an upload past the client; return the address it may be sent to."""
    headers = {
        "x-goog-api-key": key,
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": str(size),
    }
    answer = house.exchange("POST", "/upload/v1beta/files", headers=headers)
    return re.sub("^http://[^/]+", "", answer.headers["x-goog-upload-url"])


def send(house: House, path: str, command: str, offset: int, content: bytes = b"") -> Any:
    headers = {"x-goog-upload-command": command, "x-goog-upload-offset": str(offset)}
    return house.exchange("POST", path, content=content, headers=headers)


def test_a_chunk_that_comes_again_is_read_over(scene: Scene, key: str) -> None:
    house, content = scene.house, os.urandom(3000)
    path = begun(house, key, len(content))
    for offset in (0, 1000, 1000):
        answer = send(house, path, "upload", offset, content[offset : offset + 1000])
        assert (answer.status, answer.headers["x-goog-upload-status"]) == (200, "active")
    assert send(house, path, "query", 0).headers["x-goog-upload-size-received"] == "2000"
    for _ in range(2):
        answer = send(house, path, "upload, finalize", 2000, content[2000:])
        assert (answer.status, answer.headers["x-goog-upload-status"]) == (200, "final")
    name = re.search(rb'"name":"(files/\w+)"', answer.body)
    assert name is not None
    got = house.exchange("GET", f"/v1beta/{name[1].decode()}:download", headers={"x-goog-api-key": key})
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(content).digest()


def arriving(house: House) -> bool:
    return any((house.data_dir / "incoming").glob("upload-*"))


def test_a_connection_that_breaks_goes_on_where_it_was(scene: Scene, key: str) -> None:
    house, content = scene.house, os.urandom(400_000)
    path = begun(house, key, len(content))
    assert send(house, path, "upload", 0, content[:100_000]).status == 200
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Goog-Upload-Command: upload\r\n"
        "X-Goog-Upload-Offset: 100000\r\nContent-Length: 300000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.port)) as connection:
        connection.sendall(head.encode() + content[100_000:250_000])
        until(lambda: arriving(house), what="a chunk on its way")
    until(lambda: not arriving(house), what="the end of what was cut")
    received = send(house, path, "query", 0).headers["x-goog-upload-size-received"]
    done = send(house, path, "upload, finalize", int(received), content[int(received) :])
    assert received == "100000"
    digest = base64.b64encode(hashlib.sha256(content).digest())
    assert digest in done.body


def test_a_wrong_place_is_told_with_the_right_one(scene: Scene, key: str) -> None:
    path = begun(scene.house, key, 3000)
    answer = send(scene.house, path, "upload", 500, b"x" * 100)
    assert (answer.status, answer.headers["x-goog-upload-status"]) == (400, "final")
    assert b"0 bytes are there" in answer.body


@pytest.mark.parametrize("content", [b"x" * 2999, b"x" * 3001])
def test_more_or_less_than_announced_is_no_file(scene: Scene, key: str, content: bytes) -> None:
    path = begun(scene.house, key, 3000)
    answer = send(scene.house, path, "upload, finalize", 0, content)
    assert answer.status in {400, 413}
    assert answer.headers["x-goog-upload-status"] == "final"


def test_the_address_opens_nothing_with_another_secret_or_a_revoked_key(scene: Scene) -> None:
    house = scene.house
    path = begun(house, house.create_key("short-lived"), 10)
    assert send(house, path[:-1] + ("a" if path[-1] != "a" else "b"), "query", 0).status == 404
    assert send(house, path, "query", 0).status == 200
    assert house.salon("keys", "revoke", "short-lived").returncode == 0
    assert send(house, path, "upload, finalize", 0, b"0123456789").status == 401
