"""Batches outlive the process they were handed to; a line that was answered is not asked again."""

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import msgspec
import pytest

from salon.testing.batches import ended, request, results, until
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup
from salon.testing.scene import model_of, usual_setup

MASTER_KEY = base64.b64encode(b"k" * 32).decode()
LINES = 40
CASES = [f"line-{number}" for number in range(LINES)]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider().in_thread() as fake:
        yield fake


def setup_of(fake: FakeProvider, column: Column, **batches: Any) -> HouseSetup:
    return usual_setup(
        fake.url,
        column=column,
        sections={"batches": {"concurrency": 4, **batches}},
        environment={"SALON_MASTER_KEY": MASTER_KEY},
    )


@contextlib.contextmanager
def client_of(house: House, name: str = "sdk") -> Iterator[Any]:
    with anthropic.Anthropic(base_url=house.url, api_key=house.create_key(name), max_retries=0) as client:
        yield client


def hand_in(client: Any, *, delay_s: float) -> str:
    lines = [request(case, model=model_of("openai"), plan=f"case={case};delay={delay_s}") for case in CASES]
    return client.messages.batches.create(requests=lines).id


def answered(house: House) -> list[str]:
    return [row[0] for row in house.rows("SELECT custom_id FROM batch_lines WHERE status = 'succeeded'")]


def next_house(house: House, folder: Path) -> House:
    """Return who goes on: another process at the same database, or the same one started anew."""
    if house.setup.column.is_sqlite:
        return House(house.data_dir, house.setup)
    return House(folder / "other", msgspec.structs.replace(house.setup))


def test_after_kill_9_a_batch_goes_on_and_asks_no_answered_line_again(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    house = House(tmp_path / "data", setup_of(fake, column))
    house.start()
    with client_of(house) as client:
        batch_id = hand_in(client, delay_s=0.3)
        until(lambda: answered(house), lambda found: len(found) >= 8)
        house.kill()
    known = answered(house)
    assert len(known) < LINES
    with next_house(house, tmp_path) as other:
        with client_of(other, "second") as client:
            batch = ended(client, batch_id)
            assert batch.request_counts.succeeded == LINES
            assert len(results(client, batch_id)) == LINES
        asked = fake.journal.attempts
        assert [case for case in known if asked[case] != 1] == []
        assert sum(asked[case] for case in CASES) <= LINES + 4


def test_a_house_that_stops_leaves_its_batches_to_the_next_one(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    house = House(tmp_path / "data", setup_of(fake, column))
    house.start()
    with client_of(house) as client:
        batch_id = hand_in(client, delay_s=0.2)
        until(lambda: answered(house), lambda found: len(found) >= 4)
        assert house.stop() == 0
    with next_house(house, tmp_path) as other, client_of(other, "second") as client:
        assert ended(client, batch_id).request_counts.succeeded == LINES
    # What was under way at the end was still answered, so nothing was asked twice.
    assert [fake.journal.attempts[case] for case in CASES] == [1] * LINES


def test_a_process_without_the_master_key_spoils_no_batch(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    setup = setup_of(fake, column)
    house = House(tmp_path / "data", setup)
    house.start()
    with client_of(house) as client:
        batch_id = hand_in(client, delay_s=0.2)
        until(lambda: answered(house), lambda found: len(found) >= 4)
        house.stop()
    other_key = base64.b64encode(b"o" * 32).decode()
    stranger = next_house(house, tmp_path)
    stranger.setup = msgspec.structs.replace(setup, environment={"SALON_MASTER_KEY": other_key})
    with stranger:
        until(stranger.log_text, lambda text: "master key that is not here" in text)
    with house, client_of(house, "second") as client:
        assert ended(client, batch_id).request_counts.succeeded == LINES


def test_lines_without_an_answer_expire_with_the_window(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    with House(tmp_path / "data", setup_of(fake, column, window_hours=2 / 3600)) as house:
        with client_of(house) as client:
            batch_id = hand_in(client, delay_s=1)
            batch = ended(client, batch_id)
            counts = batch.request_counts
            assert counts.expired >= 20
            assert counts.succeeded + counts.expired == LINES
            kinds = {result.type for result in results(client, batch_id).values()}
            assert "expired" in kinds
        rows = house.rows("SELECT count(*) FROM batch_lines WHERE question IS NOT NULL")
        assert rows == [(0,)]


def test_answers_are_deleted_when_their_time_is_over(
    fake: FakeProvider, tmp_path: Path, column: Column
) -> None:
    with House(tmp_path / "data", setup_of(fake, column, keep_days=1 / 86400)) as house:
        with client_of(house) as client:
            batch = ended(client, client.messages.batches.create(requests=[request("one")]).id)
            house.stop()
            house.start()
            batch = until(
                lambda: client.messages.batches.retrieve(batch.id), lambda one: one.archived_at is not None
            )
            assert batch.results_url is None
            assert batch.request_counts.succeeded == 1
            with pytest.raises(anthropic.AnthropicError, match="results_url"):
                list(client.messages.batches.results(batch.id))
        assert house.rows("SELECT count(*) FROM batch_lines") == [(0,)]


def test_lines_wait_for_the_limits_of_their_key(fake: FakeProvider, tmp_path: Path, column: Column) -> None:
    with House(tmp_path / "data", setup_of(fake, column)) as house:
        key = house.create_key("narrow", "--concurrency", "1")
        with anthropic.Anthropic(base_url=house.url, api_key=key, max_retries=0) as client:
            lines = [request(f"line-{n}", plan="delay=0.1") for n in range(8)]
            batch = ended(client, client.messages.batches.create(requests=lines).id)
            assert batch.request_counts.succeeded == 8


def test_lines_of_a_key_that_was_revoked_fail(fake: FakeProvider, tmp_path: Path, column: Column) -> None:
    with House(tmp_path / "data", setup_of(fake, column)) as house:
        with client_of(house) as client:
            batch_id = hand_in(client, delay_s=3)
        until(lambda: fake.journal.counts["requests"], lambda count: count > 0)
        assert house.salon("keys", "revoke", "sdk").returncode == 0
        with client_of(house, "second") as client:
            batch = ended(client, batch_id)
            assert batch.request_counts.errored >= 8
            kinds = [
                one.error.error.type for one in results(client, batch_id).values() if one.type == "errored"
            ]
            assert set(kinds) == {"authentication_error"}
