"""Saved prompts over HTTP and on the command line."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

ROOT = "/salon/v1/prompts"
VARIABLES = [
    {"name": "word"},
    {"name": "tone", "kind": "select", "options": ["dry", "warm"], "default": "dry"},
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A running house whose only model is the demo."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    got, answer = house.request(method, ROOT + path, body, headers=headers or None)
    assert got == status, answer
    return json.loads(answer)


def test_a_prompt_is_saved_changed_and_filled_in(house: House) -> None:
    body = {"name": "Say", "text": "Say {{word}}, {{tone}}", "variables": VARIABLES, "description": "Says it"}
    made = ask(house, "POST", "", body, 201)
    assert ask(house, "POST", f"/{made['id']}/render", {"values": {"word": "hi"}})["text"] == "Say hi, dry"
    newer = ask(house, "POST", "/Say/versions", {"text": "Cry", "note": "louder"}, 201, **{"if-match": '"1"'})
    assert (newer["live"], newer["shown"]["note"]) == (2, "louder")
    assert ask(house, "PATCH", "/Say", {"live": 1})["shown"]["number"] == 1
    assert ask(house, "GET", "/Say?number=2")["shown"]["text"] == "Cry"
    assert [one["number"] for one in ask(house, "GET", "/Say/versions")["items"]] == [2, 1]
    refused = ask(house, "POST", "/Say/render", {"values": {"tone": "cold", "word": "a"}}, 422)["error"]
    assert refused["fields"]["field"] == "values.tone"
    assert ask(house, "POST", "", {"name": "x", "text": "{{y}}"}, 422)["error"]["fields"]["field"] == "text"
    assert "Say" in house.salon("prompts").stdout
    assert json.loads(house.salon("--json", "prompts", "list", "--limit", "1").stdout)["items"]
    shown = house.salon("prompts", "show", "say")
    assert ("{{word}}" in shown.stdout, "dry, warm" in shown.stderr) == (True, True)
    assert json.loads(house.salon("--json", "prompts", "show", "say", "--version", "2").stdout)["latest"] == 2
    assert house.salon("prompts", "render", "say", "word=a=b", "tone=warm").stdout == "Say a=b, warm\n"
    assert json.loads(house.salon("--json", "prompts", "render", "say", "word=a").stdout) == {
        "text": "Say a, dry"
    }
    assert "name=value" in house.salon("prompts", "render", "say", "word").stderr
    ask(house, "DELETE", "/Say")
    assert ask(house, "GET", "/Say", status=404)["error"]["code"] == "not_found"
    assert "No prompt is saved" in house.salon("prompts").stderr
