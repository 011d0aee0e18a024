"""The payload log, as the management API shows it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import NotFound
from salon.gateway.payloads import Payload, PayloadQuery, PayloadRule
from salon.gateway.payloads.replay import replay

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]


class PayloadDesk:
    """What was asked and answered word for word, where that was turned on."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def payload_rules(self, caller: Caller) -> Sequence[Json]:
        """List what turns the log on."""
        names = self._house.accounts.key_names(caller)
        return [_shown_rule(rule, names) for rule in await self._house.payloads.rules(caller)]

    async def put_payload_rule(self, caller: Caller, name: str, body: Mapping[str, Any]) -> Json:
        """Turn the log on for a key (by id or name), a route or the space."""
        target = body["target"]
        if body["kind"] == "key" and target:
            target = self._key_id(caller, target)
        rule = PayloadRule(
            name=name,
            kind=body["kind"],
            target=target,
            sample=body["sample"],
            keep_days=body["keep_days"],
            patterns=tuple(body["patterns"]),
        )
        await self._house.payloads.set_rule(caller, rule)
        return _shown_rule(rule, self._house.accounts.key_names(caller))

    async def remove_payload_rule(self, caller: Caller, name: str) -> None:
        """Turn it off."""
        await self._house.payloads.remove_rule(caller, name)

    async def payloads(
        self, caller: Caller, query: Mapping[str, Any], *, key: str | None, cursor: str | None
    ) -> Json:
        """Look for payloads."""
        key_id = self._key_id(caller, key) if key is not None else None
        page = await self._house.payloads.page(caller, PayloadQuery(**query, key_id=key_id, cursor=cursor))
        names = self._house.accounts.key_names(caller)
        return {"items": [_shown(payload, names) for payload in page.items], "next": page.next}

    async def payload(self, caller: Caller, payload_id: str) -> Json:
        """Return one payload with its bodies."""
        payload = await self._house.payloads.get(caller, payload_id)
        return _shown(payload, self._house.accounts.key_names(caller))

    async def remove_payload(self, caller: Caller, payload_id: str) -> None:
        """Delete a payload."""
        await self._house.payloads.remove(caller, payload_id)

    async def remove_payloads(self, caller: Caller, *, before_ms: int) -> int:
        """Delete the payloads of requests before a time."""
        return await self._house.payloads.remove_before(caller, before_ms)

    async def replay_payload(self, identity: KeyIdentity, payload_id: str, *, model: str) -> Json:
        """Ask another model the same, as whoever asks for it."""
        payload = await self._house.payloads.get(identity.caller, payload_id)
        answer = await replay(
            self._house.gateway, payload, model=model, identity=identity, clock=self._house.clock
        )
        return msgspec.to_builtins(answer)

    def _key_id(self, caller: Caller, wanted: str) -> str:
        names = self._house.accounts.key_names(caller)
        found = wanted if wanted in names else next((key for key in names if names[key] == wanted), None)
        if found is None:
            raise NotFound(what="key", id=wanted)
        return found


def _shown_rule(rule: PayloadRule, names: Mapping[str, str]) -> Json:
    shown: Json = msgspec.to_builtins(rule)
    return {**shown, "target_name": names.get(rule.target) if rule.kind == "key" else None}


def _shown(payload: Payload, names: Mapping[str, str]) -> Json:
    shown: Json = msgspec.to_builtins(payload)
    return {**shown, "key_name": names.get(payload.key_id, payload.key_id) if payload.key_id else None}
