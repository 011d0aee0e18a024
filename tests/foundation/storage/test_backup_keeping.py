"""How long backups stay, and the content of stored files beside them."""

from pathlib import Path

import apsw
import msgspec

from salon.foundation.storage import backup as backups
from salon.foundation.storage.backup.archive import files_beside

HOUR_MS = 3_600_000


def made(folder: Path, count: int) -> list[backups.BackupInfo]:
    """Make backups an hour apart, the newest first; return them so."""
    database = folder / "salon.db"
    apsw.Connection(str(database)).execute("CREATE TABLE alembic_version (version_num TEXT)")
    for number in range(count):
        info = backups.backup_file(database)
        older = msgspec.structs.replace(info.manifest, created_at_ms=(100 - number) * HOUR_MS)
        info.path.with_name(info.path.name + ".manifest.json").write_bytes(msgspec.json.encode(older))
    return backups.list_backups(folder / "backups")


def test_the_newest_are_kept(tmp_path: Path) -> None:
    found = made(tmp_path, 4)
    gone = backups.prune(tmp_path / "backups", most=3, keep_days=0, now_ms=200 * HOUR_MS)
    assert gone == [found[3].path.name]
    assert backups.list_backups(tmp_path / "backups") == found[:3]
    assert backups.prune(tmp_path / "backups", most=0, keep_days=0, now_ms=10_000 * HOUR_MS) == []


def test_a_backup_goes_when_its_time_is_over_with_the_files_beside_it(tmp_path: Path) -> None:
    found = made(tmp_path, 2)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a").write_bytes(b"content")
    assert [backups.keep_files(one, tmp_path / "files") for one in found] == [1, 1]
    assert backups.ends_at_ms(found[0], keep_days=0) is None
    now_ms = backups.ends_at_ms(found[1], keep_days=0.5)
    assert now_ms is not None
    assert backups.prune(tmp_path / "backups", most=0, keep_days=0.5, now_ms=now_ms - 1) == []
    assert backups.prune(tmp_path / "backups", most=0, keep_days=0.5, now_ms=now_ms) == [found[1].path.name]
    names = {path.name for path in (tmp_path / "backups").iterdir()}
    first = found[0].path.name
    assert names == {first, f"{first}.manifest.json", f"{first}.files"}


def test_content_beside_a_backup_outlives_what_the_house_deletes(tmp_path: Path) -> None:
    (info,) = made(tmp_path, 1)
    stored = tmp_path / "files"
    for name in ("aa/kept", "bb/unwanted", "cc/there"):
        (stored / name).parent.mkdir(parents=True)
        (stored / name).write_bytes(name.encode())
    assert backups.keep_files(info, stored) == 3
    beside = files_beside(info.path) / "aa" / "kept"
    assert beside.stat().st_ino == (stored / "aa" / "kept").stat().st_ino  # no room of its own
    (stored / "aa" / "kept").unlink()
    (stored / "bb" / "unwanted").unlink()
    assert backups.bring_files_back(info, stored, wanted={"kept", "there"}) == 1
    assert (stored / "aa" / "kept").read_bytes() == b"aa/kept"
    assert not (stored / "bb" / "unwanted").exists()


def test_a_backup_without_files_brings_none_back(tmp_path: Path) -> None:
    (info,) = made(tmp_path, 1)
    assert backups.bring_files_back(info, tmp_path / "files", wanted={"kept"}) == 0
    assert backups.keep_files(info, tmp_path / "nothing") == 0
