"""Asks the price tables, in a worker process, once per model and day; keeps the answers."""

import asyncio
import logging
import sys
from collections.abc import Iterable
from typing import Final

import msgspec

from salon.foundation.kit.clock import Clock
from salon.foundation.workers import end, spawn
from salon.gateway.pricing.worker import Found

_WORKER_TIMEOUT_S: Final = 20.0
_KEEP_MS: Final = 24 * 3600 * 1000
_RETRY_MS: Final = 60 * 1000
_NOTHING: Final = Found()

Wanted = tuple[str | None, str]
_logger = logging.getLogger(__name__)


class PriceCatalogue:
    """What the price tables say, cached. One event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[Wanted, tuple[int, Found]] = {}
        self._one_worker = asyncio.Lock()

    def known(self, provider: str | None, model: str) -> Found | None:
        """Return what was found for a model; None when it must be asked for (again)."""
        entry = self._known.get((provider, model))
        return entry[1] if entry is not None and entry[0] > self._clock.now_ms() else None

    def old(self, *, within_ms: int) -> list[Wanted]:
        """Return what must be asked for again within so many milliseconds."""
        until_ms = self._clock.now_ms() + within_ms
        return [one for one, (known_until_ms, _) in self._known.items() if known_until_ms <= until_ms]

    def forget(self, wanted: Iterable[Wanted]) -> None:
        """Ask for these again when they are wanted."""
        for one in wanted:
            self._known.pop(one, None)

    async def ask(self, wanted: Iterable[Wanted]) -> None:
        """Look up every one of ``wanted`` that is not known, in one go. Never raises but cancellation."""
        async with self._one_worker:
            missing = [one for one in dict.fromkeys(wanted) if self.known(*one) is None]
            if not missing:
                return
            found = await _run_worker(missing)
            until = self._clock.now_ms() + (_KEEP_MS if found is not None else _RETRY_MS)
            for place, one in enumerate(missing):
                answer = found[place] if found is not None else None
                self._known[one] = (until, answer or _NOTHING)


async def _run_worker(wanted: list[Wanted]) -> list[Found | None] | None:
    """Return the worker's answers, or None when it failed."""
    try:
        process = await spawn([sys.executable, "-m", "salon.gateway.pricing.worker"])
    except OSError as error:
        _logger.warning("the price worker did not start: %s", error)
        return None
    try:
        async with asyncio.timeout(_WORKER_TIMEOUT_S):
            output, _ = await process.communicate(msgspec.json.encode(wanted))
        return msgspec.json.decode(output, type=list[Found | None])
    except (TimeoutError, msgspec.DecodeError) as error:
        _logger.warning("the price worker failed: %s", type(error).__name__)
        return None
    finally:
        await end(process)
