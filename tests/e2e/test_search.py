"""Searching over HTTP and on the command line, from another space, and making the index anew."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

ALL = "/salon/v1/conversations"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A running house whose only model is the demo."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    got, answer = house.request(method, path, body)
    assert got == status, answer
    return json.loads(answer)


def found(house: House, words: str, more: str = "") -> Any:
    """Search until what was said a moment ago is indexed."""
    deadline = time.monotonic() + 60
    while True:
        answer = ask(house, "GET", f"/salon/v1/search?q={quote(words)}{more}")
        if not answer["waiting"]:
            return answer
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_was_said_is_found_where_it_is(house: House) -> None:
    talk = ask(house, "POST", ALL, {"title": "Otters & others"}, 201)
    said = {"messages": [{"text": "Hello there"}, {"text": "The otter \U0001f9a6 swims in C++ 東京都"}]}
    done = ask(house, "POST", f"{ALL}/{talk['id']}/messages", said, 201)
    for words in ("otter", "c++", "京都", '"otter 🦦"', f"in:{talk['id']} swims", "-hello otter"):
        answer = found(house, words)
        assert [hit["message_id"] for hit in answer["items"]] == [done["messages"][1]["id"]], words
    (hit,) = answer["items"]
    assert (hit["branch_id"], hit["position"], answer["order"]) == (talk["branch_id"], 1, "relevance")
    assert [hit["snippet"][a:b] for a, b in hit["marks"]] == ["otter"]
    titles = ask(house, "GET", "/salon/v1/search/titles?q=ott%20oth")
    assert [one["conversation_id"] for one in titles["items"]] == [talk["id"]]
    assert found(house, "otter", "&role=assistant")["items"] == []
    for wrong in ("limit=0", "cursor=x", "role=king", "branch=brn_none", "q=" + "x" * 2001):
        status, answer = house.request("GET", f"/salon/v1/search?{'' if 'q=' in wrong else 'q=a&'}{wrong}")
        assert status in {400, 404, 422}, answer


def test_the_command_line_finds_and_makes_the_index_anew(house: House) -> None:
    talk = ask(house, "POST", ALL, {"title": "Badgers"}, 201)
    ask(house, "POST", f"{ALL}/{talk['id']}/messages", {"messages": [{"text": "A badger digs"}]}, 201)
    assert "are in the index" in house.salon("db", "reindex").stderr
    shown = house.salon("search", "badger", "--role", "user", "--in", talk["id"], "--after", "2020-01-01")
    assert (shown.returncode, "A badger digs" in shown.stdout) == (0, True)
    answer = json.loads(house.salon("--json", "search", "badg*").stdout)
    assert [hit["conversation_id"] for hit in answer["items"]] == [talk["id"]]
    assert talk["id"] in house.salon("search", "--titles", "bad").stdout
    assert json.loads(house.salon("--json", "search", "--titles", "bad").stdout)["items"]
    assert "Nothing was found" in house.salon("search", "no-such-word-at-all").stderr
    for word in range(3):
        ask(house, "POST", f"{ALL}/{talk['id']}/messages", {"messages": [{"text": f"badger {word}"}]}, 201)
    found(house, "badger")
    assert "--cursor" in house.salon("search", "badger", "--limit", "2").stderr
    assert json.loads(house.salon("--json", "db", "reindex").stdout)["indexed"] >= 4
