"""The master keys: in the environment, or in a file of the data directory that only its owner reads.

A key is 32 random bytes in base64. The file holds one a line, the newest first; older ones stay only
until everything is sealed again. Nothing of it is in the database, a backup or a log.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from salon.foundation.kit.durable import sync_directory
from salon.foundation.kit.errors import ConfigError

ENV: Final = "SALON_MASTER_KEY"
FILE_NAME: Final = "master.key"
_KEY_BYTES: Final = 32
_MODE: Final = 0o600


class MasterKeys:
    """The keys in use. The first one seals; all of them open."""

    def __init__(self, keys: list[bytes], *, path: Path | None) -> None:
        self._keys = {key_id(key): key for key in keys}
        self.current = key_id(keys[0])
        """The id of the key that seals."""
        self.path = path
        """The file they are in; None when they came from the environment."""

    def get(self, key: str) -> bytes | None:
        """Return the key with that id."""
        return self._keys.get(key)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all keys; none of them gives its key away."""
        return frozenset(self._keys)

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self._keys)})"

    def derived(self, purpose: str) -> list[bytes]:
        """Return a key of 32 bytes for another purpose from each key, the current one's first.

        None of them gives its master key away.
        """
        first = [self.current, *(one for one in self._keys if one != self.current)]
        return [hmac.digest(self._keys[one], b"salon: " + purpose.encode(), "sha256") for one in first]

    def add_new(self) -> None:
        """Make a new key and seal with it from now on; the older ones still open.

        Raises: ConfigError when the keys come from the environment, where only a person can change them.
        """
        if self.path is None:
            raise ConfigError(
                key=ENV,
                problem="the master key comes from the environment.",
                fix=f"Put a new key and a comma before it in {ENV}, restart, and rotate again.",
            )
        fresh = secrets.token_bytes(_KEY_BYTES)
        self._keys = {key_id(fresh): fresh, **self._keys}
        self.current = key_id(fresh)
        _write(self.path, list(self._keys.values()))

    def forget_old(self) -> None:
        """Drop every key but the current one; only when nothing is sealed with them any more."""
        self._keys = {self.current: self._keys[self.current]}
        if self.path is not None:
            _write(self.path, list(self._keys.values()))


def key_id(key: bytes) -> str:
    """Return a name for ``key`` that does not give it away."""
    return hashlib.sha256(b"salon master key id" + key).hexdigest()[:8]


def load_master_keys(data_dir: Path | None, environ: Mapping[str, str]) -> MasterKeys:
    """Return the keys of the environment, else of the file, which is made when missing.

    Without a data directory the key lives as long as the process. Raises: ConfigError.
    """
    text = environ.get(ENV)
    if text:
        return MasterKeys([_decode(part, where=ENV) for part in text.split(",")], path=None)
    if data_dir is None:
        return MasterKeys([secrets.token_bytes(_KEY_BYTES)], path=None)
    path = data_dir / FILE_NAME
    try:
        return MasterKeys(_read(path), path=path)
    except FileNotFoundError:
        fresh = [secrets.token_bytes(_KEY_BYTES)]
        _write(path, fresh)
        return MasterKeys(fresh, path=path)
    except OSError as error:
        raise ConfigError(
            key=str(path), problem="the file with the master key cannot be read.", fix="Look at its rights."
        ) from error


def _read(path: Path) -> list[bytes]:
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            key=str(path),
            problem="others than its owner may read the file with the master key.",
            fix="Take their rights away: chmod 600.",
        )
    lines = [line.strip() for line in path.read_text("ascii", "replace").splitlines()]
    keys = [_decode(line, where=str(path)) for line in lines if line]
    if not keys:
        raise ConfigError(key=str(path), problem="it holds no key.", fix="Restore it, or remove it.")
    return keys


def _decode(text: str, *, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ConfigError(
            key=where,
            problem="a master key is not 32 bytes in base64.",
            fix="Make one: openssl rand -base64 32.",
        )
    return key


def _write(path: Path, keys: list[bytes]) -> None:
    """Replace the file in one step; a crash leaves the old or the new one."""
    text = "".join(base64.b64encode(key).decode("ascii") + "\n" for key in keys)
    temporary = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        # What is sealed with a new key must not be on the disk before the key is.
        sync_directory(path.parent)
    except OSError as error:
        raise ConfigError(
            key=str(path),
            problem="the file with the master key cannot be written.",
            fix="Look at its rights.",
        ) from error
