"""The data directory: where it is, who owns it, and how others reach the owner.

The first process locks it and opens a local socket; the lock is the kernel's (it goes with the process),
``salon.ready`` tells a later process where the owner listens.
"""

import contextlib
import errno
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import msgspec

from salon.foundation.kit.errors import ConfigError

if sys.platform != "win32":
    import fcntl

_SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel takes 108 on Linux and 104 on macOS."""
_LEAST_FREE_BYTES = 16 * 1024 * 1024


class DirectoryInUseError(ConfigError):
    """Another process owns the data directory. Fields: ``key``, ``problem``, ``fix``."""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of a data directory tells others once it serves."""

    pid: int
    version: str
    role: str
    address: str | None
    """The HTTP address of the owner, or None when it listens on the local socket only."""
    socket: str | None
    """The path of the owner's local socket."""
    started_at_ms: int


def default_data_directory() -> Path:
    """Return where this system keeps a person's application data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Salon"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Salon"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "salon"


class DataDirectory:
    """One data directory. ``prepare`` before use; ``lock`` to own it."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self._lock_fd: int | None = None

    @property
    def config_path(self) -> Path:
        """The settings file that is read unless another is named."""
        return self.path / "salon.toml"

    @property
    def database_path(self) -> Path:
        """The SQLite database."""
        return self.path / "salon.db"

    @property
    def ready_path(self) -> Path:
        """The file that says where the owner listens."""
        return self.path / "salon.ready"

    @property
    def socket_path(self) -> Path:
        """The owner's local socket; in a private short directory when the path is too long for one."""
        path = self.path / "salon.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
            return path
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        return base / f"salon-{os.getuid()}-{digest}" / "salon.sock"

    def prepare(self) -> None:
        """Make the directory, readable by its owner alone. Raises: ConfigError when it cannot be used."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._probe()
        except FileExistsError as error:
            raise self._unusable("is a file, not a directory.", "Name another directory.") from error
        except OSError as error:
            raise self._translate(error) from error
        parent = self.socket_path.parent
        if parent != self.path:
            parent.mkdir(mode=0o700, exist_ok=True)
            status = parent.lstat()
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                fix = "Remove it, or choose a shorter data directory path."
                raise ConfigError(key=str(parent), problem="belongs to someone else.", fix=fix)

    def _probe(self) -> None:
        """Write and sync a small file, and look for room, so that a full disk is told at start."""
        probe = self.path / f".probe-{os.getpid()}"
        try:
            with probe.open("wb") as file:
                file.write(b"\0" * 4096)
                file.flush()
                os.fsync(file.fileno())
        finally:
            with contextlib.suppress(OSError):
                probe.unlink()
        room = os.statvfs(self.path)
        if room.f_bavail * room.f_frsize < _LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, "less than 16 MB left")

    def _translate(self, error: OSError) -> ConfigError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return self._unusable(
                "is on a full disk.", "Free some space, or set SALON_DATA_DIR to another place."
            )
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return self._unusable(
                "cannot be written.",
                "Give this user write access, or set SALON_DATA_DIR to another directory.",
            )
        reason = error.strerror or type(error).__name__
        return self._unusable(f"cannot be used ({reason}).", "Set SALON_DATA_DIR to another directory.")

    def _unusable(self, problem: str, fix: str) -> ConfigError:
        return ConfigError(key=str(self.path), problem=f"this data directory {problem}", fix=fix)

    def lock(self) -> None:
        """Own the directory until ``release`` or the end of the process. Raises: DirectoryInUseError."""
        try:
            fd = os.open(self.path / "salon.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._translate(error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(fd)
            raise self._busy() from error
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._lock_fd = fd

    def _busy(self) -> DirectoryInUseError:
        ready = self.ready()
        who = f"process {ready.pid}" if ready else "another process that is starting or stopping"
        at = f" at {ready.address}" if ready and ready.address else ""
        fix = "Use that one, stop it first, or set SALON_DATA_DIR to another directory."
        problem = f"is already in use by {who}{at}."
        return DirectoryInUseError(key=str(self.path), problem=f"this data directory {problem}", fix=fix)

    def is_locked(self) -> bool:
        """Tell whether some process owns the directory now."""
        try:
            fd = os.open(self.path / "salon.lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(fd)
        return False

    def write_ready(self, ready: Ready) -> None:
        """Tell others where this process listens; replaced as a whole."""
        temporary = self.ready_path.with_suffix(".ready-new")
        temporary.touch(mode=0o600)
        temporary.write_bytes(msgspec.json.encode(ready))
        temporary.replace(self.ready_path)

    def ready(self) -> Ready | None:
        """Return what the last owner wrote, or None. Only meaningful while ``is_locked``."""
        try:
            return msgspec.json.decode(self.ready_path.read_bytes(), type=Ready)
        except (OSError, msgspec.DecodeError):
            return None

    def owner(self) -> Ready | None:
        """Return the running owner that serves now, or None."""
        return self.ready() if self.path.is_dir() and self.is_locked() else None

    def release(self) -> None:
        """Give the directory up."""
        if self._lock_fd is None:
            return
        for path in (self.ready_path, self.socket_path):
            with contextlib.suppress(OSError):
                path.unlink()
        os.close(self._lock_fd)
        self._lock_fd = None
