"""Files that only erased messages named are erased with them, in the same transaction."""

from collections.abc import Callable, Iterable, Sequence

from salon.features.conversations.store.attached import is_named, take_files
from salon.foundation.files import erase_file
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.storage import Transaction

Users = Callable[[Transaction, SpaceScope], Iterable[str]]
"""Returns the files of a space that something other than a message names: a template, what waits."""


class FileEraser:
    """Erases the files of messages that are erased, and of those whose time after a deletion is over.

    A file that any other message, one that can still be restored, a template or what waits in a queue names
    stays, and so does what was stored for batches. What a share shows is a reference of its own.
    """

    def __init__(
        self, clock: Clock, *, users: Sequence[Users] = (), on_gone: Callable[[], None] = lambda: None
    ) -> None:
        """Ask ``users`` what else names a file; ``on_gone`` is called once an erasure is committed."""
        self._clock = clock
        self._users = users
        self._on_gone = on_gone

    def __call__(self, tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
        """Erase the files that only these messages named."""
        named = take_files(tx, scope, ids)
        if not named:
            return
        used = {file_id for user in self._users for file_id in user(tx, scope)}
        now_ms = self._clock.now_ms()
        gone = [
            erase_file(tx, scope, file_id, now_ms=now_ms)
            for file_id in named
            if file_id not in used and not is_named(tx, scope, file_id)
        ]
        if any(gone):
            tx.after_commit(self._on_gone)
