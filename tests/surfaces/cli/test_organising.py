"""Folders, tags, templates, and acts on many conversations with their undo, on the command line."""

import json
from collections.abc import Callable
from typing import Any

from salon.testing.house import House

Shell = Callable[..., Any]
ALL = "/salon/v1/conversations"


def new(house: House, *titles: str) -> list[str]:
    made = [json.loads(house.request("POST", ALL, {"title": title})[1]) for title in titles]
    return [one["id"] for one in made]


def listed(shell: Shell, *options: str) -> list[str]:
    done = shell("--json", "conversations", "list", *options)
    assert done.code == 0, done.err
    return [one["id"] for one in json.loads(done.out)["items"]]


def undone(shell: Shell, done: Any) -> str:
    """Undo an act as its own words say."""
    assert done.code == 0, done.err
    return shell("conversations", "undo", done.err.rpartition("undo ")[2].split("”")[0]).err


def test_folders_are_named_by_their_paths(house: House, shell: Shell) -> None:
    top = shell("folders", "add", "Trips", "-m", "demo").out.strip()
    shell("folders", "add", "Zurich", "--in", "Trips", "-s", "Be brief.")
    shell("folders", "add", "Zurich")
    one, two = new(house, "First", "Second")
    shell("conversations", "move", one, "--into", "trips/zurich")
    assert listed(shell, "--folder", "Trips/Zurich") == [one]
    assert two in listed(shell, "--unfiled")
    assert listed(shell, "--folder", "Trips", "--subfolders") == [one]
    assert shell("conversations", "list", "--subfolders").code == 2
    assert "\tTrips/Zurich\t" in shell("conversations", "list", "--folder", "Trips/Zurich").out
    names = [line.split("\t")[0] for line in shell("folders").out.splitlines()]
    # Others of the house's tests have folders, too.
    assert [name for name in names if "Zurich" in name or "Trips" in name] == [
        "Trips",
        "Trips/Zurich",
        "Zurich",
    ]
    unknown = shell("conversations", "list", "--folder", "Bern")
    assert unknown.code == 2
    assert {"Trips", "Trips/Zurich", "Zurich"} <= set(
        unknown.err.partition("There are: ")[2].strip().rstrip(".").split(", ")
    )
    shell("folders", "set", "Trips/Zurich", "--name", "Bern", "--out", "-m", "demo")
    folders = json.loads(shell("--json", "folders").out)["items"]
    assert [folder["parent_id"] for folder in folders if folder["name"] == "Bern"] == [None]
    assert "1 conversations moved" in shell("folders", "remove", "Bern").err
    assert shell("folders", "remove", top).code == shell("folders", "remove", "Zurich").code == 0
    left = [line.split("\t")[0] for line in shell("folders").out.splitlines()]
    assert not [name for name in left if "Zurich" in name or "Trips" in name or "Bern" in name]


def test_tags_are_put_on_many_and_taken_off_by_an_undo(house: House, shell: Shell) -> None:
    one, two, three = new(house, "a", "b", "c")
    done = shell("conversations", "tag", one, two, "--add", "Plans")
    assert sorted(listed(shell, "--tag", "plans")) == sorted([one, two])
    shell("tags", "rename", "plans", "Ideas")
    assert "Ideas\t2" in shell("tags").out
    shell("conversations", "tag", "--tag", "Ideas", "--remove", "ideas")
    assert listed(shell, "--tag", "Ideas") == []
    shell("conversations", "tag", three, "--add", "Ideas")
    assert "Put back 2" in undone(shell, done)
    assert shell("tags", "remove", "Ideas").code == 0
    assert "Ideas" not in shell("tags").out
    assert shell("conversations", "tag", one).code == 2


def test_what_is_found_is_archived_pinned_and_deleted_and_put_back(house: House, shell: Shell) -> None:
    found = new(house, "x", "y")
    shell("conversations", "tag", *found, "--add", "many")
    for act, option in (("pin", "--pinned"), ("archive", "--state=archived"), ("hide", "--state=hidden")):
        done = shell("conversations", act, "--tag", "many")
        assert sorted(listed(shell, option, "--tag", "many")) == sorted(found)
        assert "Put back 2" in undone(shell, done)
    shell("conversations", "pin", *found)
    assert "Unpinned 2." in shell("conversations", "unpin", "--pinned").err
    assert "Deleted 2." in shell("conversations", "delete", "--tag", "many").err
    shell("conversations", "restore", *found)
    erased = shell("conversations", "delete", "--tag", "many", "--erase", "--yes")
    assert "Erased 2." in erased.err
    for words in (
        ("archive",),
        ("archive", "x", "--tag", "t"),
        ("move", "x"),
        ("pin", "x", "y", "--branch", "main"),
    ):
        assert shell("conversations", *words).code == 2
    nobody = shell("conversations", "archive", "cnv_none")
    assert (nobody.code, "There is no conversation cnv_none." in nobody.err) == (1, True)


def test_what_others_said_is_read_and_unread(house: House, shell: Shell) -> None:
    (one,) = new(house, "Talk")
    said = {"messages": [{"text": "hi", "role": "assistant", "author": {"kind": "model", "id": "demo"}}]}
    assert house.request("POST", f"{ALL}/{one}/messages", said)[0] == 201
    shell("conversations", "tag", one, "--add", "mine")
    assert listed(shell, "--unread", "--tag", "mine") == [one]
    assert "Read 1." in shell("conversations", "read", "--unread", "--tag", "mine").err
    assert listed(shell, "--unread", "--tag", "mine") == []
    assert "Marked 1." in shell("conversations", "unread", one).err
    assert listed(shell, "--unread", "--tag", "mine") == [one]


def test_a_branch_and_a_message_are_pinned_hidden_and_erased(house: House, shell: Shell) -> None:
    (one,) = new(house, "Parts")
    body = {"messages": [{"text": text} for text in ("a", "b", "c")]}
    ids = [
        item["id"] for item in json.loads(house.request("POST", f"{ALL}/{one}/messages", body)[1])["messages"]
    ]
    shell("conversations", "branch", one, "Side", "--at", ids[0])
    shell("conversations", "pin", one, "--branch", "Side")
    assert "\tpinned\t" in shell("conversations", "branches", one).out
    shell("conversations", "pin", one, "--message", ids[1])
    assert shell("conversations", "hide", one, "--branch", "Side").code == 0
    assert shell("conversations", "restore", one, "--branch", "Side").code == 0
    assert shell("conversations", "delete", one, "--message", ids[1], "--below").code == 0
    assert shell("conversations", "restore", one, "--message", ids[1], "--below").code == 0
    assert "Erased 1." in shell("conversations", "delete", one, "--message", ids[2], "--erase", "--yes").err
    assert "[deleted]" in shell("conversations", "show", one).out
    assert shell("conversations", "hide", one, "--below").code == 2


def test_branches_are_compared_merged_rolled_back_and_copied(house: House, shell: Shell) -> None:
    (one,) = new(house, "Branches")
    body = {"messages": [{"text": text} for text in ("one two", "three")]}
    ids = [
        item["id"] for item in json.loads(house.request("POST", f"{ALL}/{one}/messages", body)[1])["messages"]
    ]
    shell("conversations", "edit", one, ids[1], "four", "--name", "Other", "--no-answer")
    compared = shell("conversations", "diff", one, "main", "Other")
    assert "[-three-]{+four+}" in compared.out
    assert "both begin with: 1." in compared.err
    merged = shell(
        "conversations", "merge", one, ids[1], "--name", "Chosen", "--base", "Other", "--open"
    ).out.strip()
    assert (
        json.loads(shell("--json", "conversations", "show", one).out)["conversation"]["branch_id"] == merged
    )
    assert f"ends in {ids[0]}" in shell("conversations", "rollback", one, ids[0], "--branch", "main").err
    assert f"ends in {ids[1]}" in shell("conversations", "rollback", one, "--branch", "main", "--undo").err
    copied = shell("conversations", "copy", one, "--what", "all", "--title", "Copy").out.strip()
    assert "Copy" in shell("conversations", "show", copied).err
    assert shell("conversations", "set", one, "--opens", "main", "-s", "Be kind.").err == "Changed.\n"
    assert shell("conversations", "rollback", one).code == 2


def test_a_template_makes_conversations(shell: Shell) -> None:
    made = shell(
        "templates", "add", "Interview", "-m", "demo", "-s", "Ask.", "--say", "Who?", "--say", "I."
    ).out.strip()
    assert "Interview\tdemo\t2\t" in shell("templates").out
    used = shell("templates", "use", "interview", "With Ann").out.strip()
    assert "Who?" in shell("conversations", "show", used).out
    again = shell("conversations", "new", "With Bob", "--template", made).out.strip()
    assert "demo" in shell("conversations", "set", again).out
    shell("templates", "set", made, "--name", "Talk", "-s", "Listen.")
    shown = shell("templates", "show", "Talk").out
    assert "instructions: Listen." in shown
    assert "assistant: I." in shown
    assert shell("templates", "remove", "Talk").code == 0
    assert shell("templates").err == "There are no templates.\n"
    assert shell("templates", "show", "Talk").code == 2


def test_a_long_list_comes_in_as_many_pages_as_are_asked_for(house: House, shell: Shell) -> None:
    ids = new(house, *(f"Long {number}" for number in range(205)))
    shell("conversations", "tag", *ids, "--add", "long")
    rows = shell("conversations", "list", "--tag", "long", "--limit", "1000").out.splitlines()
    assert len(rows) == 205
    page = shell("conversations", "list", "--tag", "long", "--limit", "203", "--order", "title")
    assert len(page.out.splitlines()) == 203
    cursor = page.err.split("--cursor ")[1].strip()
    rest = shell("conversations", "list", "--tag", "long", "--order", "title", "--cursor", cursor)
    assert len(rest.out.splitlines()) == 2
    assert shell("conversations", "list", "--tag", "nobody").err == "No conversation fits.\n"
    shell("conversations", "delete", "--tag", "long")
