"""OpenAI's batches with its official client: files in, files out, on both columns."""

from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest

from salon.testing.batches import asked, say, until
from salon.testing.scene import Scene, model_of, own_model

ENDED = {"completed", "failed", "expired", "cancelled"}
CHAT = "/v1/chat/completions"


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[Any]:
    """The official client at the house."""
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def chat(custom_id: str, *, model: str = "team", plan: str = "", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": say(plan)}]
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": CHAT,
        "body": {"model": model, "messages": messages, **more},
    }


def hand_in(client: Any, *lines: dict[str, Any] | bytes, endpoint: str = CHAT, **more: Any) -> Any:
    text = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    file = client.files.create(file=("lines.jsonl", text), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **more)


def ended(client: Any, batch_id: str) -> Any:
    return until(lambda: client.batches.retrieve(batch_id), lambda batch: batch.status in ENDED)


def lines_of(client: Any, file_id: str) -> dict[str, Any]:
    rows = [orjson.loads(line) for line in client.files.content(file_id).content.splitlines()]
    return {row["custom_id"]: row for row in rows}


def test_answers_and_errors_come_in_files(client: Any) -> None:
    batch = hand_in(
        client,
        chat("good"),
        chat("refused", plan="fault=400"),
        chat("streams", stream=True),
        metadata={"a": "b"},
    )
    assert batch.status == "validating"
    batch = ended(client, batch.id)
    assert batch.status == "completed"
    assert batch.metadata == {"a": "b"}
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 1, "failed": 2}
    assert batch.usage.input_tokens > 0

    good = lines_of(client, batch.output_file_id)
    assert list(good) == ["good"]
    assert good["good"]["response"]["status_code"] == 200
    assert good["good"]["response"]["body"]["object"] == "chat.completion"
    bad = lines_of(client, batch.error_file_id)
    assert {name: row["response"]["status_code"] for name, row in bad.items()} == {
        "refused": 400,
        "streams": 400,
    }
    assert bad["streams"]["response"]["body"]["error"]["param"] == "stream"


@pytest.mark.parametrize(
    ("endpoint", "model", "body", "kind"),
    [
        (CHAT, model_of("gemini"), {"messages": [{"role": "user", "content": "Hello"}]}, "chat.completion"),
        ("/v1/responses", model_of("anthropic"), {"input": "Hello"}, "response"),
        ("/v1/completions", own_model("completions"), {"prompt": "Hello"}, "text_completion"),
        ("/v1/embeddings", model_of("ollama"), {"input": ["north", "south"]}, "list"),
        ("/v1/moderations", model_of("openai"), {"input": "calm"}, None),
    ],
)
def test_lines_ask_any_of_the_endpoints(
    client: Any, endpoint: str, model: str, body: dict[str, Any], kind: str | None
) -> None:
    line = {"custom_id": "one", "method": "POST", "url": endpoint, "body": {"model": model, **body}}
    batch = ended(client, hand_in(client, line, endpoint=endpoint).id)
    assert (batch.status, batch.error_file_id) == ("completed", None)
    answer = lines_of(client, batch.output_file_id)["one"]["response"]["body"]
    assert answer.get("object") == kind


def test_what_is_wrong_with_a_file_is_told_line_by_line(client: Any) -> None:
    other = {**chat("other"), "url": "/v1/embeddings"}
    batch = hand_in(
        client,
        chat("one"),
        b"{no json",
        chat("one"),
        other,
        {"custom_id": "two", "method": "POST", "url": CHAT},
        {**chat("three"), "method": "GET"},
    )
    batch = ended(client, batch.id)
    assert batch.status == "failed"
    assert batch.failed_at is not None
    assert [(error.code, error.line, error.param) for error in batch.errors.data] == [
        ("invalid_json_line", 2, None),
        ("duplicate_custom_id", 3, "custom_id"),
        ("url_mismatch", 4, "url"),
        ("missing_required_parameter", 5, "body"),
        ("invalid_method", 6, "method"),
    ]


@pytest.mark.parametrize(
    ("line", "code"), [(b"", "empty_file"), (orjson.dumps(chat("one", model="nobody")), "model_not_found")]
)
def test_a_file_that_cannot_be_answered_fails(client: Any, line: bytes, code: str) -> None:
    batch = ended(client, hand_in(client, line + b"\n").id)
    assert batch.status == "failed"
    assert [error.code for error in batch.errors.data] == [code]


def test_a_cancelled_batch_hands_out_what_it_has(client: Any, scene: Scene) -> None:
    names = [f"line-{number}" for number in range(40)]
    lines = [chat(name, model=model_of("openai"), plan=f"case={name};delay=2") for name in names]
    batch = hand_in(client, *lines)
    until(lambda: sum(asked(scene, names)), lambda count: count > 0)
    assert client.batches.cancel(batch.id).status == "cancelling"
    batch = ended(client, batch.id)
    assert batch.status == "cancelled"
    assert batch.cancelled_at is not None
    good, bad = lines_of(client, batch.output_file_id), lines_of(client, batch.error_file_id)
    assert len(good) == batch.request_counts.completed == sum(asked(scene, names))
    assert {row["error"]["code"] for row in bad.values()} == {"batch_cancelled"}
    assert len(good) + len(bad) == len(names)


def test_a_request_for_a_batch_is_refused_by_field(client: Any) -> None:
    file = client.files.create(file=("lines.jsonl", b"{}"), purpose="user_data")
    for fields, param in (
        ({"input_file_id": file.id}, "input_file_id"),
        ({"endpoint": "/v1/images/generations"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"metadata": {"a": "b" * 600}}, "metadata"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 1}}, "output_expires_after"),
    ):
        usual = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h"}
        with pytest.raises(openai.BadRequestError) as refused:
            client.batches.create(**{**usual, **fields})
        assert refused.value.param == param
    with pytest.raises(openai.NotFoundError, match="upload it again"):
        client.batches.create(input_file_id="file-none", endpoint=CHAT, completion_window="24h")
    with pytest.raises(openai.NotFoundError):
        client.batches.retrieve("batch_none")


def test_batches_are_listed_and_end_with_files_that_expire(client: Any) -> None:
    expiry = {"anchor": "created_at", "seconds": 7200}
    made = [hand_in(client, chat("one"), output_expires_after=expiry).id for _ in range(2)]
    page = client.batches.list(limit=1)
    assert [batch.id for batch in page.data] == [made[1]]
    assert page.has_more
    assert [batch.id for batch in client.batches.list(limit=1, after=made[1]).data] == [made[0]]
    batch = ended(client, made[0])
    file = client.files.retrieve(batch.output_file_id)
    assert file.purpose == "batch_output"
    assert file.expires_at - file.created_at == 7200
