"""Uploads that go on where they stopped, spoken as tus 1.0."""

import base64
import hashlib
import os
import socket
from typing import Any

import orjson
import pytest

from salon.testing.house import HouseAnswer
from salon.testing.load import until
from salon.testing.scene import Scene

UPLOADS = "/salon/v1/uploads"
OCTETS = "application/offset+octet-stream"


class Client:
    def __init__(self, scene: Scene, key: str) -> None:
        self.house, self.key = scene.house, key

    def ask(self, method: str, path: str, content: bytes | None = None, **headers: str) -> HouseAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        usual = {"authorization": f"Bearer {self.key}", "tus-resumable": "1.0.0"}
        return self.house.exchange(method, path, content=content, headers={**usual, **named})

    def begin(self, size: int, name: str = "big.bin") -> str:
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        answer = self.ask("POST", UPLOADS, upload_length=str(size), upload_metadata=metadata)
        assert (answer.status, answer.headers["tus-resumable"]) == (201, "1.0.0"), answer.body
        return answer.headers["location"]

    def patch(self, path: str, content: bytes, offset: int, **more: str) -> HouseAnswer:
        return self.ask("PATCH", path, content, content_type=OCTETS, upload_offset=str(offset), **more)

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["upload-offset"])

    def break_off(self, path: str, content: bytes, size: int) -> None:
        """Send ``content`` of a body said to be ``size`` long, and go away."""
        head = (
            f"PATCH {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.house.port}\r\ncontent-type: {OCTETS}\r\n"
            f"authorization: Bearer {self.key}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n"
            f"content-length: {size}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.house.port)) as line:
            line.sendall(head.encode() + content)


@pytest.fixture
def tus(scene: Scene, key: str) -> Client:
    return Client(scene, key)


def state(tus: Client, path: str) -> dict[str, Any]:
    return orjson.loads(tus.ask("GET", path).body)


def test_an_upload_goes_on_after_its_line_broke(tus: Client) -> None:
    content = os.urandom(2_000_000)
    path = tus.begin(len(content))
    tus.break_off(path, content[:1_500_000], len(content))
    until(lambda: tus.offset(path) > 0)
    kept = tus.offset(path)
    done = tus.patch(path, content[kept:], kept)
    assert (done.status, done.headers["upload-offset"]) == (204, str(len(content)))
    file_id = done.headers["salon-file"]
    assert tus.ask("GET", f"/salon/v1/files/{file_id}/content").body == content
    assert state(tus, path)["file_id"] == file_id
    assert tus.ask("HEAD", path).headers["upload-offset"] == str(len(content))


def test_what_a_client_may_ask_is_told(tus: Client) -> None:
    answer = tus.ask("OPTIONS", UPLOADS)
    assert answer.headers["tus-extension"] == "creation,expiration,termination,checksum"
    path = tus.begin(10, "ä.txt")
    head = tus.ask("HEAD", path)
    assert head.headers["cache-control"] == "no-store"
    assert head.headers["upload-metadata"] == f"filename {base64.b64encode('ä.txt'.encode()).decode()}"
    assert "upload-expires" in head.headers


def test_a_sum_is_checked(tus: Client) -> None:
    path = tus.begin(5)
    right = "sha1 " + base64.b64encode(hashlib.sha1(b"hello").digest()).decode()
    assert tus.patch(path, b"hullo", 0, upload_checksum=right).status == 460
    assert tus.offset(path) == 0
    assert tus.patch(path, b"hello", 0, upload_checksum=right).status == 204


def test_what_is_let_go_of_is_gone(tus: Client) -> None:
    path = tus.begin(10)
    assert tus.patch(path, b"abc", 0).status == 204
    assert tus.ask("DELETE", path).status == 204
    assert (tus.ask("HEAD", path).status, tus.patch(path, b"d", 3).status) == (410, 410)


def test_an_upload_is_begun_once_under_a_key(tus: Client) -> None:
    key, told = {"idempotency_key": "begun once"}, {"upload_metadata": "filename YQ=="}
    first = tus.ask("POST", UPLOADS, upload_length="3", **told, **key)
    path = first.headers["location"]
    tus.patch(path, b"ab", 0)
    again = tus.ask("POST", UPLOADS, upload_length="3", **told, **key)
    assert (again.status, again.headers["location"], again.headers["upload-offset"]) == (201, path, "2")
    other = tus.ask("POST", UPLOADS, upload_length="4", **told, **key)
    assert (other.status, orjson.loads(other.body)["error"]["code"]) == (409, "act_differs")
    ended = {"idempotency_key": "let go of once"}
    assert [tus.ask("DELETE", path, **ended).status for _ in range(2)] == [204, 204]
    assert tus.ask("DELETE", path).status == 409
    assert tus.ask("POST", UPLOADS, upload_length="3", **told, **key).status == 410


def test_a_file_of_nothing_is_there_at_once(tus: Client) -> None:
    assert state(tus, tus.begin(0))["status"] == "completed"


def test_each_mistake_has_its_answer(tus: Client) -> None:
    path = tus.begin(10)
    assert tus.patch(path, b"abc", 3).status == 409
    assert tus.patch(path, b"x" * 11, 0).status == 413
    assert tus.ask("PATCH", path, b"x", content_type="text/plain", upload_offset="0").status == 415
    assert tus.ask("PATCH", path, b"x", content_type=OCTETS).status == 400
    other = tus.ask("PATCH", path, b"x", content_type=OCTETS, upload_offset="0", tus_resumable="0.2")
    assert (other.status, other.headers["tus-version"]) == (412, "1.0.0")
    assert tus.ask("POST", UPLOADS, upload_length=str(3 * 1024**3)).status == 413
    assert tus.ask("POST", UPLOADS).status == 400
    assert tus.ask("HEAD", f"{UPLOADS}/nothing").status == 404
    assert tus.offset(path) == 0
