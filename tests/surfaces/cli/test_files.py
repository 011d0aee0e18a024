"""``salon files`` as scripts and people use it, against a real Salon."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from salon.testing.columns import Column
from salon.testing.documents import pdf
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    setup = HouseSetup(column=module_column, settings={"files": {"max_file_bytes": 4_000_000}})
    with House(tmp_path_factory.mktemp("house") / "data", setup) as running:
        yield running


def _ok(house: House, *arguments: str) -> str:
    done = house.salon(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_file_is_added_listed_shown_got_and_removed(house: House, tmp_path: Path) -> None:
    source, target = tmp_path / 'a "b" Grüße.bin', tmp_path / "back"
    source.write_bytes(content := os.urandom(2_000_000))
    file_id = _ok(house, "files", "add", str(source), "--expires", "2").strip()
    (listed,) = json.loads(_ok(house, "files", "list", "--json"))["items"]
    assert (listed["id"], listed["bytes"]) == (file_id, len(content))
    assert listed["filename"] == source.name
    assert listed["expires_at"] - listed["created_at"] == 2 * 86_400
    assert source.name in _ok(house, "files", "show", file_id)
    _ok(house, "files", "get", file_id, "-o", str(target))
    assert target.read_bytes() == content
    _ok(house, "files", "remove", file_id)
    assert json.loads(_ok(house, "files", "--json")) == {"items": [], "next": None}


def test_several_files_are_added_and_listed_in_pages(house: House, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.txt", "two.txt", "three.txt")]
    for path in paths:
        path.write_text("x")
    ids = _ok(house, "files", "add", *map(str, paths), "--purpose", "vision").split()
    page = house.salon("files", "list", "--purpose", "vision", "--limit", "2")
    assert [line.split("\t")[-1] for line in page.stdout.splitlines()] == ids[:0:-1]
    assert f"--cursor {ids[1]}" in page.stderr
    told = json.loads(_ok(house, "files", "list", "--json", "--limit", "2"))
    rest = json.loads(_ok(house, "files", "list", "--json", "--cursor", told["next"]))
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (ids[:1], None)
    _ok(house, "files", "remove", *ids)


def test_file_that_is_not_there_overwrites_nothing(house: House, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_text("mine")
    done = house.salon("files", "get", "file-~01" + "z" * 24, "-o", str(target))
    assert done.returncode != 0
    assert "There is no file" in done.stderr
    assert target.read_text() == "mine"


def test_folder_that_is_not_there_is_a_sentence(house: House, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    file_id = _ok(house, "files", "add", str(tmp_path / "note.txt")).strip()
    done = house.salon("files", "get", file_id, "-o", str(tmp_path / "missing" / "note.txt"))
    assert (done.returncode, "There is no folder" in done.stderr) == (2, True)
    _ok(house, "files", "remove", file_id)


def test_purpose_that_does_not_exist_is_refused_with_those_that_do(house: House) -> None:
    done = house.salon("files", "list", "--purpose", "batches")
    assert done.returncode == 2
    assert "'batch', " in done.stderr


def test_file_over_the_limit_is_refused_with_a_sentence(house: House, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(9_000_000))
    done = house.salon("files", "add", str(source))
    assert done.returncode != 0
    assert "The file is over the limit of 4000000 bytes" in done.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_fits_the_terminal_and_shows_ids_whole(house: House, tmp_path: Path, columns: int) -> None:
    names = ["report.pdf", "a report of many words " * 5 + ".pdf", "unbroken" * 12 + "-2026.jsonl", "表" * 50]
    for name in names:
        (tmp_path / name).write_text("x")
    ids = _ok(house, "files", "add", *(str(tmp_path / name) for name in names)).split()
    shown = house.on_terminal(columns, "files", "list")
    assert len(shown) == 2 + len(names)  # nothing is folded
    assert [line.split()[-1] for line in shown[2:]] == ids[::-1]
    assert max(map(cell_len, shown)) <= columns
    assert ("purpose" in shown[0] or " for " in shown[0]) == (columns == 120)
    assert shown[3].split("   ")[columns == 120].endswith("-2026.jsonl")
    _ok(house, "files", "remove", *ids)


def test_a_large_file_is_uploaded_and_its_text_read(house: House, tmp_path: Path) -> None:
    source, target = tmp_path / "plan.pdf", tmp_path / "plan.txt"
    source.write_bytes(pdf("First page", "Second page"))
    file_id = _ok(house, "files", "upload", str(source), "--expires", "1").strip()
    assert file_id.startswith("fil_")
    assert _ok(house, "files", "text", file_id) == "First page\n\nSecond page"
    items = json.loads(_ok(house, "files", "text", file_id, "--json"))
    assert [item["page"] for item in items] == [1, 2]
    _ok(house, "files", "text", file_id, "-o", str(target))
    assert target.read_text() == "First page\n\nSecond page"
    _ok(house, "files", "remove", file_id)


def test_an_upload_is_gone_on_with(house: House, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(content := os.urandom(3_000_000))
    headers = {"tus-resumable": "1.0.0", "upload-length": str(len(content))}
    key = {"authorization": f"Bearer {house.create_key('half')}"}
    begun = house.exchange("POST", "/salon/v1/uploads", headers={**headers, **key})
    upload = begun.headers["location"].rsplit("/", 1)[-1]
    part = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    house.exchange(
        "PATCH", begun.headers["location"], content=content[:1_000_000], headers={**headers, **part, **key}
    )
    told = json.loads(_ok(house, "files", "upload", str(source), "--resume", upload, "--json"))
    assert told["upload"] == upload
    target = tmp_path / "back"
    _ok(house, "files", "get", told["id"], "-o", str(target))
    assert target.read_bytes() == content
