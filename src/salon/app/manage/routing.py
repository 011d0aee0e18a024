"""Where requests go and may go, as the management API shows and takes it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import orjson

from salon.app.manage.sources import SHOWN_SOURCES
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.kit.errors import InvalidRequest, NotAllowed
from salon.gateway.choice.facts import CONVERSATION, USER
from salon.gateway.exchange import ServedCall
from salon.gateway.protocols.base import DialectName
from salon.gateway.registry.models import AliasSpec, ResidenceSpec, RuleSpec, SplitSpec, TargetSpec

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_BODY: Final[Mapping[str, Any]] = {"messages": [{"role": "user", "content": "Hello"}]}
"""What is asked about when nothing else is said."""


class RoutingDesk:
    """Aliases, constraints, and why a request goes where it goes."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def aliases(self, caller: Caller) -> Sequence[Json]:
        """List the aliases."""
        del caller
        return [_alias(alias) for alias in self._house.gateway.registry.aliases()]

    async def put_alias(self, caller: Caller, name: str, body: Mapping[str, Any]) -> Json:
        """Make or replace an alias."""
        try:
            spec = msgspec.convert({**body, "name": name, "source": "database"}, AliasSpec)
        except msgspec.ValidationError as error:
            raise InvalidRequest(field="body", problem=f"{error}.") from error
        return _alias(await self._house.providers.aliases.set(caller, spec))

    async def remove_alias(self, caller: Caller, name: str) -> None:
        """Remove an alias."""
        await self._house.providers.aliases.remove(caller, name)

    async def residency(self, caller: Caller) -> Sequence[Json]:
        """List the constraints on spaces."""
        del caller
        return [_residence(one) for one in self._house.gateway.registry.residences()]

    async def put_residency(self, caller: Caller, name: str, body: Mapping[str, Any]) -> Json:
        """Make or replace a constraint."""
        spec = msgspec.convert({**body, "name": name}, ResidenceSpec)
        return _residence(await self._house.providers.residences.set(caller, spec))

    async def remove_residency(self, caller: Caller, name: str) -> None:
        """Remove a constraint."""
        await self._house.providers.residences.remove(caller, name)

    async def explain_route(self, caller: Caller, body: Mapping[str, Any]) -> Json:
        """Say where a request would go now, and why; nothing is sent."""
        dialect = cast("DialectName", body["dialect"])
        given: Mapping[str, Any] = body.get("body") or (_BODY if dialect == "openai" else {})
        headers = {CONVERSATION: body.get("conversation"), USER: body.get("user")}
        call = ServedCall(
            dialect=dialect,
            identity=await self._identity(caller, body.get("key_id")),
            headers={name: value.encode() for name, value in headers.items() if value},
            body=orjson.dumps({"stream": False, **given, "model": body["model"]}),
            received_at_s=self._house.clock.monotonic_s(),
        )
        return msgspec.to_builtins(await self._house.gateway.explain(call))

    async def _identity(self, caller: Caller, key_id: str | None) -> KeyIdentity:
        """Return under whom the request would act: the caller, or one of the keys it may manage."""
        if key_id is None:
            return self._house.accounts.identity(caller)
        if not caller.has(Right.MANAGE_KEYS):
            raise NotAllowed(right=Right.MANAGE_KEYS)
        return await self._house.accounts.identity_of_key(caller, key_id)


def _alias(alias: AliasSpec) -> Json:
    return {
        "name": alias.name,
        "strategy": alias.strategy,
        "source": SHOWN_SOURCES[alias.source],
        "targets": _targets(alias.targets),
        "cache": alias.cache,
        "rules": [_rule(rule) for rule in alias.rules],
        "split": _split(alias.split),
        "mirror": None
        if alias.mirror is None
        else {"model": alias.mirror.model, "share": alias.mirror.share},
    }


def _rule(rule: RuleSpec) -> Json:
    return {
        "name": rule.name,
        "when": msgspec.to_builtins(rule.when),
        "strategy": rule.strategy,
        "targets": _targets(rule.targets),
    }


def _split(split: SplitSpec | None) -> Json | None:
    if split is None:
        return None
    variants = [
        {"name": one.name, "weight": one.weight, "targets": _targets(one.targets)} for one in split.variants
    ]
    return {"by": split.by, "variants": variants}


def _targets(targets: Sequence[TargetSpec]) -> list[Json]:
    return [{"model": one.model, "weight": one.weight, "priority": one.priority} for one in targets]


def _residence(one: ResidenceSpec) -> Json:
    return {
        "name": one.name,
        "spaces": list(one.spaces),
        "regions": list(one.regions),
        "promises": list(one.promises),
        "source": SHOWN_SOURCES[one.source],
    }
