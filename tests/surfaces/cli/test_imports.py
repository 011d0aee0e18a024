"""``salon import`` and ``salon imports`` as scripts and people use them, against a real Salon."""

import json
from pathlib import Path

from salon.testing import exports, other_exports
from salon.testing.house import House

BROKEN = {"title": "Corrupted", "conversation_id": "x"}


def test_export_is_tried_imported_and_reported(house: House, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(exports.chatgpt_zip(exports.chatgpt_rich("a"), BROKEN, exports.chatgpt_rich("b")))
    dry = house.salon("import", str(path), "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "Would add 14 of 14 messages in 2 new" in dry.stderr
    done = json.loads(house.salon("import", str(path), "--from", "chatgpt", "--json").stdout)
    assert [one["outcome"] for one in done["report"]] == ["added", "skipped", "added"]
    assert done["report"][1]["problem"]["message"].startswith("conversations.json: byte ")
    again = house.salon("import", str(path))
    assert "2 were here already, 1 were skipped." in again.stderr
    assert "chat.html" in again.stderr
    assert "It holds no messages." in again.stdout


def test_folder_is_imported_as_it_lies(house: House, tmp_path: Path) -> None:
    (tmp_path / "Mira").mkdir()
    (tmp_path / "Mira" / "one.jsonl").write_bytes(other_exports.sillytavern())
    (tmp_path / "link.json").symlink_to("/etc/passwd")
    done = json.loads(house.salon("import", str(tmp_path), "--json").stdout)
    assert (done["formats"], done["totals"]["added"]) == (["sillytavern"], 1)


def test_imports_are_listed_shown_and_stopped(house: House, tmp_path: Path) -> None:
    path = tmp_path / "claude.json"
    path.write_text(json.dumps([other_exports.claude("listed")]))
    done = json.loads(house.salon("import", str(path), "--json").stdout)
    listed = json.loads(house.salon("imports", "--json", "--limit", "1").stdout)
    assert [one["id"] for one in listed["items"]] == [done["id"]]
    shown = json.loads(house.salon("imports", "show", done["id"], "--json").stdout)
    assert shown == done
    assert "claude.json" in house.salon("imports", "list").stdout
    assert house.salon("imports", "cancel", done["id"]).returncode == 0
    assert "A talk with Claude" in house.salon("imports", "show", done["id"]).stdout


def test_what_is_no_export_fails_with_a_sentence(house: House, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann")
    done = house.salon("import", str(path))
    assert done.returncode == 1
    assert "It is no export of a program that is known here." in done.stderr
    assert house.salon("imports", "show", "imp_nothing").returncode == 1
