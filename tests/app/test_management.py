"""What the management API does to a whole Salon: keys, credentials of providers, aliases, settings."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup
from salon.testing.load import until

STRATEGIES = "'priority', 'weight', 'least-busy', 'lowest-latency', 'cheapest' or 'rate-limit'"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("managed") / "data", HouseSetup(column=module_column)) as running:
        yield running


def _ask(
    house: House, method: str, path: str, value: Any = None, *, key: str | None = None
) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    status, body = house.request(method, f"/salon/v1/{path}", value, headers=headers)
    return status, json.loads(body)


def _new_key(house: House, name: str, *rights: str) -> tuple[str, str]:
    body = {"name": name, "rights": list(rights)} if rights else {"name": name}
    status, made = _ask(house, "POST", "keys", body)
    assert status == 201, made
    return made["key"]["id"], made["secret"]


def _chat(house: House, key: str, model: str = "demo") -> int:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {key}"}
    return house.request("POST", "/v1/chat/completions", body, headers=headers)[0]


def test_right_to_read_usage_is_enough_to_read_it(house: House) -> None:
    _, asking = _new_key(house, "asking")
    _, reading = _new_key(house, "reading", "usage.read")
    assert _chat(house, asking) == 200
    deadline = time.monotonic() + 60
    while not (usage := _ask(house, "GET", "usage?group_by=key", key=reading)[1])["items"]:
        assert time.monotonic() < deadline, "the request was not recorded"
        time.sleep(0.02)
    assert [row["group"] for row in usage["items"]] == ["asking"]
    status, requests = _ask(house, "GET", "requests", key=reading)
    assert (status, requests["items"][0]["key_name"]) == (200, "asking")
    assert _ask(house, "GET", "keys", key=reading)[0] == 403


def test_rotated_key_works_on_for_its_grace_only(house: House) -> None:
    key_id, first = _new_key(house, "turning")
    status, made = _ask(house, "POST", f"keys/{key_id}/rotate")
    second = made["secret"]
    assert (status, _chat(house, first), _chat(house, second)) == (200, 200, 200)
    status, made = _ask(house, "POST", f"keys/{key_id}/rotate", {"grace_s": 0})
    third = made["secret"]
    assert [_chat(house, secret) for secret in (first, second, third)] == [401, 401, 200]
    assert _ask(house, "POST", f"keys/{key_id}/rotate", {"grace_s": -1})[0] == 422


def test_provider_takes_another_key(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        body = {"kind": "openai-compatible", "name": "turned", "base_url": f"{fake.url}/v1"}
        status, made = _ask(house, "POST", "providers", {**body, "allow_private": True, "api_key": "sk-old"})
        assert status == 201, made
        status, changed = _ask(house, "PUT", f"providers/{made['id']}/key", {"api_key": "sk-new"})
        assert (status, changed["name"]) == (200, "turned")
        assert _chat(house, _new_key(house, "through")[1], "turned/fake") == 200
        assert fake.journal.exchanges[-1].header("authorization") == "Bearer sk-new"
    assert "sk-new" not in str(_ask(house, "GET", "audit")) + house.log_text()


def test_key_of_a_provider_is_not_for_everyone_and_not_empty(house: House) -> None:
    _, using = _new_key(house, "using")
    assert _ask(house, "PUT", "providers/demo/key", {"api_key": "sk-x"}, key=using)[0] == 403
    assert _ask(house, "PUT", "providers/demo/key", {"api_key": ""})[0] == 422
    assert _ask(house, "PUT", "providers/nobody/key", {"api_key": "sk-x"})[0] == 404
    assert _ask(house, "PUT", "providers/demo/key", {"api_key": "sk-x"})[0] == 409


def test_a_target_may_be_a_plain_name_and_mistakes_are_told_in_our_words(house: House) -> None:
    made = _ask(house, "PUT", "aliases/plain", {"targets": ["demo/demo", {"model": "demo"}]})[1]
    assert [target["model"] for target in made["targets"]] == ["demo/demo", "demo"]
    assert _ask(house, "DELETE", "aliases/plain")[0] == 200
    for body, said in (
        ({}, "targets: It is missing."),
        ({"targets": [{"model": 1}]}, "targets.0.model: It must be text."),
        ({"targets": ["demo"], "strategy": "x"}, f"strategy: It must be {STRATEGIES}."),
        ({"targets": []}, "targets: It must have 1 entries or more."),
        ({"targets": ["demo"], "wat": 1}, "wat: There is no such field."),
        ([], "body: Send a JSON object, as application/json."),
    ):
        status, answer = _ask(house, "PUT", "aliases/plain", body)
        assert (status, answer["error"]["message"]) == (422, said)


def test_alias_is_made_replaced_and_removed(house: House) -> None:
    _, key = _new_key(house, "aliasing")
    body = {"targets": [{"model": "demo/demo"}]}
    status, made = _ask(house, "PUT", "aliases/team/fast", body)
    assert (status, made["name"], made["source"]) == (200, "team/fast", "api")
    assert _chat(house, key, "team/fast") == 200
    replaced = _ask(house, "PUT", "aliases/team/fast", {**body, "strategy": "weight"})[1]
    assert replaced["strategy"] == "weight"
    assert _ask(house, "DELETE", "aliases/team/fast")[0] == 200
    assert _chat(house, key, "team/fast") == 404
    assert _ask(house, "DELETE", "aliases/team/fast")[0] == 404
    acts = [row["action"] for row in _ask(house, "GET", "audit")[1]["items"]]
    assert acts[:3] == ["gateway.alias-removed", "gateway.alias-set", "gateway.alias-set"]


def test_alias_to_nowhere_is_refused(house: House) -> None:
    assert _ask(house, "PUT", "aliases/lost", {"targets": []})[0] == 422
    assert _ask(house, "PUT", "aliases/lost", {"targets": [{"model": "nobody/x"}]})[0] == 400
    assert "lost" not in str(_ask(house, "GET", "aliases"))


def test_settings_are_read_again_when_asked(house: House, tmp_path: Path) -> None:
    config = house.data_dir / "salon.toml"
    config.write_text('[models.quick]\ntargets = ["demo/demo"]\n[server]\nkeep_alive_s = 9\n')
    status, told = _ask(house, "POST", "config/reload")
    assert (status, told["problem"], told["needs_restart"]) == (200, None, ["server.keep_alive_s"])
    assert any(key.startswith("models.quick") for key in told["changed"])
    config.write_text("[models.quick]\n")
    assert "models.quick" in _ask(house, "POST", "config/reload")[1]["problem"]
    assert "quick" in str(_ask(house, "GET", "aliases"))
    config.write_text("")
    assert _ask(house, "POST", "config/reload")[1]["problem"] is None
    assert "quick" not in str(_ask(house, "GET", "aliases"))


def test_files_are_listed_page_by_page_and_deleted(house: House, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt", "three.txt"):
        (tmp_path / name).write_text(name * 3)
        assert house.salon("files", "add", str(tmp_path / name)).returncode == 0
    first = _ask(house, "GET", "files?limit=2")[1]
    assert [one["name"] for one in first["items"]] == ["three.txt", "two.txt"]
    assert (first["files"], first["size_bytes"], first["items"][0]["purpose"]) == (3, 69, "user_data")
    second = _ask(house, "GET", f"files?limit=2&cursor={first['next']}")[1]
    assert ([one["name"] for one in second["items"]], second["next"]) == (["one.txt"], None)
    assert _ask(house, "DELETE", f"files/{first['items'][0]['id']}")[0] == 200
    assert _ask(house, "DELETE", f"files/{first['items'][0]['id']}")[0] == 404
    assert _ask(house, "GET", "files?cursor=nothing")[0] == 404
    _, without = _new_key(house, "no files", "usage.read")
    assert _ask(house, "GET", "files", key=without)[0] == 403


def test_today_adds_up_each_currency(house: House) -> None:
    _, key = _new_key(house, "paying")
    for name, currency in (("in-dollars", "USD"), ("in-euros", "EUR")):
        assert _ask(house, "PUT", f"aliases/{name}", {"targets": ["demo"]})[0] == 200
        price = {"input": "9", "output": "9", "currency": currency}
        assert _ask(house, "PUT", f"prices/{name}", price)[0] == 200
        assert _chat(house, key, name) == 200
    until(lambda: len(_costs_today(house)) == 2, what="both costs in the day's sum")
    costs = _costs_today(house)
    assert (set(costs), min(costs.values()) > 0) == ({"USD", "EUR"}, True)
    shown = house.salon("status").stdout
    assert "EUR" in shown or "€" in shown


def _costs_today(house: House) -> dict[str, int]:
    today = _ask(house, "GET", "status")[1]["today"]
    return {one["currency"]: one["cost_e10"] for one in (today, *today["other_costs"]) if one["cost_e10"]}
