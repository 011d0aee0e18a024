"""Takes over changed settings while running: all of them or none.

A file with a mistake changes nothing; the last good settings stay and the problem is told in the log and
in the status until it is mended. Settings that need a restart are named and left as they are.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec

from salon.app.configuration import Configuration, load
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.layers import Value
from salon.foundation.kit.settings import Reload

_logger = logging.getLogger(__name__)

Apply = Callable[[Configuration], Awaitable[None]]
_POLL_S = 2.0


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading the settings again."""

    changed: tuple[str, ...]
    """Keys that apply now."""
    needs_restart: tuple[str, ...]
    """Keys that changed and wait for the next start."""
    problem: str | None = None


class LiveConfiguration:
    """The settings in force, and what is wrong with the file, if anything."""

    def __init__(self, configuration: Configuration) -> None:
        self.current = configuration
        self._at_start = configuration.resolved.values
        self.problem: str | None = None
        self.needs_restart: tuple[str, ...] = ()
        self._listeners: list[Apply] = []
        self._stamp = self._file_stamp()
        self._lock = asyncio.Lock()

    def on_change(self, apply: Apply) -> None:
        """Call ``apply`` with new settings. It refuses them with ConfigError, having changed nothing."""
        self._listeners.append(apply)

    async def reload(self) -> Reloaded:
        """Read all layers again and take them over. Never raises for bad settings."""
        async with self._lock:
            self._stamp = self._file_stamp()
            try:
                fresh = load(self.current.source)
                changed = _differences(self.current.resolved.values, fresh.resolved.values, "live")
                restart = _differences(self._at_start, fresh.resolved.values, "restart")
                if changed:
                    await self._take(fresh)
            except ConfigError as error:
                self.problem = error.message
                _logger.error("the settings were not taken over; the last good ones stay: %s", error.message)  # noqa: TRY400 - an expected failure
                return Reloaded(changed=(), needs_restart=self.needs_restart, problem=error.message)
            self.problem = None
            self.needs_restart = restart
            if changed or restart:
                _logger.info(
                    "settings read again", extra={"changed": list(changed), "needs_restart": list(restart)}
                )
            return Reloaded(changed=changed, needs_restart=restart)

    async def _take(self, fresh: Configuration) -> None:
        done: list[Apply] = []
        try:
            for apply in self._listeners:
                done.append(apply)
                await apply(fresh)
        except ConfigError:
            for apply in reversed(done[:-1]):
                await apply(self.current)
            raise
        self.current = fresh

    async def watch(self) -> None:
        """Reload whenever the file changes, until cancelled."""
        while True:
            await asyncio.sleep(_POLL_S)
            if self._file_stamp() != self._stamp:
                await self.reload()

    def _file_stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self.current.source.config_path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def _differences(before: dict[str, Value], after: dict[str, Value], kind: Reload) -> tuple[str, ...]:
    found: list[str] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        value = new or old
        same = old is not None and new is not None and old.value == new.value
        if value is not None and value.spec.reload == kind and not same:
            found.append(key)
    return tuple(found)
