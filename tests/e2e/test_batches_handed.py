"""Batches that providers answer, handed in with the official clients; and after kill -9."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import orjson
import pytest

from salon.testing.batches import ended, request, results, say, until
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import PATIENT, House, HouseSetup, ProviderSetup
from salon.testing.scene import PRICE

CHAT = "/v1/chat/completions"
ENDED = {"completed", "failed", "expired", "cancelled"}
LINES = 20
MODELS = ("o/fake", "a/fake")


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider().in_thread() as fake:
        yield fake


def setup_of(fake: FakeProvider, column: Column) -> HouseSetup:
    providers = (
        ProviderSetup(name="o", kind="openai", url=f"{fake.url}/v1", batches=True),
        ProviderSetup(name="a", kind="anthropic", url=fake.url, batches=True),
    )
    return HouseSetup(
        providers=providers,
        prices={"o/fake": PRICE, "a/fake": PRICE},
        settings={"gateway": PATIENT, "batches": {"look_seconds": 0.1}},
        environment={"SALON_MASTER_KEY": base64.b64encode(b"k" * 32).decode()},
        column=column,
    )


def chat(custom_id: str, model: str, plan: str = "") -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": say(plan)}]}
    return {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}


def lines_for(model: str) -> list[dict[str, Any]]:
    cases = [f"{model[0]}-{number}" for number in range(LINES)]
    return [request(case, model=model, plan=f"case={case}") for case in cases]


def by_openai(client: Any, *lines: dict[str, Any], **more: Any) -> Any:
    """Hand a file in and return the batch once it has ended."""
    text = b"\n".join(map(orjson.dumps, lines))
    file = client.files.create(file=("lines.jsonl", text), purpose="batch")
    batch = client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h", **more)
    return until(lambda: client.batches.retrieve(batch.id), lambda one: one.status in ENDED)


def rows_of(client: Any, file_id: str) -> dict[str, Any]:
    rows = map(orjson.loads, client.files.content(file_id).content.splitlines())
    return {row["custom_id"]: row["response"] for row in rows}


def test_the_official_clients_get_their_own_words_from_either_provider(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    with House(tmp_path / "data", setup_of(fake, column)) as house:
        key = house.create_key("sdk")
        with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key, max_retries=0) as client:
            batch = by_openai(client, chat("good", "a/fake"), chat("bad", "a/fake", "fault=400"))
            assert batch.request_counts.to_dict() == {"total": 2, "completed": 1, "failed": 1}
            assert rows_of(client, batch.output_file_id)["good"]["body"]["object"] == "chat.completion"
            assert rows_of(client, batch.error_file_id)["bad"]["status_code"] == 400
            here = by_openai(client, chat("good", "a/fake"), extra_headers={"x-salon-batch": "own"})
        with anthropic.Anthropic(base_url=house.url, api_key=key, max_retries=0) as client:
            lines = [request("good", model="o/fake"), request("bad", model="o/fake", plan="fault=400")]
            made = ended(client, client.messages.batches.create(requests=lines).id)
            found = results(client, made.id)
            assert found["good"].message.content[0].type == "text"
            assert found["bad"].error.error.type == "invalid_request_error"
        assert "handed to" in house.salon("batches", "show", made.id).stdout
        assert "asked for that" in house.salon("batches", "show", here.id).stdout
        good = "SELECT service FROM ledger_requests WHERE status = 'ok'"
        rows = until(lambda: house.rows(good), lambda rows: len(rows) == 3)
        assert sorted(str(row[0]) for row in rows) == ["None", "batch", "batch"]


def test_after_kill_9_a_batch_that_was_handed_over_is_not_made_again(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    fake.batches.is_holding = True
    house = House(tmp_path / "data", setup_of(fake, column))
    house.start()
    with anthropic.Anthropic(base_url=house.url, api_key=house.create_key("sdk"), max_retries=0) as client:
        batch_ids = [client.messages.batches.create(requests=lines_for(one)).id for one in MODELS]
    sent = "SELECT count(*) FROM batch_parts WHERE state = 'sent'"
    until(lambda: house.rows(sent), lambda rows: rows == [(2,)])
    house.kill()
    fake.batches.is_holding = False
    with house:
        key = house.create_key("second")
        with anthropic.Anthropic(base_url=house.url, api_key=key, max_retries=0) as client:
            for batch_id in batch_ids:
                assert ended(client, batch_id).request_counts.succeeded == LINES
                assert len(results(client, batch_id)) == LINES
        count = "SELECT count(*) FROM ledger_requests WHERE service = 'batch'"
        until(lambda: house.rows(count), lambda rows: rows == [(2 * LINES,)])
    assert list(fake.journal.attempts.values()) == [1] * (2 * LINES)
