"""OpenAI's client keeps files in a house: everything it offers for them, on both columns."""

import os
from collections.abc import Iterator

import openai
import pytest

from salon.testing.scene import Scene


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def test_a_file_comes_back_as_it_was_sent(client: openai.OpenAI) -> None:
    content = os.urandom(3_000_000)
    file = client.files.create(file=("Grüße\u202e.bin", content), purpose="user_data")
    assert (file.bytes, file.filename, file.purpose, file.status, file.expires_at) == (
        len(content),
        "Grüße_.bin",
        "user_data",
        "processed",
        None,
    )
    assert client.files.content(file.id).read() == content
    assert client.files.retrieve(file.id) == file
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError, match="There is no file"):
        client.files.retrieve(file.id)


def test_lists_come_in_pages_in_either_order_and_by_purpose(client: openai.OpenAI) -> None:
    for old in client.files.list():
        client.files.delete(old.id)
    sent = [client.files.create(file=(f"{i}.txt", b"x"), purpose="user_data").id for i in range(5)]
    batch = client.files.create(file=("b.jsonl", b"{}\n"), purpose="batch")
    assert [file.id for file in client.files.list(limit=2)] == [batch.id, *reversed(sent)]
    assert [file.id for file in client.files.list(limit=4, order="asc")] == [*sent, batch.id]
    assert [file.id for file in client.files.list(purpose="batch")] == [batch.id]


def test_a_file_is_kept_as_long_as_asked(client: openai.OpenAI) -> None:
    create = client.files.create
    day = create(file=b"x", purpose="vision", expires_after={"anchor": "created_at", "seconds": 86_400})
    month = create(file=b"x", purpose="batch")
    assert day.expires_at == day.created_at + 86_400
    assert month.expires_at == month.created_at + 30 * 86_400


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"purpose": "fun"}, "purpose"),
        (
            {"purpose": "vision", "expires_after": {"anchor": "created_at", "seconds": 5}},
            "expires_after.seconds",
        ),
        ({"purpose": "vision", "expires_after": {"anchor": "noon", "seconds": 4000}}, "expires_after.anchor"),
    ],
)
def test_a_wrong_field_is_named(client: openai.OpenAI, fields: dict[str, object], named: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.files.create(file=b"x", **fields)  # pyright: ignore[reportArgumentType] - wrong on purpose
    assert caught.value.param == named
