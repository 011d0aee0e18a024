"""Rules, constraints and explanations: by API and by command."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.house import House
from salon.testing.load import until
from salon.testing.scene import Scene, usual_scene

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
ALIAS = {
    "strategy": "cheapest",
    "targets": ["openai-fake/fake", {"model": "anthropic-fake/fake", "weight": 2.0}],
    "rules": [
        {"name": "tools", "when": {"not": {"tools": False}}, "targets": ["ollama-fake/fake"]},
        {"when": {"any": [{"tokens_over": 90000}, {"days": []}]}, "targets": ["gemini-fake/fake"]},
    ],
    "split": {
        "by": "user",
        "variants": [{"name": side, "targets": ["openai-fake/fake"]} for side in ("a", "b")],
    },
    "mirror": {"model": "demo/demo", "share": 0.0},
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[Scene]:
    with usual_scene(tmp_path_factory.mktemp("rules"), column=module_column) as running:
        yield running


def _ask(house: House, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    status, answer = house.request(method, f"/salon/v1/{path}", body)
    return status, json.loads(answer)


def test_the_api_keeps_a_whole_alias_and_refuses_one_that_cannot_be_meant(scene: Scene) -> None:
    wrong = {**ALIAS, "rules": [{"when": {"days": []}, "targets": ["demo"]}]}
    status, told = _ask(scene.house, "PUT", "aliases/smart", wrong)
    assert (status, "names nothing" in told["error"]["message"]) == (400, True)
    fine = {**ALIAS, "rules": ALIAS["rules"][:1]}
    status, made = _ask(scene.house, "PUT", "aliases/smart", fine)
    assert status == 200, made
    assert made["rules"][0]["when"] == {"not": {"tools": False}}
    again = {name: value for name, value in made.items() if name not in {"name", "source"}}
    assert _ask(scene.house, "PUT", "aliases/smart", again) == (200, made)
    asked = {"model": "smart", "body": {"messages": [{"role": "user", "content": "x"}], "tools": TOOLS}}
    _, found = _ask(scene.house, "POST", "routes/explain", asked)
    assert (found["rule"], found["rules"][0]["holds"], found["needs"]) == ("tools", True, ["tools"])
    assert [(one["target"], one["place"]) for one in found["targets"]] == [("ollama-fake/fake", 1)]
    assert found["targets"][0]["estimate_e10"] > 0


def test_nothing_is_sent_or_written_for_an_explanation(scene: Scene) -> None:
    before = _posts(scene)
    for model in ("team", "openai-fake/fake", "demo"):
        status, found = _ask(scene.house, "POST", "routes/explain", {"model": model})
        assert (status, found["problem"], found["targets"][0]["place"]) == (200, None, 1)
    status, told = _ask(scene.house, "POST", "routes/explain", {"model": "nothing"})
    assert (status, told["error"]["code"]) == (404, "unknown_model")
    assert _posts(scene) == before


def test_an_explanation_tells_who_stays_with_a_variant_and_what_is_mirrored(scene: Scene) -> None:
    split = {**ALIAS["split"], "variants": [{**one, "weight": 1} for one in ALIAS["split"]["variants"]]}
    body = {"targets": ["openai-fake/fake"], "split": split, "mirror": {"model": "demo/demo", "share": 0.1}}
    assert _ask(scene.house, "PUT", "aliases/tried", body)[0] == 200
    found = [
        _ask(scene.house, "POST", "routes/explain", {"model": "tried", "user": "ann"})[1] for _ in range(2)
    ]
    assert found[0]["variant"] == found[1]["variant"]
    assert (found[0]["sticks_to"], found[0]["shares"]) == ("user ann", [0.5, 0.5])
    assert (found[0]["mirror"], found[0]["mirror_share"]) == ("demo/demo", 0.1)
    told = scene.house.salon("route", "explain", "tried", "--user", "ann").stdout
    assert "of a (50%), b (50%), kept for user ann" in told
    assert "mirrored to demo/demo: 10% of requests" in told


def test_a_rule_reads_patterns_and_a_wrong_one_is_refused_by_name(scene: Scene) -> None:
    rule = {"name": "cards", "when": {"matches": [r"\b\d{4} \d{4}\b"]}, "targets": ["ollama-fake/fake"]}
    body = {"targets": ["openai-fake/fake"], "rules": [rule]}
    assert _ask(scene.house, "PUT", "aliases/pattern", body)[0] == 200
    chat = {"model": "pattern", "messages": [{"role": "user", "content": "card 1234 5678"}]}
    assert scene.house.request("POST", "/v1/chat/completions", chat)[0] == 200
    wrong = {**body, "rules": [{**rule, "when": {"matches": ["("]}}]}
    status, told = _ask(scene.house, "PUT", "aliases/pattern", wrong)
    assert (status, "(rule “cards”)" in told["error"]["message"]) == (400, True)
    newest = _newest(scene.house, "pattern")
    assert newest["why"] == "Rule “cards”; ollama-fake/fake: the first in the list."
    one = _ask(scene.house, "GET", f"requests/{newest['request_id']}")[1]
    assert [tried["provider"] for tried in one["tried"]] == ["ollama-fake"]


def _newest(house: House, asked: str) -> Any:
    """Return the newest row of the ledger for a name; rows are written after the answer."""
    found: list[Any] = []

    def is_there() -> bool:
        found[:] = _ask(house, "GET", "requests?limit=1")[1]["items"]
        return bool(found) and found[0]["asked_model"] == asked

    until(is_there, what=f"a row of {asked}")
    return found[0]


def _posts(scene: Scene) -> int:
    return sum(one.method == "POST" for one in scene.fake.journal.exchanges)


def test_commands_set_explain_and_remove(scene: Scene, tmp_path: Path) -> None:
    salon = scene.house.salon
    assert salon("route", "set", "pair", "openai-fake/fake", "--strategy", "least-busy").returncode == 0
    listed = json.loads(salon("route", "list", "--json").stdout)
    assert ("pair", "least-busy") in [(one["name"], one["strategy"]) for one in listed]
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"messages": [{"role": "user", "content": "hi"}], "tools": TOOLS}))
    told = salon("route", "explain", "pair", "--body", str(body))
    assert told.returncode == 0, told.stderr
    assert "needs tools" in told.stdout
    assert "openai-fake/fake" in told.stdout
    assert salon("route", "remove", "pair").returncode == 0
    assert salon("route", "explain", "pair").returncode != 0
    body.write_text("[")
    assert "is not JSON" in salon("route", "explain", "team", "--body", str(body)).stderr


def test_a_key_is_kept_to_regions_and_the_explanation_says_so(scene: Scene) -> None:
    house = scene.house
    secret = house.create_key("european", "--region", "eu", "--promise", "no-training")
    chat = {"model": "team", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {secret}"}
    status, answer = house.request("POST", "/v1/chat/completions", chat, headers=headers)
    assert (status, json.loads(answer)["error"]["code"]) == (403, "not_allowed_there")
    told = house.salon("route", "explain", "team", "--key", "european")
    assert told.returncode == 1
    assert "kept to eu" in told.stdout
    assert "region unknown" in told.stdout
    wrong = house.salon("keys", "create", "other", "--region", "E U")
    assert "regions" in wrong.stderr


def test_a_provider_gets_bounds_and_a_space_its_constraint(scene: Scene) -> None:
    house, fake = scene.house, scene.fake
    body = {"kind": "openai-compatible", "name": "bound", "base_url": f"{fake.url}/v1", "models": ["fake"]}
    status, made = _ask(house, "POST", "providers", {**body, "allow_private": True, "region": "us"})
    assert (status, made["region"]) == (201, "us")
    done = house.salon("providers", "set", "bound", "--region", "eu-west", "--rpm", "1")
    assert done.returncode == 0, done.stderr
    assert house.salon("route", "residency", "set", "law", "--region", "eu").returncode == 0
    chat = {"model": "bound/fake", "messages": [{"role": "user", "content": "hi"}]}
    assert house.request("POST", "/v1/chat/completions", chat)[0] == 200
    status, answer = house.request("POST", "/v1/chat/completions", chat)
    assert (status, "set here for bound" in json.loads(answer)["error"]["message"]) == (429, True)
    outside = house.request("POST", "/v1/chat/completions", {**chat, "model": "team"})
    assert outside[0] == 403
    assert "law" in house.salon("route", "residency").stdout
    assert house.salon("route", "residency", "remove", "law").returncode == 0
    assert house.request("POST", "/v1/chat/completions", {**chat, "model": "team"})[0] == 200
    status, changed = _ask(house, "PATCH", "providers/bound", {"requests_per_minute": None})
    assert (status, changed["requests_per_minute"], changed["region"]) == (200, None, "eu-west")


def test_a_running_house_keeps_its_last_good_rules(scene: Scene) -> None:
    path = scene.house.data_dir / "salon.toml"
    good = path.read_text()
    path.write_text(
        good + '\n[models.late]\ntargets = ["demo"]\nrules = [{ when = {}, targets = ["demo"] }]\n'
    )
    os.kill(scene.house.pid, signal.SIGHUP)
    until(lambda: "names nothing" in scene.house.log_text(), what="reading the settings again")
    assert _ask(scene.house, "POST", "routes/explain", {"model": "team"})[0] == 200
    assert "late" not in [one["name"] for one in _ask(scene.house, "GET", "aliases")[1]["items"]]
    path.write_text(good)
