"""Files under /salon/v1 from outside: sent directly, read whole and in part, as text and as pictures."""

import io
import os
from typing import Any

import orjson
import pytest
from PIL import Image

from salon.testing.documents import pdf, png_of, zipped
from salon.testing.house import HouseAnswer
from salon.testing.scene import Scene

FILES = "/salon/v1/files"
FORM = (
    b'--x\r\ncontent-disposition: form-data; name="file"; filename="../a\xc3\xa9.txt"\r\n'
    b"content-type: text/csv\r\n\r\na,b\n1,2\n\r\n--x--\r\n"
)


class Desk:
    def __init__(self, scene: Scene, key: str) -> None:
        self.house, self.auth = scene.house, {"authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, content: bytes | None = None, **headers: str) -> HouseAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.house.exchange(method, path, content=content, headers={**self.auth, **named})

    def store(self, content: bytes, name: str = "a") -> dict[str, Any]:
        answer = self.ask("POST", f"{FILES}?name={name}", content)
        assert answer.status == 201, answer.body
        return orjson.loads(answer.body)


@pytest.fixture
def desk(scene: Scene, key: str) -> Desk:
    return Desk(scene, key)


def test_a_file_is_stored_described_and_read_in_any_part(desk: Desk) -> None:
    content = os.urandom(3_000_000)
    file = desk.store(content, "a%20b.bin")
    assert (file["name"], file["size_bytes"], file["scan"]) == ("a b.bin", len(content), None)
    path = f"{FILES}/{file['file_id']}"
    assert orjson.loads(desk.ask("GET", path).body) == file
    whole = desk.ask("GET", f"{path}/content")
    assert (whole.status, whole.body) == (200, content)
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = desk.ask("GET", f"{path}/content", range="bytes=1000000-2499999", if_range=whole.headers["etag"])
    assert (part.status, part.body) == (206, content[1_000_000:2_500_000])
    assert part.headers["content-range"] == "bytes 1000000-2499999/3000000"
    head = desk.ask("HEAD", f"{path}/content")
    assert (head.status, head.headers["content-length"], head.body) == (200, "3000000", b"")
    assert desk.ask("GET", f"{path}/content", if_none_match=whole.headers["etag"]).status == 304
    beyond = desk.ask("GET", f"{path}/content", range="bytes=3000000-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */3000000")


def test_a_form_does_as_well(desk: Desk) -> None:
    answer = desk.ask("POST", f"{FILES}?purpose=notes", FORM, content_type="multipart/form-data; boundary=x")
    file = orjson.loads(answer.body)
    assert (file["name"], file["media_type"], file["purpose"]) == ("aé.txt", "text/csv", "notes")
    assert desk.ask("GET", f"{FILES}/{file['id']}/content").body == b"a,b\n1,2\n"


@pytest.mark.parametrize("is_form", [False, True])
def test_a_file_is_stored_and_deleted_once_under_a_key(desk: Desk, *, is_form: bool) -> None:
    kind = "multipart/form-data; boundary=x" if is_form else "text/csv"
    key = {"idempotency_key": f"stored once {is_form}", "content_type": kind}
    first, again = (desk.ask("POST", FILES, FORM, **key) for _ in range(2))
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    other = desk.ask("POST", FILES, FORM.replace(b"1,2", b"1,3"), **key)
    assert (other.status, orjson.loads(other.body)["error"]["code"]) == (409, "act_differs")
    path, ended = f"{FILES}/{orjson.loads(first.body)['id']}", {"idempotency_key": f"deleted once {is_form}"}
    assert [desk.ask("DELETE", path, **ended).status for _ in range(2)] == [200, 200]
    assert desk.ask("DELETE", path).status == 404
    assert desk.ask("POST", FILES, FORM, **key).status == 404


def test_the_text_of_a_document_comes_in_pages(desk: Desk) -> None:
    file = desk.store(pdf("First " * 100, "Second"), "a.pdf")
    found = orjson.loads(desk.ask("GET", f"{FILES}/{file['id']}/text?limit_bytes=256").body)
    assert (found["unit"], found["pages"], found["cut"], found["items"][0]["page"]) == ("page", 2, None, 1)
    seen = {1: "", 2: ""}
    while True:
        for item in found["items"]:
            seen[item["page"]] += item["text"]
        if found["next"] is None:
            break
        address = f"{FILES}/{file['id']}/text?limit_bytes=256&cursor={found['next']}"
        found = orjson.loads(desk.ask("GET", address).body)
    assert (seen[1].split(), seen[2]) == (["First"] * 100, "Second")


def test_a_picture_is_drawn_smaller_and_kept(desk: Desk) -> None:
    out = io.BytesIO()
    Image.new("RGB", (1000, 500), "red").save(out, "PNG")
    file = desk.store(out.getvalue(), "red.png")
    path = f"{FILES}/{file['id']}/image?size=128&format=jpeg"
    answer = desk.ask("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.body)).size == (128, 64)
    assert desk.ask("GET", path, if_none_match=answer.headers["etag"]).status == 304
    assert desk.ask("HEAD", path).headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize(
    ("content", "name", "rest", "status", "code"),
    [
        (png_of(90_000, 90_000), "a.png", "image", 422, "work_refused"),
        (zipped({"word/document.xml": b"<a>" + b" " * 20_000_000}), "a.docx", "text", 422, "work_refused"),
        (b"\x00\x01", "a.bin", "text", 422, "nothing_to_make"),
        (b"words", "a.txt", "image", 422, "nothing_to_make"),
        (png_of(1, 1), "a.png", "image?size=65", 422, "invalid_request"),
        (b"words", "a.txt", "text?cursor=x", 400, "invalid_request"),
        (b"words", "a.txt", "text?limit_bytes=1", 422, "invalid_request"),
    ],
)
def test_what_cannot_be_made_says_why(
    desk: Desk, content: bytes, name: str, rest: str, status: int, code: str
) -> None:
    file = desk.store(content, name)
    answer = desk.ask("GET", f"{FILES}/{file['id']}/{rest}")
    assert (answer.status, orjson.loads(answer.body)["error"]["code"]) == (status, code), answer.body


def test_nothing_of_another_space_is_there(desk: Desk) -> None:
    nobody = "fil_" + "0" * 26
    for rest in ("", "/content", "/text", "/image"):
        for name in (nobody, "nothing", "../keys"):
            assert desk.ask("GET", f"{FILES}/{name}{rest}").status == 404, (name, rest)


def test_a_body_that_is_too_large_is_refused_before_it_comes(desk: Desk) -> None:
    answer = desk.ask("POST", FILES, None, content_length=str(3 * 1024**3))
    assert (answer.status, orjson.loads(answer.body)["error"]["fields"]["limit_bytes"]) == (413, 2 * 1024**3)
