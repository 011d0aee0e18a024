"""The models a key may ask, as the compatible listings show them."""

from collections.abc import Mapping, Sequence
from typing import Final

from salon.foundation.accounts import KeyIdentity
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import ModelEntry
from salon.gateway.registry.registry import Registry
from salon.surfaces.api.services import ListedModel

_KEPT_MS: Final = 300_000
"""How long an Ollama keeps a model that nobody asks, unless told otherwise."""


def listed_models(registry: Registry, identity: KeyIdentity) -> Sequence[ListedModel]:
    """Return what ``identity`` may ask; aliases first."""
    since_ms = registry.clock.now_ms() - _KEPT_MS
    health = ((one["target"], one["last_success_at_ms"] or 0) for one in registry.health())
    answered = {target: at_ms for target, at_ms in health if at_ms > since_ms}
    return [
        _listed(entry, _capabilities(registry, entry), _kept_until_s(entry, answered))
        for entry in registry.models()
        if identity.limits.allows_model(entry.id)
    ]


def capability_words(capabilities: Capabilities | None) -> tuple[str, ...]:
    """Return what a model can do in Ollama's words."""
    words = ["completion"]
    if capabilities is not None:
        for word, has in (
            ("tools", capabilities.tools),
            ("vision", capabilities.vision),
            ("thinking", capabilities.reasoning),
        ):
            if has:
                words.append(word)
    return tuple(words)


def _capabilities(registry: Registry, entry: ModelEntry) -> Capabilities | None:
    """Return what its listing says a model can do, else what its provider's declaration does."""
    configured = registry.provider(entry.provider)
    if entry.info.capabilities is not None or configured is None:
        return entry.info.capabilities
    return configured.spec.capabilities or configured.kind.capabilities


def _kept_until_s(entry: ModelEntry, answered: Mapping[str, int]) -> int | None:
    targets = entry.targets or (f"{entry.provider}/{entry.info.id}",)
    latest_ms = max(answered.get(target, 0) for target in targets)
    return (latest_ms + _KEPT_MS) // 1000 if latest_ms else None


def _listed(entry: ModelEntry, capabilities: Capabilities | None, kept_until_s: int | None) -> ListedModel:
    info = entry.info
    return ListedModel(
        id=entry.id,
        provider=entry.provider,
        display_name=info.display_name or entry.id,
        created_at_s=info.created_at_s,
        context_tokens=info.context_tokens,
        max_output_tokens=info.max_output_tokens,
        capabilities=capability_words(capabilities),
        family=info.family,
        parameters=info.parameters,
        quantization=info.quantization,
        kept_until_s=kept_until_s,
    )
