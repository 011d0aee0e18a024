"""What answers keep besides messages is forgotten with them: what waits, and what their runs said."""

from collections.abc import Sequence

from salon.features.conversations.answering import store
from salon.features.conversations.store.messages import all_messages, get_messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.runs import Runs
from salon.foundation.storage import Transaction


class AnswerEraser:
    """Forgets what was made of messages, in the transaction that erases them."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def __call__(self, tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
        """Forget what answers keep of these messages."""
        found = get_messages(tx, scope, ids)
        self._runs.forget(tx, scope, [one.run_id for one in found.values() if one.run_id is not None])
        for conversation_id in {one.conversation_id for one in found.values()}:
            self._drop_waiting(tx, scope, conversation_id, set(ids))

    def _drop_waiting(self, tx: Transaction, scope: SpaceScope, conversation_id: str, ids: set[str]) -> None:
        """Drop what waits to say an erased message again, and all of it where nothing else is left."""
        waiting = store.queue_of(tx, scope, conversation_id)
        if not waiting:
            return
        lives = _lives(tx, scope, conversation_id)
        for one in waiting:
            if not lives or any(source.id in ids for source in one.draft.sources):
                store.drop_queued(tx, scope, one.id)


def _lives(tx: Transaction, scope: SpaceScope, conversation_id: str) -> bool:
    """Tell whether any message of a conversation is not deleted."""
    after = ""
    while page := all_messages(tx, scope, conversation_id, after=after):
        if any(message.deleted_at_ms is None for message in page):
            return True
        after = page[-1].id
    return False
