"""Realtime sessions that are open, as the management API shows them."""

from typing import TYPE_CHECKING, Any

from salon.foundation.kit.caller import Caller

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]


class SessionDesk:
    """Sessions that this process relays."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def realtime_sessions(self, caller: Caller) -> list[Json]:
        """List the open sessions of the caller's space, the newest first."""
        names = self._house.accounts.key_names(caller)
        found = [one for one in self._house.gateway.realtime.sessions() if one.space_id == caller.space_id]
        return [
            {
                "request_id": one.request_id,
                "started_at_ms": one.started_at_ms,
                "key_name": None if one.key_id is None else names.get(one.key_id, one.key_id),
                "asked_model": one.asked_model,
                "target": one.target,
                "is_answering": one.is_answering,
                "input_tokens": one.input_tokens,
                "output_tokens": one.output_tokens,
            }
            for one in sorted(found, key=lambda one: -one.started_at_ms)
        ]
