"""``salon conversations``: list, show, new, rename, branch, archive, delete, restore."""

import json

from salon.testing.house import House

ALL = "/salon/v1/conversations"


def ok(house: House, *arguments: str) -> str:
    done = house.salon("conversations", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def say(house: House, conversation: str, *texts: str) -> list[str]:
    body = {"messages": [{"text": text, "author": {"kind": "person", "name": "Ann"}} for text in texts]}
    status, answer = house.request("POST", f"{ALL}/{conversation}/messages", body)
    assert status == 201, answer
    return [message["id"] for message in json.loads(answer)["messages"]]


def test_a_conversation_is_made_shown_branched_and_renamed(house: House) -> None:
    made = ok(house, "new", "A talk").strip()
    ids = say(house, made, "one", "two", "three")
    shown = ok(house, "show", made)
    assert [line for line in shown.splitlines() if line in {"one", "two", "three"}] == ["one", "two", "three"]
    assert f"Ann · {ids[0]}" not in shown
    assert ids[0] in shown
    side = ok(house, "branch", made, "Side", "--at", ids[0]).strip()
    assert "two" not in ok(house, "show", made, "--branch", "Side")
    last = json.loads(ok(house, "show", made, "--last", "1", "--json"))["messages"]
    assert [item["id"] for item in last] == ids[2:]
    ok(house, "rename", made, "Aside", "--branch", side)
    assert "Aside" in ok(house, "show", made, "--branches")
    ok(house, "rename", made, "Another title")
    assert "Another title" in ok(house, "list")
    wrong = house.salon("conversations", "show", made, "--branch", "None such")
    assert (wrong.returncode, "main" in wrong.stderr) == (2, True)


def test_conversations_are_put_away_deleted_and_brought_back(house: House) -> None:
    made = ok(house, "new", "To be deleted").strip()
    say(house, made, "gone")
    for verb, state in (("archive", "archived"), ("delete", "deleted")):
        ok(house, verb, made)
        assert made not in ok(house, "list")
        assert made in ok(house, "list", "--state", state)
        ok(house, "restore", made)
    assert made in ok(house, "list")
    assert house.salon("conversations", "delete", made, "--copies").returncode == 2
    backup = json.loads(house.salon("--json", "db", "backup").stdout)["path"]
    erased = house.salon("conversations", "delete", made, "--erase", "--yes")
    assert backup.rpartition("/")[2] in erased.stderr
    assert house.salon("conversations", "restore", made).returncode != 0
    assert house.salon("conversations", "show", "cnv_none").returncode != 0
