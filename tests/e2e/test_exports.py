"""Conversations leave the house: over HTTP, as a run, and from the command line."""

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from salon.testing.scene import Scene

EXPORTS = "/salon/v1/exports"


def ask(scene: Scene, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    return scene.house.request(method, path, body)


def talk(scene: Scene, *texts: str) -> str:
    """A conversation in which so much is said."""
    made = orjson.loads(ask(scene, "POST", "/salon/v1/conversations", {"title": "To export"})[1])["id"]
    parts = [{"role": "user", "parts": [{"kind": "text", "text": text}]} for text in texts]
    status, body = ask(scene, "POST", f"/salon/v1/conversations/{made}/messages", {"messages": parts})
    assert status == 201, body
    return str(made)


def exported(scene: Scene, wish: object) -> Any:
    """Export, and return what is told of it at its end."""
    status, body = ask(scene, "POST", EXPORTS, wish)
    assert status == 202, body
    run = orjson.loads(body)
    deadline = time.monotonic() + 60
    while run["status"] == "running" and time.monotonic() < deadline:
        run = orjson.loads(ask(scene, "GET", f"{EXPORTS}/{run['id']}")[1])
    return run


@pytest.mark.parametrize("kind", ["json", "jsonl", "messages-jsonl", "markdown", "html"])
def test_an_export_is_one_answer_to_keep(scene: Scene, kind: str) -> None:
    made = talk(scene, "First", "Second <script>alert(1)</script>")
    wish = orjson.dumps({"conversation_ids": [made], "format": kind})
    headers = {"content-type": "application/json"}
    answer = scene.house.exchange("POST", f"{EXPORTS}/download", content=wish, headers=headers)
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''To%20export.")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body.count(b"First") == 1
    assert kind != "html" or b"<script" not in answer.body


def test_an_export_goes_on_by_itself_and_ends_in_a_file(scene: Scene) -> None:
    made = talk(scene, "First")
    run = exported(scene, {"conversation_ids": [made], "format": "markdown", "files": True})
    assert (run["status"], run["done_messages"]) == ("done", 1)
    status, data = ask(scene, "GET", f"{EXPORTS}/{run['id']}/file")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.namelist() == ["To export.md"]
    listed = orjson.loads(ask(scene, "GET", f"{EXPORTS}?limit=1")[1])
    assert [one["id"] for one in listed["items"]] == [run["id"]]
    assert ask(scene, "POST", f"{EXPORTS}/{run['id']}/cancel")[0] == 200


def test_what_is_erased_is_in_no_export_share_or_report_any_more(scene: Scene) -> None:
    archive = ask(scene, "POST", f"{EXPORTS}/download", {"conversation_ids": [talk(scene, "First")]})[1]
    sent = scene.house.exchange("POST", "/salon/v1/imports/upload", content=archive, headers={})
    report = f"/salon/v1/imports/{orjson.loads(sent.body)['id']}/report"
    made, deadline = None, time.monotonic() + 60
    while made is None and time.monotonic() < deadline:
        found = orjson.loads(ask(scene, "GET", report)[1])["items"]
        made = found[0]["conversation_id"] if found else None
    run = exported(scene, {"conversation_ids": [made]})
    ask(scene, "POST", "/salon/v1/shares", {"conversation_id": made})
    addresses = (f"{EXPORTS}?limit=1", f"/salon/v1/shares?conversation_id={made}", report)
    assert all(b"To export" in ask(scene, "GET", address)[1] for address in addresses)
    assert ask(scene, "GET", f"{EXPORTS}/{run['id']}/file")[0] == 200
    assert ask(scene, "DELETE", f"/salon/v1/conversations/{made}?verb=erase")[0] == 200
    assert not any(b"To export" in ask(scene, "GET", address)[1] for address in addresses)
    assert ask(scene, "GET", f"{EXPORTS}/{run['id']}/file")[0] == 404


def test_what_cannot_be_exported_is_said_with_its_field(scene: Scene) -> None:
    for wish, status, word in (
        ({}, 400, "conversation_ids"),
        ({"all": True, "conversation_ids": ["cnv_x"]}, 400, "conversation_ids"),
        ({"conversation_ids": ["cnv_x"]}, 404, "cnv_x"),
        ({"all": True, "format": "pdf"}, 422, "format"),
        ({"all": True, "branch_id": "brn_x"}, 400, "branch_id"),
        ({"all": True, "search": "x"}, 400, "conversation_ids"),
        ({"filter": {"folder_id": "fol_x"}}, 404, "fol_x"),
        ({"filter": {"tag": "nobody"}}, 400, "filter"),
    ):
        answered, body = ask(scene, "POST", f"{EXPORTS}/download", wish)
        assert answered == status or answered == 422, body
        assert word in body.decode()
    assert ask(scene, "GET", f"{EXPORTS}/run_x")[0] == 404


def test_what_is_found_by_folder_tag_and_words_is_exported(scene: Scene, tmp_path: Path) -> None:
    salon = scene.house.ok
    top = salon("folders", "add", "Found").strip()
    salon("folders", "add", "Below", "--in", "Found")
    one, two, three = (talk(scene, text) for text in ("zebra one", "zebra two", "heron three"))
    salon("conversations", "move", one, "--into", "Found")
    salon("conversations", "move", two, three, "--into", "Found/Below")
    salon("conversations", "tag", one, three, "--add", "exported")
    for wish, found in (
        ({"filter": {"folder_id": top}}, {one}),
        ({"filter": {"folder_id": top, "is_below": True}}, {one, two, three}),
        ({"filter": {"tag": "Exported"}, "search": "zebra"}, {one}),
        ({"search": "folder:Below"}, {two, three}),
    ):
        status, body = ask(scene, "POST", f"{EXPORTS}/download", wish)
        assert (status, {talk["id"] for talk in orjson.loads(body)["conversations"]}) == (200, found), wish
    target = tmp_path / "found.zip"
    salon("export", "--folder", "Found", "--tag", "exported", "--format", "markdown", "-o", str(target))
    with zipfile.ZipFile(target) as packed:
        assert packed.namelist() == ["To export.md"]
    lines = salon("export", "--search", "heron", "--format", "jsonl").splitlines()
    assert three in {orjson.loads(line).get("id") for line in lines}
    nothing = scene.house.salon("export", "--tag", "nobody")
    assert (nothing.returncode, "No conversation fits." in nothing.stderr) == (1, True)
    assert scene.house.salon("export", one, "--tag", "exported").returncode == 2


def test_the_command_writes_a_file_whole_or_not_at_all(scene: Scene, tmp_path: Path) -> None:
    made, target = talk(scene, "First"), tmp_path / "talk.html"
    done = scene.house.salon("export", made, "--format", "html", "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert target.read_text().startswith("<!doctype html>")
    refused = scene.house.salon("export", "cnv_x", "-o", str(tmp_path / "none.json"))
    assert refused.returncode == 1
    assert sorted(tmp_path.iterdir()) == [target]
    everything = scene.house.salon("export", "--all", "--format", "jsonl")
    lines = [orjson.loads(line) for line in everything.stdout.splitlines()]
    assert made in {line.get("id") for line in lines}
    assert lines[-1]["record"] == "end"
    assert scene.house.salon("export").returncode == 2
