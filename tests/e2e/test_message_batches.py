"""Anthropic's Message Batches with its official client, on both columns."""

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from salon.testing.batches import asked, ended, request, results, until
from salon.testing.scene import CALLERS, Scene, model_of


@pytest.fixture
def client(scene: Scene, key: str) -> Iterator[anthropic.Anthropic]:
    """The official client at the house."""
    with anthropic.Anthropic(base_url=scene.house.url, api_key=key, max_retries=0, timeout=60) as client:
        yield client


def create(client: anthropic.Anthropic, *lines: dict[str, Any]) -> Any:
    return client.messages.batches.create(requests=lines)  # type: ignore[arg-type] - plain dictionaries


def test_each_line_of_a_batch_is_answered_whoever_provides_its_model(client: Any) -> None:
    dialects = [dialect for dialect in CALLERS if dialect not in {"ollama-generate", "completions"}]
    batch = create(client, *(request(dialect, model=model_of(dialect)) for dialect in dialects))
    assert batch.processing_status == "in_progress"
    assert batch.request_counts.processing == len(dialects)
    assert batch.results_url is None

    batch = ended(client, batch.id)
    assert batch.request_counts.to_dict() == {
        "processing": 0, "succeeded": len(dialects), "errored": 0, "canceled": 0, "expired": 0,
    }  # fmt: skip
    found = results(client, batch.id)
    assert {found[dialect].message.content[0].text.split()[0] for dialect in dialects} == {"tok"}


def test_a_line_that_fails_is_told_in_the_words_of_the_dialect(client: Any) -> None:
    batch = create(
        client,
        request("good"),
        request("unknown", model="no-such-model"),
        request("refused", plan="fault=400"),
        request("streams", stream=True),
    )
    batch = ended(client, batch.id)
    assert (batch.request_counts.succeeded, batch.request_counts.errored) == (1, 3)
    found = results(client, batch.id)
    assert found["good"].type == "succeeded"
    assert found["unknown"].error.error.type == "not_found_error"
    assert found["refused"].error.error.type == "invalid_request_error"
    assert found["streams"].error.error.message.startswith("stream:")


def test_what_may_be_retried_is_retried_and_what_is_answered_is_asked_once(client: Any, scene: Scene) -> None:
    plans = {
        "limited": "case=limited;times=4;fault=429:1",
        "broken": "case=broken;times=4;fault=500",
        "plain": "case=plain",
        "refused": "case=refused;fault=400",
    }
    batch = create(
        client, *(request(name, model=model_of("anthropic"), plan=plan) for name, plan in plans.items())
    )
    batch = ended(client, batch.id)
    assert {name: found.type for name, found in results(client, batch.id).items()} == {
        "limited": "succeeded", "broken": "succeeded", "plain": "succeeded", "refused": "errored",
    }  # fmt: skip
    assert asked(scene, ["limited", "broken", "plain", "refused"]) == [5, 5, 1, 1]


def test_a_cancelled_batch_answers_what_is_under_way_and_no_more(client: Any, scene: Scene) -> None:
    lines = [request(f"line-{n}", plan=f"case=line-{n};delay=2") for n in range(40)]
    batch = create(client, *lines)
    until(lambda: sum(asked(scene, [f"line-{n}" for n in range(40)])), lambda count: count > 0)
    cancelled = client.messages.batches.cancel(batch.id)
    assert cancelled.processing_status == "canceling"
    assert cancelled.cancel_initiated_at is not None

    batch = ended(client, batch.id)
    counts = batch.request_counts
    assert counts.succeeded >= 1
    assert counts.canceled >= 20
    assert counts.succeeded + counts.canceled == 40
    kinds = [result.type for result in results(client, batch.id).values()]
    assert kinds.count("canceled") == counts.canceled
    assert sum(asked(scene, [f"line-{n}" for n in range(40)])) == counts.succeeded


def test_batches_are_listed_page_by_page_in_both_directions(client: Any) -> None:
    made = [create(client, request("one")).id for _ in range(3)]
    first = client.messages.batches.list(limit=2)
    assert [batch.id for batch in first.data] == [made[2], made[1]]
    assert first.has_more
    older = client.messages.batches.list(limit=1, after_id=made[1])
    assert [batch.id for batch in older.data] == [made[0]]
    newer = client.messages.batches.list(limit=1, before_id=made[0])
    assert [batch.id for batch in newer.data] == [made[1]]
    assert newer.has_more
    assert [batch.id for batch in client.messages.batches.list(limit=2)][:3] == made[::-1]


def test_a_batch_is_deleted_once_it_has_ended(client: Any) -> None:
    batch = create(client, request("slow", plan="delay=1"))
    with pytest.raises(anthropic.ConflictError, match="Cancel it first"):
        client.messages.batches.delete(batch.id)
    ended(client, batch.id)
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(batch.id)
    with pytest.raises(anthropic.ConflictError, match="has ended"):
        client.messages.batches.cancel(ended(client, create(client, request("one")).id).id)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "requests"),
        ([{"custom_id": "a b", "params": {}}], "requests.0.custom_id"),
        ([request("twice"), request("twice")], "requests.1.custom_id"),
        ([{"custom_id": "one", "params": []}], "requests.0.params"),
        ([{"custom_id": "one"}], "requests"),
    ],
)
def test_a_batch_that_cannot_be_meant_is_refused_by_field(client: Any, lines: list[Any], field: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=f"{field}:"):
        create(client, *lines)


def test_another_key_of_the_space_sees_a_batch_and_its_rows_name_it(client: Any, scene: Scene) -> None:
    batch = ended(client, create(client, request("one"), request("two")).id)
    answer = scene.house.get(f"/v1/messages/batches/{batch.id}")  # the owner, from this machine
    assert answer[0] == 200
    decided = f"SELECT count(*) FROM ledger_requests WHERE decision LIKE 'line % of {batch.id}%'"
    until(lambda: scene.house.rows(decided), lambda rows: rows == [(2,)])


def test_lines_keep_the_limits_and_the_end_of_their_key(scene: Scene) -> None:
    secret = scene.house.create_key("narrow", "--model", model_of("openai"))
    with anthropic.Anthropic(base_url=scene.house.url, api_key=secret, max_retries=0) as narrow:
        lines = (request("allowed", model=model_of("openai")), request("denied", model=model_of("gemini")))
        batch = ended(narrow, create(narrow, *lines).id)
        found = results(narrow, batch.id)
        assert found["allowed"].type == "succeeded"
        assert found["denied"].error.error.type == "permission_error"
