"""Anthropic's client keeps files in a house: everything its beta offers, on both columns."""

import os
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from salon.testing.scene import Scene


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=scene.house.url, api_key=key, max_retries=0, timeout=60) as client:
        for old in client.beta.files.list():
            client.beta.files.delete(old.id)
        yield client


def test_a_file_comes_back_as_it_was_sent(client: anthropic.Anthropic) -> None:
    content = b"%PDF-1.4\n" + os.urandom(2_000_000)
    file = client.beta.files.upload(file=("river.pdf", content, "application/pdf"))
    told = (file.size_bytes, file.filename, file.mime_type, file.type, file.expires_at)
    assert told == (len(content), "river.pdf", "application/pdf", "file", None)
    assert client.beta.files.download(file.id).read() == content
    assert client.beta.files.retrieve_metadata(file.id) == file
    assert client.beta.files.delete(file.id).type == "file_deleted"
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.beta.files.retrieve_metadata(file.id)
    assert caught.value.body["error"]["type"] == "not_found_error"


def test_lists_come_in_pages(client: anthropic.Anthropic) -> None:
    sent = [client.beta.files.upload(file=(f"{i}.txt", b"x")).id for i in range(5)]
    assert [file.id for file in client.beta.files.list(limit=2)] == sent[::-1]
    assert [file.id for file in client.beta.files.list(ids=[sent[1], "file_gone", sent[3]])] == [
        sent[1],
        sent[3],
    ]
    older = client.get(f"/v1/files?limit=2&after_id={sent[3]}", cast_to=dict[str, Any])
    newer = client.get(f"/v1/files?limit=2&before_id={sent[1]}", cast_to=dict[str, Any])
    assert [[one["id"] for one in page["data"]] for page in (older, newer)] == [
        [sent[2], sent[1]],
        [sent[3], sent[2]],
    ]
    assert older["has_more"]
    assert newer["has_more"]


def test_a_file_is_kept_as_long_as_asked(client: anthropic.Anthropic) -> None:
    file = client.beta.files.upload(file=("a.txt", b"x"), expires_in_seconds=7200)
    assert file.expires_at is not None
    assert (file.expires_at - file.created_at).total_seconds() == 7200
    with pytest.raises(anthropic.BadRequestError, match="expires_in_seconds"):
        client.beta.files.upload(file=("a.txt", b"x"), expires_in_seconds=5)


def test_openais_files_are_listed_too(client: anthropic.Anthropic, scene: Scene, key: str) -> None:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as other:
        made = other.files.create(file=("a.txt", b"hello"), purpose="vision")
    (listed,) = client.beta.files.list()
    assert (listed.filename, listed.size_bytes) == ("a.txt", 5)
    assert client.beta.files.download(made.id).read() == b"hello"
