"""How much a space may have in batches that have not ended."""

from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction
from salon.gateway.batches import store
from salon.gateway.batches.models import BatchesFull, BatchOptions


def check_room(
    tx: Transaction, scope: SpaceScope, batch_id: str, *, lines: int, options: BatchOptions
) -> None:
    """Refuse a batch of ``lines`` that the space has no room for, in the transaction that takes it in.

    Raises: BatchesFull.
    """
    batches, waiting = store.held_open(tx, scope, besides=batch_id)
    if batches >= options.max_open:
        raise BatchesFull(limit=f"{options.max_open} open batches", setting="batches.max_open")
    if waiting + lines > options.max_open_lines:
        limit = f"{options.max_open_lines} requests in open batches"
        raise BatchesFull(limit=limit, setting="batches.max_open_lines")
