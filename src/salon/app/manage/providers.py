"""Providers, models and aliases, as the management API shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from salon.app.checks import check
from salon.app.manage.sources import SHOWN_SOURCES
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.catalogue import BRIEF
from salon.gateway.providers.base import ProviderKind
from salon.gateway.registry.configured import Configured
from salon.gateway.registry.models import (
    Listing,
    Provider,
    ProviderSpec,
)

if TYPE_CHECKING:
    from salon.app.house import House

Json = dict[str, Any]

_BOUNDS = ("region", "promises", "requests_per_minute", "tokens_per_minute", "concurrency", "batches")
_FAILING = 0.3
"""Share of recent failures from which a provider counts as degraded."""
_PRICE_PATIENCE_S = 5.0


class ProviderDesk:
    """Who answers, and with what."""

    def __init__(self, house: "House") -> None:
        self._house = house

    # -- providers --------------------------------------------------------------------------------
    async def providers(self, caller: Caller) -> Sequence[Json]:
        """List the providers and how they are."""
        del caller
        self._house.providers.discovery.refresh_in_background()
        return self.shown_providers()

    def shown_providers(self) -> list[Json]:
        """Return every provider as it is shown, from what is known now."""
        registry = self._house.gateway.registry
        health = _health_by_provider(registry.health())
        models = Counter(entry.provider for entry in registry.models() if entry.kind == "model")
        return [
            self._shown(one, health.get(one.spec.name, []), models=models[one.spec.name])
            for one in registry.configured()
        ]

    def _configured(self) -> Sequence[Configured]:
        return self._house.gateway.registry.configured()

    def _shown(self, one: Configured, health: Sequence[Mapping[str, Any]], *, models: int) -> Json:
        provider = one.shown()
        listing = self._house.gateway.registry.listing(provider.name)
        code = next((str(row["last_error"]) for row in health if _failed_last(row)), None)
        error = BRIEF.get(code, code) if code else None
        return {
            "id": provider.id,
            "name": provider.name,
            "kind": provider.kind,
            "label": provider.label,
            "source": SHOWN_SOURCES[provider.source],
            "base_url": "" if provider.source == "built-in" else provider.base_url,
            "enabled": provider.enabled,
            "state": _state(provider, health, listing),
            "latency_ms": next((row["first_token_ms"] for row in health if row["first_token_ms"]), None),
            "last_error": (listing.error if listing else None) or error or provider.problem,
            "models": models,
            "local": one.kind.local,
            "key": provider.credential,
            "allow_private": one.spec.allow_private,
            "written_url": one.spec.base_url,
            "written_label": one.spec.label,
            "written_models": list(one.spec.models),
            "options": dict(one.spec.options),
            "headers": dict(one.spec.headers),
            "region": one.spec.region,
            "promises": list(one.spec.promises),
            "requests_per_minute": one.spec.requests_per_minute,
            "tokens_per_minute": one.spec.tokens_per_minute,
            "concurrency": one.spec.concurrency,
            "batches": one.spec.batches,
        }

    def _one(self, provider: Provider) -> Json:
        return next(one for one in self.shown_providers() if one["id"] == provider.id)

    def provider_kinds(self) -> Sequence[Json]:
        """List the kinds that can be added."""
        return [
            {
                "name": kind.name,
                "label": kind.label,
                "base_url": kind.base_url,
                "address": _address_need(kind),
                "address_hint": kind.base_url or kind.address_hint,
                "needs_key": kind.needs_key,
                "key": "none" if kind.auth == "none" else "required" if kind.needs_key else "optional",
                "key_help": kind.key_help,
                "key_has_lines": kind.key_has_lines,
                "lists_models": kind.listing != "fixed",
                "local": kind.local,
                "key_url": kind.key_url,
                "docs_url": kind.docs_url,
                "options": [
                    {
                        "name": option.name,
                        "title": option.title,
                        "help": option.help,
                        "required": option.required,
                        "default": option.default,
                    }
                    for option in kind.options
                ],
            }
            for kind in self._house.gateway.registry.kinds
            if kind.name != "demo"
        ]

    async def add_provider(self, caller: Caller, body: Mapping[str, Any]) -> Json:
        """Add a provider and return it."""
        spec = ProviderSpec(
            name=body.get("name") or body["kind"],
            kind=body["kind"],
            base_url=body.get("base_url", ""),
            api_key=body.get("api_key"),
            label=body.get("label", ""),
            models=tuple(body.get("models", ())),
            allow_private=body.get("allow_private", False),
            options=dict(body.get("options", {})),
            headers=dict(body.get("headers", {})),
            **_bounds(body),
        )
        return self._one(await self._house.providers.add(caller, spec))

    async def test_provider(self, caller: Caller, provider_id: str) -> Json:
        """Ask it a real question, streamed, and for a tool call."""
        identity = self._house.accounts.identity(caller)
        trial = await self._house.providers.test(identity, provider_id)
        steps = [{"name": step.name, "ok": step.ok, "detail": step.detail} for step in trial.steps]
        return {
            "ok": trial.ok,
            "model": trial.model,
            "latency_ms": trial.first_token_ms,
            "checks": steps,
        }

    async def enable_provider(self, caller: Caller, provider_id: str, *, enabled: bool) -> Json:
        """Let requests go to it, or not."""
        return self._one(await self._house.providers.set_enabled(caller, provider_id, enabled=enabled))

    async def change_provider(self, caller: Caller, provider_id: str, body: Mapping[str, Any]) -> Json:
        """Change what is declared of it; what is left out stays, a stored key too."""
        changes = {**_bounds(body), **_declared(body)}
        secret = body.get("api_key")
        return self._one(await self._house.providers.change(caller, provider_id, changes, secret=secret))

    async def set_provider_key(self, caller: Caller, provider_id: str, secret: str) -> Json:
        """Give it another key, and forget the old one."""
        return self._one(await self._house.providers.set_credential(caller, provider_id, secret))

    async def remove_provider(self, caller: Caller, provider_id: str) -> None:
        """Remove it and forget its key."""
        await self._house.providers.remove(caller, provider_id)

    async def rotate_master_key(self, caller: Caller) -> Json:
        """Seal every stored key of a provider with a new master key."""
        return {"sealed": await self._house.providers.rotate_master_key(caller)}

    async def detect_providers(self, caller: Caller, *, add: bool) -> Sequence[Json]:
        """Look for model servers on this machine; with ``add``, add those that are new."""
        found = await self._house.providers.find_local()
        known = {one.spec.base_url or one.kind.base_url for one in self._configured()}
        shown: list[Json] = []
        for server in found:
            is_new = server.base_url not in known
            if add and is_new:
                name = _free_name(server.label, {one.spec.name for one in self._configured()})
                spec = ProviderSpec(
                    name=name,
                    kind=server.kind,
                    base_url=server.base_url,
                    label=server.label,
                    allow_private=True,
                )
                await self._house.providers.add(caller, spec)
            shown.append(
                {
                    "kind": server.kind,
                    "base_url": server.base_url,
                    "models": len(server.models),
                    "added": add and is_new,
                }
            )
        return shown

    def provider_checks(self) -> list[Json]:
        """Say for the doctor how each provider is."""
        found = [
            check("provider settings", ok=False, detail=one) for one in self._house.providers.sources.problems
        ]
        for one in self.shown_providers():
            name, state = f"provider {one['name']}", one["state"]
            if state == "needs-credential":
                fix = _key_fix(one)
                found.append(check(name, ok=False, detail="it has no key that can be read", fix=fix))
            elif state in ("down", "degraded"):
                fix = f"“salon providers test {one['name']}” asks it."
                found.append(check(name, ok=False, detail=one["last_error"] or state, fix=fix))
            elif state == "unknown":
                fix = f"“salon providers test {one['name']}” asks it."
                found.append(check(name, ok=None, detail="not tried yet", fix=fix))
            else:
                found.append(check(name, ok=None if state == "disabled" else True, detail=state))
        return found


def _address_need(kind: ProviderKind) -> str:
    if kind.address_from_options:
        return "made"
    return "known" if kind.base_url else "required"


def _bounds(body: Mapping[str, Any]) -> Json:
    """Return the named bounds as a declaration has them; a region of null is none."""
    found = {name: body[name] for name in _BOUNDS if name in body}
    if "region" in found:
        found["region"] = found["region"] or ""
    if "promises" in found:
        found["promises"] = tuple(found["promises"] or ())
    return found


def _declared(body: Mapping[str, Any]) -> Json:
    """Return the other named fields as a declaration has them; null goes back to the kind's own."""
    found: Json = {name: body[name] or "" for name in ("base_url", "label") if name in body}
    found |= {name: dict(body[name] or {}) for name in ("options", "headers") if name in body}
    if "models" in body:
        found["models"] = tuple(body["models"] or ())
    if "allow_private" in body:
        found["allow_private"] = bool(body["allow_private"])
    return found


def _health_by_provider(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["target"]).partition("/")[0], []).append(row)
    return found


def _failed_last(row: Mapping[str, Any]) -> bool:
    return (row["last_error_at_ms"] or 0) > (row["last_success_at_ms"] or 0)


def _state(provider: Provider, health: Sequence[Mapping[str, Any]], listing: Listing | None) -> str:
    if not provider.enabled:
        return "disabled"
    if provider.credential == "needed":
        return "needs-credential"
    if provider.source == "built-in":
        return "healthy"
    refused = listing is not None and listing.error is not None
    if any(row["last_success_at_ms"] or (row["requests"] and not refused) for row in health):
        return _state_of_targets(health)
    if listing is None:
        return "unknown"
    return "down" if refused else "healthy"


def _state_of_targets(health: Sequence[Mapping[str, Any]]) -> str:
    closed = [row["breaker"] == "closed" for row in health]
    if not any(closed):
        return "down"
    failing = any(row["error_rate"] >= _FAILING for row in health)
    return "degraded" if failing or not all(closed) else "healthy"


def _key_fix(provider: Json) -> str:
    name = provider["name"]
    if provider["source"] == "file":
        return f"“salon config explain providers.{name}.api_key_env” says where its key is read."
    return f"“salon providers set-key {name}” gives it one."


def _free_name(label: str, taken: set[str]) -> str:
    base = "".join(letter if letter.isalnum() else "-" for letter in label.lower())
    number = 1
    name = base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name
