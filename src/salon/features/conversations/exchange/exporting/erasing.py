"""Files of exports go when anything of their space is erased: they may hold it, and are quickly made anew."""

from collections.abc import Callable

from salon.features.conversations.exchange.exporting.jobs import KEPT_S, PURPOSE
from salon.foundation.files import erase_kept_for
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Transaction


class ExportEraser:
    """Erases the files of a space's exports. One that is being written sees the erasure, and begins again."""

    def __init__(self, clock: Clock, *, on_gone: Callable[[], None] = lambda: None) -> None:
        """``on_gone`` is called once an erasure is committed that took a file."""
        self._clock = clock
        self._on_gone = on_gone

    def __call__(self, tx: Transaction, scope: SpaceScope) -> None:
        """Erase the files of all exports that have ended."""
        if erase_kept_for(tx, scope, PURPOSE, keep_s=KEPT_S, now_ms=self._clock.now_ms()):
            tx.after_commit(self._on_gone)
