"""Sorting conversations over HTTP: each address once as it is meant, and once as it is not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

ROOT = "/salon/v1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A running house whose only model is the demo."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    got, answer = house.request(method, ROOT + path, body, headers=headers or None)
    assert got == status, answer
    return json.loads(answer)


def test_conversations_are_filed_tagged_read_and_put_back(house: House) -> None:
    one = ask(house, "POST", "/conversations", {"title": "One", "settings": {"model": "demo"}}, 201)["id"]
    folder = ask(
        house, "POST", "/folders", {"name": "F", "settings": {"model": "y", "instructions": "z"}}, 201
    )
    ask(house, "PATCH", f"/folders/{folder['id']}", {"name": "G"}, 412, **{"if-match": '"9"'})
    assert ask(house, "PATCH", f"/folders/{folder['id']}", {"name": "G", "parent_id": None})["name"] == "G"
    move = {"act": "move", "ids": [one], "folder_id": folder["id"], "client_id": f"move-{one}"}
    done = ask(house, "POST", "/acts", move)
    assert ask(house, "POST", "/acts", move) == done
    ask(house, "POST", "/acts", {"act": "tag", "ids": [one], "tags": ["Red"]})
    (row,) = ask(house, "GET", f"/conversations?folder={folder['id']}&tag=red&order=title")["items"]
    assert (row["id"], row["tags"], row["unread"]) == (one, ["Red"], 0)
    held = ask(house, "GET", f"/conversations/{one}/settings")["in_force"]
    assert (held["model"], held["instructions"]) == ("demo", "z")
    (counted,) = ask(house, "GET", "/folders")["items"]
    assert counted["conversations"] == 1
    (tag,) = ask(house, "GET", "/tags")["items"]
    ask(house, "PATCH", f"/tags/{tag['id']}", {"name": "Blue"})
    assert ask(house, "POST", f"/conversations/{one}/read")["unread"] == 0
    said = {"messages": [{"text": "hi", "role": "assistant", "author": {"kind": "model", "id": "demo"}}]}
    message = ask(house, "POST", f"/conversations/{one}/messages", said, 201)["messages"][0]
    body = {"message_id": message["id"], "is_read": False}
    assert ask(house, "POST", f"/conversations/{one}/read", body)["unread"] == 1
    assert ask(house, "GET", "/search?q=tag:blue%20folder:g")["order"] == "time"
    assert ask(house, "POST", f"/acts/{done['undo_id']}/undo")["restored"] == [one]
    assert ask(house, "GET", f"/conversations?folder={folder['id']}")["items"] == []
    ask(house, "DELETE", f"/tags/{tag['id']}")
    gone = ask(house, "DELETE", f"/folders/{folder['id']}")
    assert gone["moved"] == 0
    assert ask(house, "POST", f"/acts/{gone['undo_id']}/undo")["restored"] == [folder["id"]]
    assert ask(house, "GET", "/folders")["items"][0]["name"] == "G"


def test_a_template_is_made_used_and_changed(house: House) -> None:
    messages = [{"role": "system", "text": "Be brief"}, {"text": "Hello"}]
    made = ask(house, "POST", "/templates", {"name": "T", "settings": {"a": 1}, "messages": messages}, 201)
    assert [one["author"]["kind"] for one in made["messages"]] == ["system", "person"]
    talk = ask(house, "POST", f"/templates/{made['id']}/conversations", {"title": "New"}, 201)
    assert (talk["title"], talk["settings"], talk["messages"]) == ("New", {"a": 1}, 2)
    ask(house, "PATCH", f"/templates/{made['id']}", {"messages": []}, **{"if-match": '"1"'})
    shown = ask(house, "GET", f"/templates/{made['id']}")
    assert (shown["messages"], shown["version"], shown["settings"]) == ([], 2, {"a": 1})
    assert ask(house, "GET", "/templates")["items"] == [shown]
    assert ask(house, "POST", f"/templates/{made['id']}/conversations", status=201)["messages"] == 0
    ask(house, "DELETE", f"/templates/{made['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/acts", {"act": "burn", "ids": ["a"]}, 422),
        ("POST", "/acts", {"act": "pin"}, 400),
        ("POST", "/acts", {"act": "move", "ids": ["a"], "folder_id": "fld_none"}, 404),
        ("POST", "/acts/und_none/undo", None, 404),
        ("POST", "/folders", {"name": ""}, 422),
        ("POST", "/folders", {"name": "A", "settings": {"modle": "x"}}, 422),
        ("POST", "/folders", {"name": "A", "parent_id": "fld_none"}, 404),
        ("DELETE", "/folders/fld_none", None, 404),
        ("PATCH", "/tags/tag_none", {"name": "A"}, 404),
        ("GET", "/conversations?folder=fld_none", None, 404),
        ("GET", "/conversations?order=size", None, 422),
        ("POST", "/templates", {"name": "A", "messages": [{"text": "a", "parts": []}]}, 400),
        ("GET", "/templates/tpl_none", None, 404),
    ],
)
def test_what_is_wrong_is_told(house: House, method: str, path: str, body: Any, status: int) -> None:
    assert ask(house, method, path, body, status)["error"]["message"]
