"""Two processes on one database and one bucket: each takes the next part, and each model sees the file."""

import contextlib
import http.client
import os
import re
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from salon.testing.columns import Column
from salon.testing.documents import pdf
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseAnswer
from salon.testing.scene import Scene, usual_setup

Pair = tuple[Scene, Scene]


pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def make_bucket(endpoint: str, name: str) -> None:
    with contextlib.closing(
        http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=60)
    ) as store:
        store.request("PUT", f"/{name}")
        assert store.getresponse().status == 200


@pytest.fixture
def pair(tmp_path: Path, postgres_url: str, redis_url: str, s3_endpoint: str) -> Iterator[Pair]:
    column = Column(name="postgres+redis", database_url=postgres_url, redis_url=redis_url)
    make_bucket(s3_endpoint, "shared")
    store = {"kind": "s3", "s3_endpoint": s3_endpoint, "s3_bucket": "shared"}
    secret = {"s3_access_key": "key", "s3_secret_key": "secret"}
    with FakeProvider().in_thread() as fake, contextlib.ExitStack() as houses:
        setup = usual_setup(fake.url, sections={"files": {**store, **secret}}, column=column)
        first, second = (houses.enter_context(House(tmp_path / name, setup)) for name in ("one", "two"))
        yield Scene(fake, first), Scene(fake, second)


@pytest.fixture
def key(pair: Pair) -> str:
    return pair[0].house.create_key("shared")


def send(house: House, path: str, command: str, offset: int, content: bytes) -> HouseAnswer:
    headers = {"x-goog-upload-command": command, "x-goog-upload-offset": str(offset)}
    return house.exchange("POST", path, content=content, headers=headers)


def test_a_file_sent_to_both_is_whole_and_read_from_both(pair: Pair, key: str) -> None:
    one, two = (scene.house for scene in pair)
    content = os.urandom(12_000_000)
    start = {"x-goog-api-key": key, "x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
    begun = one.exchange("POST", "/upload/v1beta/files", headers=start)
    path = re.sub("^http://[^/]+", "", begun.headers["x-goog-upload-url"])
    assert send(two, path, "upload", 0, content[:5_000_000]).status == 200
    assert send(one, path, "upload", 5_000_000, content[5_000_000:9_000_000]).status == 200
    done = send(two, path, "upload, finalize", 9_000_000, content[9_000_000:])
    name = re.search(rb"files/salon\w+", done.body)
    assert name is not None
    for house in (one, two):
        got = house.exchange("GET", f"/v1beta/{name[0].decode()}:download", headers={"x-goog-api-key": key})
        assert got.body == content
    assert not (one.data_dir / "files").exists()


def test_a_file_stored_by_one_is_put_in_by_the_other(pair: Pair, key: str) -> None:
    one, two = pair
    with openai.OpenAI(base_url=f"{one.house.url}/v1", api_key=key, max_retries=0) as client:
        file = client.files.create(file=("a.txt", b"north of the river"), purpose="user_data")
    with openai.OpenAI(base_url=f"{two.house.url}/v1", api_key=key, max_retries=0) as client:
        client.responses.create(
            model="fake",
            input=[{"role": "user", "content": [{"type": "input_file", "file_id": file.id}]}],
        )
    assert b"north of the river" in two.fake.journal.exchanges[-1].body


def test_an_upload_goes_on_at_the_other_and_is_read_in_parts(pair: Pair, key: str) -> None:
    one, two = (scene.house for scene in pair)
    content = os.urandom(9_000_000)
    auth = {"authorization": f"Bearer {key}"}
    tus = {**auth, "tus-resumable": "1.0.0", "upload-length": str(len(content))}
    path = one.exchange("POST", "/salon/v1/uploads", headers=tus).headers["location"]
    part = {**tus, "content-type": "application/offset+octet-stream"}
    two.exchange("PATCH", path, content=content[:4_000_000], headers={**part, "upload-offset": "0"})
    one.kill()
    rest = {**part, "upload-offset": "4000000"}
    file_id = two.exchange("PATCH", path, content=content[4_000_000:], headers=rest).headers["salon-file"]
    one.start()
    asked = {**auth, "range": "bytes=3999990-8000009"}
    got = one.exchange("GET", f"/salon/v1/files/{file_id}/content", headers=asked)
    assert (got.status, got.body) == (206, content[3_999_990:8_000_010])
    assert got.headers["content-range"] == "bytes 3999990-8000009/9000000"
    # What is made of a file is in the bucket too.
    sent = one.exchange("POST", "/salon/v1/files?name=a.pdf", content=pdf("One", "Two"), headers=auth)
    path = f"/salon/v1/files/{re.search(rb'fil_[a-z0-9]+', sent.body)[0].decode()}/text"  # type: ignore[index]
    first = one.exchange("GET", path, headers=auth)
    assert (first.status, first.body) == (200, two.exchange("GET", path, headers=auth).body)
    assert len(two.rows("SELECT id FROM file_derivatives")) == 1
    assert list((one.data_dir / "incoming").glob("upload-*")) == []
