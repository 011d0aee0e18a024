"""The tree over HTTP: made, said, edited, moved, each with its version, and every error with its field."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup
from salon.testing.load import until

ALL = "/salon/v1/conversations"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A running house whose only model is the demo."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def ask(house: House, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    got, answer = house.request(method, ALL + path, body, headers=headers or None)
    assert got == status, answer
    return json.loads(answer)


def ask_keys(house: House) -> dict[str, str]:
    listed = json.loads(house.get("/salon/v1/keys")[1])
    return {key["name"]: key["id"] for key in listed["items"]}


def talk(house: House, *texts: str) -> tuple[str, list[str]]:
    made = ask(house, "POST", "", {"title": "A talk"}, 201)
    if not texts:
        return made["id"], []
    said = {"messages": [{"text": text} for text in texts]}
    done = ask(house, "POST", f"/{made['id']}/messages", said, 201)
    return made["id"], [message["id"] for message in done["messages"]]


def words(page: Any) -> list[str]:
    return [item["content"]["parts"][0]["text"] for item in page["items"]]


def test_what_is_said_is_read_in_pages(house: House) -> None:
    one, ids = talk(house, "one", "two", "three")
    page = ask(house, "GET", f"/{one}/messages?limit=2")
    assert (words(page), page["next"]) == (["two", "three"], ids[1])
    assert words(ask(house, "GET", f"/{one}/messages?before={page['next']}")) == ["one"]
    assert words(ask(house, "GET", f"/{one}/messages?last_id={ids[1]}")) == ["one", "two"]
    assert words(ask(house, "GET", f"/{one}/messages?after={ids[0]}")) == ["two", "three"]
    assert ask(house, "GET", f"/{one}/messages?after={ids[0]}&before={ids[1]}", status=400)["error"]
    assert words(ask(house, "GET", f"/{one}/tree?cursor={ids[0]}")) == ["two", "three"]
    assert words(ask(house, "GET", f"/{one}/messages/{ids[0]}/children")) == ["two"]
    assert words(ask(house, "GET", f"/{one}/roots")) == ["one"]
    outline = ask(house, "GET", f"/{one}/outline")["items"]
    assert [line["id"] for line in outline] == ids
    drawn = ask(house, "GET", f"/{one}/map")
    assert (drawn["items"][0]["id"], drawn["messages"], drawn["is_cut"]) == (ids[0], len(ids), False)
    assert ask(house, "GET", f"/{one}")["messages"] == 3
    assert one in [item["id"] for item in ask(house, "GET", "?limit=200")["items"]]


def test_authors_are_shown_by_name(house: House) -> None:
    one, _ = talk(house, "mine")
    key = house.create_key("notes", "--right", "conversations.use")
    said = {
        "messages": [
            {"text": "by a key", "author": {"kind": "person", "id": ask_keys(house)["notes"]}},
            {"text": "by somebody", "author": {"kind": "person", "id": "per_elsewhere"}},
            {"text": "by a persona", "author": {"kind": "persona", "id": "prs_1", "name": "Ann"}},
            {"text": "by a model", "author": {"kind": "model", "id": "demo/demo"}},
        ]
    }
    ask(house, "POST", f"/{one}/messages", said, 201, authorization=f"Bearer {key}")
    items = ask(house, "GET", f"/{one}/messages")["items"]
    assert [item["author"]["display_name"] for item in items] == ["Owner", "notes", None, "Ann", "demo/demo"]
    there = {row["id"]: row["name"] for row in ask(house, "GET", f"/{one}/participants")["items"]}
    assert there[items[0]["author"]["id"]] == "Owner"


def test_an_edit_and_a_branch_lose_nothing(house: House) -> None:
    one, ids = talk(house, "one", "two")
    body = {"message": {"parts": [{"kind": "text", "text": "zwei"}]}, "client_id": f"edit-{one}"}
    edited = ask(house, "POST", f"/{one}/messages/{ids[1]}/edit", body, 201)
    assert ask(house, "POST", f"/{one}/messages/{ids[1]}/edit", body, 201) == edited
    branch = edited["branch"]["id"]
    assert words(ask(house, "GET", f"/{one}/messages?branch_id={branch}")) == ["one", "zwei"]
    shown = ask(house, "GET", f"/{one}/messages/{edited['messages'][0]['id']}")
    assert shown["sources"] == [{"kind": "edit-of", "id": ids[1], "conversation_id": one}]
    assert ask(house, "POST", f"/{one}/branches/{branch}/undo", {})["head_id"] == ids[1]
    side = ask(house, "POST", f"/{one}/branches", {"name": "Side", "head_id": ids[0]}, 201)
    moved = ask(house, "POST", f"/{one}/branches/{side['id']}/move", {"head_id": ids[1]})
    assert moved["head_id"] == ids[1]
    moves = ask(house, "GET", f"/{one}/branches/{side['id']}/moves")["items"]
    assert [(move["kind"], move["from_id"]) for move in moves] == [("rollback", ids[0])]
    assert len(ask(house, "GET", f"/{one}/branches")["items"]) == 2


def test_a_row_is_changed_by_whoever_has_its_last_version(house: House) -> None:
    one, ids = talk(house, "one")
    version = ask(house, "GET", f"/{one}")["version"]
    tag = {"if-match": f'"{version}"'}
    assert ask(house, "PATCH", f"/{one}", {"title": "New"}, **tag)["version"] == version + 1
    refused = ask(house, "PATCH", f"/{one}", {"title": "Newer"}, 412, **tag)["error"]
    assert (refused["code"], refused["fields"]["version"]) == ("changed_meanwhile", version + 1)
    unread = ask(house, "PATCH", f"/{one}", {}, 400, **{"if-match": "x"})["error"]
    assert unread["fields"]["field"] == "header.if-match"
    settings = {"settings": {"model": "demo", "temperature": 1}}
    assert ask(house, "PATCH", f"/{one}", settings)["settings"] == settings["settings"]
    less = ask(house, "PATCH", f"/{one}", {"settings": {"temperature": None}})
    assert less["settings"] == {"model": "demo"}
    branch = less["branches"][0]
    assert ask(house, "GET", f"/{one}/branches/{branch['id']}") == branch
    renamed = ask(house, "PATCH", f"/{one}/branches/{branch['id']}", {"name": "Trunk", "is_pinned": True})
    assert (renamed["name"], renamed["pinned_at_ms"] is None) == ("Trunk", False)
    marked = ask(house, "PATCH", f"/{one}/messages/{ids[0]}", {"is_excluded": True})
    assert marked["excluded_at_ms"] is not None


def test_a_key_of_idempotency_makes_one_conversation(house: House) -> None:
    key = {"idempotency-key": "only-once"}
    first = ask(house, "POST", "", {"title": "Once"}, 201, **key)
    assert ask(house, "POST", "", {"title": "Once"}, 201, **key)["id"] == first["id"]
    other = ask(house, "POST", "", {"title": "Other"}, 409, **key)["error"]
    assert other["code"] == "act_differs"


def test_participants_are_shown(house: House) -> None:
    one, _ = talk(house, "one")
    body = {"kind": "model", "id": "demo/demo"}
    assert ask(house, "POST", f"/{one}/participants", body)["items"][-1]["name"] == "demo/demo"
    assert len(ask(house, "GET", f"/{one}/participants")["items"]) == 2
    assert len(ask(house, "DELETE", f"/{one}/participants/model/demo/demo")["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"messages": [{"text": "a", "parts": []}]}, 400, "messages.0"),
        ({"messages": [{"parts": [{"kind": "nothing"}]}]}, 400, "messages.0.parts"),
        ({"messages": []}, 422, "messages"),
        ({"messages": [{"text": "x" * 5_000_000}]}, 422, "messages.0.text"),
        ({"messages": [{"parts": [{"kind": "text", "text": "x" * 5_000_000}]}]}, 413, "parts"),
        ({"messages": [{"text": "x"}], "after": "msg_none"}, 404, None),
    ],
)
def test_what_is_wrong_is_named(house: House, body: Any, status: int, field: str | None) -> None:
    one, _ = talk(house, "one")
    refused = ask(house, "POST", f"/{one}/messages", body, status)["error"]
    assert refused["fields"].get("field") == field
    assert refused["message"]


def test_everything_is_deleted_in_four_verbs_and_comes_back(house: House) -> None:
    one, ids = talk(house, "one", "two")
    for path in ("", f"/messages/{ids[1]}"):
        for verb in ("hide", "archive", "delete"):
            assert ask(house, "DELETE", f"/{one}{path}?verb={verb}")["verb"] == verb
            ask(house, "POST", f"/{one}{path}/restore")
    assert words(ask(house, "GET", f"/{one}/messages")) == ["one", "two"]
    side = ask(house, "POST", f"/{one}/branches", {"name": "Side", "head_id": ids[0]}, 201)["id"]
    assert ask(house, "DELETE", f"/{one}/branches/{side}")["messages"] == 0
    assert ask(house, "POST", f"/{one}/branches/{side}/restore")["deleted_at_ms"] is None
    gone = ask(house, "DELETE", f"/{one}/messages/{ids[0]}?verb=erase&below=true")
    assert (gone["messages"], gone["copies"]) == (2, [])
    refused = ask(house, "POST", f"/{one}/messages/{ids[0]}/restore", status=409)["error"]
    assert refused["code"] == "body_gone"
    assert ask(house, "DELETE", f"/{one}?verb=burn", status=422)["error"]["fields"]["field"] == "query.verb"
    ask(house, "DELETE", f"/{one}")
    assert ask(house, "GET", f"/{one}/messages", status=404)["error"]["code"] == "not_found"


def test_branches_are_compared_merged_copied_and_repaired(house: House) -> None:
    one, ids = talk(house, "one", "two", "three")
    edit = {"message": {"text": "zwei"}, "name": "Side"}
    side = ask(house, "POST", f"/{one}/messages/{ids[1]}/edit", edit, 201)
    right = side["branch"]["id"]
    diff = ask(house, "GET", f"/{one}/diff?left={ids[2]}&right={right}")
    assert (diff["shared"], [turn["status"] for turn in diff["turns"]]) == (1, ["changed", "left-only"])
    assert diff["turns"][0]["pairs"][0]["changes"][0] == {"kind": "removed", "text": "two"}
    chosen = {"name": "Both", "messages": [side["messages"][0]["id"], ids[2]], "base": ids[0]}
    merged = ask(house, "POST", f"/{one}/merge", chosen, 201)["branch"]["id"]
    assert words(ask(house, "GET", f"/{one}/messages?branch_id={merged}")) == ["one", "zwei", "three"]
    copied = ask(house, "POST", f"/{one}/copy", {"what": "all", "title": "Copied"}, 201)
    assert (copied["title"], copied["messages"], len(copied["branches"])) == ("Copied", 5, 3)
    assert ask(house, "POST", f"/{one}/repair", {"only_check": True})["problems"] == []
    assert ask(house, "POST", f"/{one}/repair")["messages"] == 5


def store(house: House, content: bytes) -> str:
    sent = house.exchange("POST", "/salon/v1/files?name=a.txt", content=content, headers={})
    return json.loads(sent.body)["file_id"]


def attach(house: House, conversation: str, file: str, text: str) -> str:
    parts = [{"kind": "text", "text": text}, {"kind": "file", "media_type": "text/plain", "file_id": file}]
    done = ask(house, "POST", f"/{conversation}/messages", {"messages": [{"parts": parts}]}, 201)
    return done["messages"][0]["id"]


def place_of(house: House, content: bytes) -> Path | None:
    return next((house.data_dir / "files").rglob(hashlib.sha256(content).hexdigest()), None)


def test_what_was_erased_stays_so_after_a_restore(tmp_path: Path, column: Column) -> None:
    setup = HouseSetup(column=column, settings={"storage": {"keep_backups_days": 1.5}})
    with House(tmp_path / "data", setup) as house:
        one, _ = talk(house)
        gone, kept = store(house, b"gone"), store(house, b"kept")
        erased = attach(house, one, gone, "erase me")
        attach(house, one, kept, "keep me")
        response = json.loads(house.request("POST", "/v1/responses", {"model": "demo", "input": "x"})[1])[
            "id"
        ]
        answered = ask(house, "GET", "?limit=1")["items"][0]["id"]
        made = json.loads(house.salon("--json", "db", "backup", "--with-files").stdout)
        assert made["files"] == 2
        (held,) = ask(house, "DELETE", f"/{one}/messages/{erased}?verb=erase")["backups"]
        assert held["name"] == Path(made["path"]).name
        assert held["expires_at_ms"] - held["made_at_ms"] == 36 * 3_600_000
        ask(house, "DELETE", f"/{answered}?verb=erase")
        assert house.stop() == 0
        shutil.rmtree(house.data_dir / "files")
        restored = house.salon("db", "restore", made["path"], "--yes")
        assert restored.returncode == 0, restored.stderr
        house.start()
        contents = [item["content"] for item in ask(house, "GET", f"/{one}/messages")["items"]]
        assert [content and content["parts"][0]["text"] for content in contents] == [None, "keep me"]
        assert house.get(f"/salon/v1/files/{kept}/content") == (200, b"kept")
        assert (house.get(f"/salon/v1/files/{gone}")[0], place_of(house, b"gone")) == (404, None)
        assert house.get(f"/v1/responses/{response}")[0] == 404


def test_an_attached_file_is_erased_with_its_message(house: House) -> None:
    one, _ = talk(house)
    file = store(house, b"attached, and then erased")
    message = attach(house, one, file, "Look")
    assert place_of(house, b"attached, and then erased") is not None
    ask(house, "DELETE", f"/{one}/messages/{message}?verb=erase")
    assert house.get(f"/salon/v1/files/{file}")[0] == 404
    until(lambda: place_of(house, b"attached, and then erased") is None)
