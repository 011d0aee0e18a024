"""What the page opens with is what each address tells by itself, to those who may see it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from salon.surfaces.api.routes import opening
from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

BASE = "/salon/v1"
MOST_AT_ONCE = 100


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A running house whose only model is the demo."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def ask(
    house: House, method: str, path: str, body: Any = None, *, status: int = 200, key: str | None = None
) -> Any:
    headers = None if key is None else {"authorization": f"Bearer {key}"}
    got, answer = house.request(method, BASE + path, body, headers=headers)
    assert got == status, answer
    return json.loads(answer)


def talk(house: House, *texts: str, **body: Any) -> tuple[str, list[str]]:
    made = ask(house, "POST", "/conversations", body, status=201)
    ids: list[str] = []
    for at in range(0, len(texts), MOST_AT_ONCE):
        said = {"messages": [{"text": text} for text in texts[at : at + MOST_AT_ONCE]]}
        done = ask(house, "POST", f"/conversations/{made['id']}/messages", said, status=201)
        ids += [message["id"] for message in done["messages"]]
    return made["id"], ids


def test_a_sidebar_opens_with_what_its_parts_say(house: House) -> None:
    folder = ask(house, "POST", "/folders", {"name": "Work"}, status=201)
    pinned, _ = talk(house, "pinned")
    ask(house, "POST", "/acts", {"act": "pin", "ids": [pinned]})
    ask(house, "POST", "/acts", {"act": "move", "ids": [pinned], "folder_id": folder["id"]})
    temporary, _ = talk(house, is_temporary=True)
    talk(house, "the last")
    opened = ask(house, "GET", "/sidebar?limit=2")
    assert opened == {
        "number": opened["number"],
        "folders": ask(house, "GET", "/folders"),
        "conversations": ask(house, "GET", "/conversations?limit=2"),
        "pinned": ask(house, "GET", "/conversations?limit=2&is_pinned=true"),
        "temporary": ask(house, "GET", "/conversations?is_temporary=true"),
        "running": ask(house, "GET", "/runs?status=running"),
    }
    assert [one["id"] for one in opened["pinned"]["items"]] == [pinned]
    assert temporary in [one["id"] for one in opened["temporary"]["items"]]
    assert ask(house, "GET", "/sidebar?limit=201", status=422)["error"]["fields"]["field"] == "query.limit"


def test_a_conversation_opens_with_what_its_parts_say(house: House) -> None:
    one, ids = talk(house, "one", "two", "three")
    at = f"/conversations/{one}"
    opened = ask(house, "GET", f"{at}/opening?limit=2")
    outline = ask(house, "GET", f"{at}/outline")
    assert opened == {
        "number": opened["number"],
        "conversation": ask(house, "GET", at),
        "messages": ask(house, "GET", f"{at}/messages?limit=2"),
        "outline": {**outline, "branch": opened["messages"]["branch"]},
        "queue": {"items": []},
        "answers": {"items": []},
    }
    assert opened["outline"]["branch"]["id"] == outline["branch"]["id"]
    around = ask(house, "GET", f"{at}/opening?last_id={ids[1]}&limit=1")
    assert around["messages"] == ask(house, "GET", f"{at}/messages?last_id={ids[1]}&limit=1")
    assert [line["id"] for line in around["outline"]["items"]] == ids


def test_the_number_is_of_before_what_is_told_was_read(house: House) -> None:
    one, _ = talk(house, "one")
    before = ask(house, "GET", "/sidebar")["number"]
    assert ask(house, "GET", f"/conversations/{one}/opening")["number"] == before
    ask(house, "PATCH", f"/conversations/{one}", {"title": "Another"})
    assert ask(house, "GET", "/sidebar")["number"] > before


def test_a_long_outline_is_left_to_be_asked_for(house: House) -> None:
    one, _ = talk(house, *("a turn" for _ in range(opening.MOST_LINES + 1)))
    opened = ask(house, "GET", f"/conversations/{one}/opening")
    assert opened["outline"] is None
    assert len(opened["messages"]["items"]) == 50


def test_a_temporary_conversation_opens(house: House) -> None:
    one, _ = talk(house, is_temporary=True)
    opened = ask(house, "GET", f"/conversations/{one}/opening")
    assert opened["conversation"]["is_temporary"]
    assert opened["messages"]["items"] == []


def test_it_opens_for_who_may_see_it(house: House) -> None:
    one, _ = talk(house, "one")
    models = house.create_key("models", "--right", "models.use")
    for path in ("/sidebar", f"/conversations/{one}/opening"):
        assert ask(house, "GET", path, status=403, key=models)["error"]["code"] == "not_allowed"
    missing = ask(house, "GET", "/conversations/cnv_missing/opening", status=404)
    assert missing["error"]["fields"]["what"] == "conversation"
    assert ask(house, "GET", f"/conversations/{one}/opening?last_id=msg_missing", status=404)["error"]
