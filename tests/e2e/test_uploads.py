"""OpenAI's client sends a large file in parts, on both columns."""

import hashlib
import os
from collections.abc import Iterator

import openai
import pytest

from salon.testing.scene import Scene

CONTENT = os.urandom(3_000_000)


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def begun(client: openai.OpenAI, size: int = len(CONTENT)) -> str:
    create = client.uploads.create
    return create(
        bytes=size, filename="noise.bin", mime_type="application/octet-stream", purpose="user_data"
    ).id


def test_parts_are_joined_in_the_order_that_is_told(client: openai.OpenAI) -> None:
    upload_id = begun(client)
    thirds = [CONTENT[at : at + 1_000_000] for at in (0, 1_000_000, 2_000_000)]
    parts = {at: client.uploads.parts.create(upload_id, data=thirds[at]).id for at in (2, 0, 1)}
    md5 = hashlib.md5(CONTENT).hexdigest()
    done = client.uploads.complete(upload_id, part_ids=[parts[0], parts[1], parts[2]], md5=md5)
    assert done.status == "completed"
    assert done.file is not None
    assert client.files.content(done.file.id).read() == CONTENT
    with pytest.raises(openai.ConflictError, match="completed"):
        client.uploads.parts.create(upload_id, data=b"x")


def test_the_clients_own_way_sends_a_large_file(client: openai.OpenAI) -> None:
    done = client.uploads.upload_file_chunked(
        file=CONTENT,
        filename="noise.bin",
        bytes=len(CONTENT),
        mime_type="application/octet-stream",
        purpose="user_data",
        part_size=700_000,
    )
    assert done.file is not None
    assert client.files.content(done.file.id).read() == CONTENT


def test_what_does_not_fit_what_was_said_is_no_file(client: openai.OpenAI) -> None:
    upload_id = begun(client, size=10)
    part = client.uploads.parts.create(upload_id, data=b"12345").id
    with pytest.raises(openai.BadRequestError, match="10 were announced"):
        client.uploads.complete(upload_id, part_ids=[part])
    with pytest.raises(openai.APIStatusError) as caught:
        client.uploads.parts.create(upload_id, data=b"678901")
    assert caught.value.status_code == 413
    other = client.uploads.parts.create(upload_id, data=b"67890").id
    with pytest.raises(openai.BadRequestError, match="md5"):
        client.uploads.complete(upload_id, part_ids=[part, other], md5="0" * 32)
    assert client.uploads.complete(upload_id, part_ids=[part, other]).status == "completed"


def test_a_cancelled_upload_lets_go_of_its_parts(client: openai.OpenAI) -> None:
    upload_id = begun(client)
    part = client.uploads.parts.create(upload_id, data=b"12345").id
    assert client.uploads.cancel(upload_id).status == "cancelled"
    with pytest.raises(openai.ConflictError, match="cancelled"):
        client.uploads.complete(upload_id, part_ids=[part])
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(part.replace("part_", "file-"))
