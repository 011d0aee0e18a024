"""API keys, usage and requests, as the management API shows them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from salon.foundation.accounts import ApiKey, KeyLimits, NewKey
from salon.foundation.kit.caller import KEY_RIGHTS, Caller, Right, SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.kit.ids import KeyId, RequestId
from salon.foundation.ledger import (
    AttemptEntry,
    CourseQuery,
    Group,
    RequestEntry,
    UsageQuery,
    UsageRow,
    rare_counts,
)
from salon.gateway.choice.told import sentence

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_DAY_MS = 86_400_000
_NO_LIMIT = 0


class KeyDesk:
    """Who may ask, and what was asked."""

    def __init__(self, house: "House") -> None:
        self._house = house

    # -- keys -------------------------------------------------------------------------------------
    async def keys(self, caller: Caller) -> Sequence[Json]:
        """List the keys."""
        return [shown_key(key) for key in await self._house.accounts.list_keys(caller, revoked=True)]

    async def create_key(self, caller: Caller, body: Mapping[str, Any]) -> Json:
        """Make a key; limits it does not name come from the settings."""
        limits = KeyLimits(**{**self._default_limits(), **_limits(body.get("limits", {}))})
        rights = _rights(body.get("rights"))
        made = await self._house.accounts.create_key(caller, body["name"], rights=rights, limits=limits)
        return _with_secret(made)

    async def update_key(self, caller: Caller, key_id: str, body: Mapping[str, Any]) -> Json:
        """Change a key; a limit of null is taken away, one that is left out stays."""
        key = await self._key(caller, key_id)
        limits = msgspec.structs.replace(key.limits, **_limits(body.get("limits") or {}))
        name = body.get("name") or key.name
        changed = await self._house.accounts.update_key(caller, key.id, name=name, limits=limits)
        return shown_key(changed)

    async def rotate_key(self, caller: Caller, key_id: str, *, grace_s: float) -> Json:
        """Give a key a new secret; the old one works on for ``grace_s``."""
        return _with_secret(await self._house.accounts.rotate_key(caller, KeyId(key_id), grace_s=grace_s))

    async def revoke_key(self, caller: Caller, key_id: str) -> None:
        """Stop a key from working."""
        await self._house.accounts.revoke_key(caller, KeyId(key_id))

    async def _key(self, caller: Caller, key_id: str) -> ApiKey:
        return await self._house.accounts.get_key(caller, KeyId(key_id))

    def _default_limits(self) -> Json:
        defaults = self._house.live.current.settings.keys
        named = {
            "requests_per_minute": defaults.requests_per_minute,
            "tokens_per_minute": defaults.tokens_per_minute,
            "concurrency": defaults.concurrency,
        }
        return {name: value for name, value in named.items() if value != _NO_LIMIT}

    # -- usage ------------------------------------------------------------------------------------
    async def usage(self, caller: Caller, *, group_by: str, days: int) -> Json:
        """Add up what was used."""
        now_ms = self._house.clock.now_ms()
        from_ms = now_ms - now_ms % _DAY_MS - (days - 1) * _DAY_MS
        groups = tuple(cast("list[Group]", group_by.split(",")))
        query = UsageQuery(since_ms=from_ms, until_ms=now_ms + 1, group_by=groups, rare=True, latency=True)
        rows = await self._house.ledger.usage(SpaceScope(caller.space_id), query)
        names = [self._names(caller, name) for name in groups]
        items = [_usage_row(row, names) for row in rows]
        return {"group_by": group_by, "from_ms": from_ms, "to_ms": now_ms, "items": items}

    async def usage_course(self, caller: Caller, query: Json) -> Json:
        """Add up what was used, step by step. Raises: InvalidRequest."""
        wanted = CourseQuery(**query)
        names = self._names(caller, wanted.by or "")
        course = await self._house.ledger.course(SpaceScope(caller.space_id), wanted, names)
        told = msgspec.structs.asdict
        return {
            **query,
            "items": [told(row) for row in course.rows],
            "times": told(course.times),
            "steps": [{"at": at, **told(times)} for at, times in course.times_of_steps.items()],
            "groups": [{"group": group, **told(times)} for group, times in course.times_of_groups.items()],
        }

    def _names(self, caller: Caller, group_by: str) -> Mapping[str, str]:
        if group_by == "key":
            return self._house.accounts.key_names(caller)
        if group_by == "provider":
            return self._provider_names()
        return {}

    def _provider_names(self) -> Mapping[str, str]:
        return {one.id: one.spec.name for one in self._house.gateway.registry.configured()}

    async def requests(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List recent requests."""
        scope = SpaceScope(caller.space_id)
        page = await self._house.ledger.requests(scope, cursor=cursor, limit=limit)
        keys, providers = self._house.accounts.key_names(caller), self._provider_names()
        items = [_request_row(entry, keys, providers) for entry in page.entries]
        return {"items": items, "next": page.next_cursor}

    async def request(self, caller: Caller, request_id: str) -> Json:
        """Return one request with its attempts. Raises: NotFound."""
        entry, tried = await self._house.ledger.request(SpaceScope(caller.space_id), RequestId(request_id))
        keys, providers = self._house.accounts.key_names(caller), self._provider_names()
        return {
            **_request_row(entry, keys, providers),
            "usage_source": entry.usage_source,
            "tried": [_attempt_row(attempt, providers) for attempt in tried],
        }


def shown_key(key: ApiKey) -> Json:
    """Return a key in the shape of the API."""
    limits = {name: getattr(key.limits, name) for name in KeyLimits.__struct_fields__}
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "rights": sorted(key.rights),
        "limits": limits,
        "parent_id": key.parent_id,
        "created_at_ms": key.created_at_ms,
        "last_used_at_ms": key.last_used_at_ms,
        "revoked_at_ms": key.revoked_at_ms,
    }


def _with_secret(made: NewKey) -> Json:
    return {"key": shown_key(made.key), "secret": made.secret}


def _limits(given: Mapping[str, Any]) -> Json:
    """Return the named limits with the types of ``KeyLimits``; null goes back to "no limit"."""
    defaults = KeyLimits()
    found: Json = {}
    for name, value in given.items():
        if value is None:
            found[name] = getattr(defaults, name)
        else:
            found[name] = tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType] - JSON
    return found


def _rights(names: Sequence[str] | None) -> frozenset[Right]:
    if names is None:
        return KEY_RIGHTS
    known = {right.value: right for right in Right}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidRequest(
            field="rights", problem=f"“{unknown[0][:80]}” is no right. There are: {', '.join(known)}."
        )
    return frozenset(known[name] for name in names)


def _usage_row(row: UsageRow, names: Sequence[Mapping[str, str]]) -> Json:
    groups = [
        known.get(value, value) if value is not None else None
        for known, value in zip(names, row.group, strict=True)
    ]
    return {
        "group": groups[0] if len(groups) == 1 else " · ".join(one or "-" for one in groups),
        "groups": groups,
        "requests": row.requests,
        "errors": row.errors,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cached_tokens": row.cached_tokens,
        "cache_write_tokens": row.cache_write_tokens,
        "reasoning_tokens": row.reasoning_tokens,
        "rare": row.rare,
        "cost_e10": row.cost_e10,
        "currency": row.currency,
        "unpriced": row.unpriced,
        "duration": row.duration,
        "first_token": row.first_token,
    }


def _request_row(entry: RequestEntry, keys: Mapping[str, str], providers: Mapping[str, str]) -> Json:
    return {
        "request_id": entry.request_id,
        "started_at_ms": entry.started_at_ms,
        "key_name": keys.get(entry.key_id, entry.key_id) if entry.key_id else None,
        "dialect": entry.dialect,
        "operation": entry.operation,
        "asked_model": entry.alias,
        "provider": providers.get(entry.provider_id, entry.provider_kind) if entry.provider_id else None,
        "model": entry.model,
        "status": entry.status,
        "http_status": entry.http_status,
        "error_code": entry.error_code,
        "input_tokens": entry.input_tokens,
        "output_tokens": entry.output_tokens,
        "cached_tokens": entry.cached_tokens,
        "cache_write_tokens": entry.cache_write_tokens,
        "reasoning_tokens": entry.reasoning_tokens,
        "rare": rare_counts(entry.details),
        "service": entry.service,
        "cost_e10": entry.cost_e10,
        "currency": entry.currency,
        "price_version": entry.price_version,
        "duration_ms": entry.duration_ms,
        "first_token_ms": entry.first_token_ms,
        "stream": entry.stream,
        "cache": entry.cache,
        "attempts": entry.attempts,
        "decision": entry.decision,
        "why": sentence(entry.decision, answered=_answered(entry, providers), attempts=entry.attempts),
        "lost": entry.lost.split(", ") if entry.lost else [],
    }


def _answered(entry: RequestEntry, providers: Mapping[str, str]) -> str | None:
    if entry.provider_id is None:
        return None
    return f"{providers.get(entry.provider_id, entry.provider_kind)}/{entry.model}"


def _attempt_row(attempt: AttemptEntry, providers: Mapping[str, str]) -> Json:
    return {
        "number": attempt.number,
        "provider": providers.get(attempt.provider_id, attempt.provider_kind),
        "model": attempt.model,
        "status": attempt.status,
        "http_status": attempt.http_status,
        "error_code": attempt.error_code,
        "input_tokens": attempt.input_tokens,
        "output_tokens": attempt.output_tokens,
        "cost_e10": attempt.cost_e10,
        "currency": attempt.currency,
        "first_byte_ms": attempt.first_byte_ms,
        "duration_ms": attempt.duration_ms,
    }
