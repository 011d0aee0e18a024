"""Batches, as the management API shows them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from salon.foundation.kit.caller import Caller
from salon.gateway.batches import Batch
from salon.gateway.files import openai_id

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]


class BatchDesk:
    """Batches of every protocol."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def batches(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List the batches of the caller's space, newest first."""
        found, following = await self._house.batches.all(caller, cursor=cursor, limit=limit)
        names = self._house.accounts.key_names(caller)
        return {"items": [_shown(batch, names) for batch in found], "next": following}

    async def batch(self, caller: Caller, batch_id: str) -> Json:
        """Show a batch."""
        batch = await self._house.batches.get(caller, None, batch_id)
        return _shown(batch, self._house.accounts.key_names(caller))

    async def cancel_batch(self, caller: Caller, batch_id: str) -> Json:
        """Stop a batch."""
        batch = await self._house.batches.cancel(caller, None, batch_id)
        return _shown(batch, self._house.accounts.key_names(caller))


def _shown(batch: Batch, names: Mapping[str, str]) -> Json:
    shown: Json = msgspec.to_builtins(batch)
    files = {
        name: openai_id(shown[name]) if shown[name] is not None else None
        for name in ("input_file_id", "output_file_id", "error_file_id")
    }
    key_name = names.get(batch.key_id, batch.key_id) if batch.key_id is not None else None
    return {**shown, **files, "waiting": batch.waiting, "key_name": key_name}
