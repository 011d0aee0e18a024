"""A backup made by somebody else: restoring it runs nothing of it and writes nowhere else."""

import contextlib
import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from salon.testing.house import House, HouseSetup

SALON = (sys.executable, "-c", "from salon.app.main import main; main()")
WRITING = re.compile(r'"(?P<path>[^"]*)", [^)]*(?:O_WRONLY|O_RDWR|O_CREAT)')
CHANGING = re.compile(
    r'(?:rename|renameat2?|unlink|unlinkat|mkdir|mkdirat|link|symlink)\(.*?"(?P<path>[^"]*)"'
)
HARMLESS = ("/dev/null", "/dev/tty", "/proc/self/coredump_filter")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, Path]:
    """A house that has ended, and a backup of it."""
    folder = tmp_path_factory.mktemp("made")
    house = House(folder / "data", HouseSetup())
    with house:
        house.create_key("kept")
        assert house.salon("db", "backup", str(folder / "good.db")).returncode == 0
    return house, folder / "good.db"


def changed(archive: Path, to: Path, change: Callable[[sqlite3.Connection], object], **manifest: str) -> Path:
    """Copy a backup, change what is in it, and write the manifest anew as its maker could."""
    shutil.copyfile(archive, to)
    with contextlib.closing(sqlite3.connect(to, isolation_level=None)) as connection:
        change(connection)
    told = json.loads(archive.with_name(f"{archive.name}.manifest.json").read_bytes())
    told |= {"sha256": hashlib.sha256(to.read_bytes()).hexdigest(), **manifest}
    to.with_name(f"{to.name}.manifest.json").write_text(json.dumps(told))
    return to


def with_triggers(connection: sqlite3.Connection) -> None:
    plain = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    names = [row[0] for row in connection.execute(plain)]
    for number, name in enumerate(names):
        for act in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(
                f'CREATE TRIGGER "\x1b]0;t{number}{act}" AFTER {act} ON "{name}" BEGIN '
                "UPDATE people SET role = 'owner'; DELETE FROM audit_records; END"
            )


def with_a_view(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE api_keys RENAME TO api_keys_below")
    connection.execute("CREATE VIEW api_keys AS SELECT load_extension('/tmp/x.so'), * FROM api_keys_below")


def with_a_far_revision(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE alembic_version SET version_num = '../../../../tmp/evil'")


def restore(
    house: House, archive: Path, *, prefix: tuple[str, ...] = (), is_traced: bool = False
) -> subprocess.CompletedProcess[str]:
    """Restore ``archive``; where each write is looked at, coverage must not add its own."""
    environment = {
        name: value for name, value in house.environment.items() if not (is_traced and "COV" in name)
    }
    return subprocess.run(
        [*prefix, *SALON, "db", "restore", str(archive), "--yes"],
        env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("change", [with_triggers, with_a_view, with_a_far_revision])
def test_backup_with_a_program_in_it_is_refused_and_the_database_stays(
    made: tuple[House, Path], tmp_path: Path, change: Callable[[sqlite3.Connection], object]
) -> None:
    house, good = made
    before = {path: path.stat().st_ino for path in house.data_dir.glob("salon.db*")}
    done = restore(house, changed(good, tmp_path / "hostile.db", change))
    assert done.returncode != 0
    assert done.stderr.startswith("salon: ") or "The backup" in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert {path: path.stat().st_ino for path in house.data_dir.glob("salon.db*")} == before


@pytest.mark.parametrize(
    "told",
    [
        {"version": "\x1b]52;c;ZXZpbA==\x07$(touch evil)"},
        {"schema_head": "~\x1b[31m$(touch evil)"},
        {"dialect": "x"},
    ],
)
def test_what_a_manifest_tells_is_only_text(made: tuple[House, Path], tmp_path: Path, told: dict) -> None:
    house, good = made
    archive = changed(good, tmp_path / "told.db", lambda _: None, **({"schema_head": "~"} | told))
    done = restore(house, archive)
    assert done.returncode != 0
    assert "\x1b" not in done.stdout + done.stderr
    assert not list(Path.cwd().glob("evil"))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("change", [with_triggers, lambda _: None], ids=["hostile", "good"])
def test_restore_executes_nothing_and_writes_in_the_data_directory_alone(
    made: tuple[House, Path], tmp_path: Path, change: Callable[[sqlite3.Connection], object]
) -> None:
    house, good = made
    archive = changed(good, tmp_path / "traced.db", change)
    trace = tmp_path / "calls.txt"
    calls = "execve,execveat,connect,open,openat,creat,rename,renameat,renameat2,unlink,mkdir,link,symlink"
    prefix = ("strace", "-f", "-qq", "-s", "4096", "-e", f"trace={calls}", "-o", str(trace))
    done = restore(house, archive, prefix=prefix, is_traced=True)
    assert (done.returncode == 0) == (change is not with_triggers), done.stderr
    lines = [
        line for line in trace.read_text().splitlines() if not line.endswith("(No such file or directory)")
    ]
    assert sum("execve" in line for line in lines) == 1
    assert [line for line in lines if "sa_family=AF_INET" in line] == []
    found = [
        match["path"] for line in lines for match in (WRITING.search(line) or CHANGING.search(line),) if match
    ]
    inside = [path for path in found if path.startswith(str(house.data_dir))]
    assert inside
    assert [path for path in found if path not in inside and path not in HARMLESS] == []
