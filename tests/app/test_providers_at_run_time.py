"""Providers come and go while Salon runs; what is under way ends well, and no price is made up."""

import contextlib
import http.client
import json
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.load import until

SLOW = "{{fake tokens=20;rate=20}}"


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider().in_thread() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, fake: FakeProvider, column: Column) -> Iterator[House]:
    setup = HouseSetup(providers=(provider_for("openai", fake.url, name="filed"),), column=column)
    with House(tmp_path / "data", setup) as running:
        yield running


def _body(model: str, text: str = "hi", **fields: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


def _chat(house: House, model: str) -> int:
    return house.request("POST", "/v1/chat/completions", _body(model))[0]


def _managed(house: House, path: str) -> Any:
    status, body = house.get(f"/salon/v1/{path}")
    assert status == 200, body
    return json.loads(body)


def _names(house: House) -> set[str]:
    return {one["name"] for one in _managed(house, "providers")["items"]}


@contextlib.contextmanager
def _stream(house: House, model: str) -> Generator[http.client.HTTPResponse]:
    """Begin a stream of a second; ends the connection."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    sent = json.dumps(_body(model, SLOW, stream=True))
    connection.request("POST", "/v1/chat/completions", sent, {"content-type": "application/json"})
    with contextlib.closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        yield answer


def _write(house: House, setup: HouseSetup) -> None:
    (house.data_dir / "salon.toml").write_text(setup.toml())
    os.kill(house.pid, signal.SIGHUP)


def test_provider_of_the_file_appears_and_disappears_on_reload(house: House, fake: FakeProvider) -> None:
    filed = provider_for("openai", fake.url, name="filed")
    late = provider_for("anthropic", fake.url, name="late")
    assert _chat(house, "late/fake") == 404
    _write(house, HouseSetup(providers=(filed, late)))
    until(lambda: "late" in _names(house), what="the provider")
    assert _chat(house, "late/fake") == 200
    with _stream(house, "filed/fake") as answer:
        _write(house, HouseSetup(providers=(late,)))
        until(lambda: "filed" not in _names(house), what="its end")
        assert _chat(house, "filed/fake") == 404
        assert answer.read().endswith(b"data: [DONE]\n\n")


def test_provider_removed_in_the_middle_of_an_answer_lets_it_end(house: House, fake: FakeProvider) -> None:
    body = {"kind": "openai-compatible", "name": "brief", "base_url": f"{fake.url}/v1", "allow_private": True}
    assert house.request("POST", "/salon/v1/providers", {**body, "models": ["fake"]})[0] == 201
    house.request("PUT", "/salon/v1/aliases/ours", {"targets": [{"model": "brief/fake"}]})
    provider = next(one for one in _managed(house, "providers")["items"] if one["name"] == "brief")
    with _stream(house, "ours") as answer:
        assert house.request("DELETE", f"/salon/v1/providers/{provider['id']}")[0] == 200
        assert _chat(house, "brief/fake") == 404
        assert 400 <= _chat(house, "ours") < 600
        read = answer.read()
    assert read.count(b"tok ") == 20
    assert read.endswith(b"data: [DONE]\n\n")
    until(
        lambda: any(
            (row["status"], row["output_tokens"], row["asked_model"]) == ("ok", 20, "ours")
            for row in _managed(house, "requests")["items"]
        ),
        what="its row",
    )
    assert "Traceback" not in house.log_text()


def test_unknown_price_is_unpriced_wherever_it_is_shown(house: House) -> None:
    assert _chat(house, "filed/fake") == 200
    until(lambda: _managed(house, "requests")["items"] != [], what="the row")
    (row,) = _managed(house, "requests")["items"]
    assert row["cost_e10"] is None
    model = next(one for one in _managed(house, "models")["items"] if one["id"] == "filed/fake")
    assert (model["priced"], model["input_price"], model["output_price"]) == (False, None, None)
    (usage,) = _managed(house, "usage?group_by=model")["items"]
    assert usage["unpriced"] == 1
    for command in ("requests", "usage"):
        shown = house.salon(command).stdout
        assert "unpriced" in shown, shown
        assert "0.00" not in shown, shown


def test_a_provider_that_has_refused_everything_is_shown_as_down(house: House, fake: FakeProvider) -> None:
    fake.key = "sk-another"
    assert _chat(house, "filed/fake") == 502
    (before,) = (one for one in _managed(house, "providers")["items"] if one["name"] == "filed")
    status, tried = house.request("POST", f"/salon/v1/providers/{before['id']}/test")
    assert (status, json.loads(tried)["ok"]) == (200, False)
    (shown,) = (one for one in _managed(house, "providers")["items"] if one["name"] == "filed")
    assert shown["state"] == "down"
    assert "refused the credential" in shown["last_error"]


def test_a_failure_is_told_in_words_before_anybody_asked_for_models(house: House, fake: FakeProvider) -> None:
    fake.key = "sk-another"
    assert _chat(house, "filed/fake") == 502
    shown = {one["name"]: one["last_error"] for one in _managed(house, "providers")["items"]}
    assert shown["filed"] == "It refused the credential Salon holds for it."
