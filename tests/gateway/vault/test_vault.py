"""Credentials are sealed, bound to their row, and open with the key outside the database only."""

import asyncio
import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from salon.foundation.kit.caller import SystemScope
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import ConfigError
from salon.foundation.storage import Storage, open_storage
from salon.foundation.telemetry import redactor
from salon.gateway.vault import MasterKeys, Vault, load_master_keys, store
from salon.gateway.vault.keys import ENV
from salon.testing.gateway_bench import OWNER

CANARY = "sk-canary-0123456789"


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


async def opened(storage: Storage, keys: MasterKeys) -> list[str | None]:
    return list((await storage.read(Vault(keys, SystemClock()).open_all)).values())


async def filled(tmp_path: Path, keys: MasterKeys) -> Storage:
    storage = await open_storage(tmp_path / "salon.db")
    await storage.create_all()
    vault = Vault(keys, SystemClock())
    await storage.write(lambda tx: vault.put(tx, OWNER.caller, CANARY))
    return storage


def test_a_credential_opens_with_its_key_and_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        keys = load_master_keys(tmp_path, {})
        storage = await filled(tmp_path, keys)
        assert await opened(storage, keys) == [CANARY]
        assert await opened(storage, load_master_keys(tmp_path, {})) == [CANARY]
        assert await opened(storage, load_master_keys(None, {ENV: key()})) == [None]
        await storage.close()
        for path in tmp_path.iterdir():
            assert CANARY.encode() not in path.read_bytes()

    asyncio.run(main())


def test_a_credential_that_looks_like_a_word_is_kept_out_of_text_once_it_was_sealed_or_opened(
    tmp_path: Path,
) -> None:
    plain = f"plainword{os.urandom(4).hex()}"

    async def main() -> None:
        storage = await open_storage(tmp_path / "salon.db")
        await storage.create_all()
        vault = Vault(load_master_keys(tmp_path, {}), SystemClock())
        await storage.write(lambda tx: vault.put(tx, OWNER.caller, plain))
        await storage.close()

    assert plain in redactor.redact(f"sent {plain}")
    asyncio.run(main())
    assert plain not in redactor.redact(f"sent {plain}")


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    load_master_keys(tmp_path, {})
    path = tmp_path / "master.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others"):
        load_master_keys(tmp_path, {})


def test_rotation_seals_everything_anew_and_forgets_the_old_key(tmp_path: Path) -> None:
    async def main() -> None:
        keys = load_master_keys(tmp_path, {})
        old = (tmp_path / "master.key").read_text()
        storage = await filled(tmp_path, keys)
        assert await Vault(keys, SystemClock()).rotate(storage) == 1
        assert await opened(storage, load_master_keys(tmp_path, {})) == [CANARY]
        assert old.strip() not in (tmp_path / "master.key").read_text()
        assert await opened(storage, load_master_keys(None, {ENV: old})) == [None]
        await storage.close()

    asyncio.run(main())


def test_keys_of_the_environment_rotate_by_putting_the_new_one_first(tmp_path: Path) -> None:
    async def main() -> None:
        old, new = key(), key()
        storage = await filled(tmp_path, load_master_keys(tmp_path, {ENV: old}))
        both = load_master_keys(tmp_path, {ENV: f"{new},{old}"})
        assert await Vault(both, SystemClock()).rotate(storage) == 1
        assert await opened(storage, load_master_keys(tmp_path, {ENV: new})) == [CANARY]
        assert not (tmp_path / "master.key").exists()
        await storage.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    "text",
    ["short", "!!!", base64.b64encode(b"x" * 31).decode(), base64.b64encode(b"y" * 32).decode() + ",x"],
)
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_master_keys(None, {ENV: text})
    assert text not in caught.value.message


def test_a_sealed_credential_moved_to_another_row_does_not_open(tmp_path: Path) -> None:
    async def main() -> None:
        keys = load_master_keys(tmp_path, {})
        storage = await filled(tmp_path, keys)
        vault = Vault(keys, SystemClock())
        other = await storage.write(lambda tx: vault.put(tx, OWNER.caller, "another"))
        scope = SystemScope("test")
        rows = await storage.read(lambda tx: store.all_secrets(tx, scope))
        taken = next(row for row in rows if row[0] != other)
        await storage.write(lambda tx: store.reseal(tx, scope, (other, *taken[1:])))
        assert sorted(map(str, await opened(storage, keys))) == ["None", CANARY]
        await storage.close()

    asyncio.run(main())


def test_keys_do_not_show_themselves(tmp_path: Path) -> None:
    load_master_keys(tmp_path, {})
    text = (tmp_path / "master.key").read_text().strip()
    keys = load_master_keys(tmp_path, {})
    assert text not in repr(keys)
    assert text not in str(vars(keys).get("current"))


def test_a_body_says_how_to_read_it_and_one_of_a_later_version_stays_shut(tmp_path: Path) -> None:
    async def main() -> None:
        keys = load_master_keys(tmp_path, {})
        storage = await filled(tmp_path, keys)
        scope = SystemScope("test")
        (row,) = await storage.read(lambda tx: store.all_secrets(tx, scope))
        assert row[3] == 1
        await storage.write(lambda tx: store.reseal(tx, scope, (*row[:3], 2)))
        assert await opened(storage, keys) == [None]
        await storage.close()

    asyncio.run(main())


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_new_key_is_durable_by_name_before_anything_is_sealed_with_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from salon.gateway.vault.keys import load_master_keys;"
        "load_master_keys(Path(sys.argv[1]), {}).add_new(); print('rotated', flush=True)"
    )
    trace = tmp_path / "calls.txt"
    watch = ["strace", "-f", "-y", "-qq", "-e", "trace=fsync,rename,write", "-o", str(trace)]
    home = tmp_path / "data"
    home.mkdir(mode=0o700)
    subprocess.run([*watch, sys.executable, "-c", code, str(home)], check=True, timeout=120)
    calls = trace.read_text().partition("rotated")[0]
    after = calls[calls.rindex("rename(") :]
    assert re.search(rf"fsync\(\d+<{re.escape(str(home))}>\)", after)


def test_keys_for_other_purposes_follow_the_master_keys_the_current_one_first(tmp_path: Path) -> None:
    keys = load_master_keys(tmp_path, {})
    [before] = keys.derived("links")
    assert [len(before), before == keys.get(keys.current)] == [32, False]
    assert keys.derived("else") != [before]
    keys.add_new()
    assert keys.derived("links")[1:] == [before]
    keys.forget_old()
    assert before not in keys.derived("links")
