"""The models a key may ask, as the compatible listings show them."""

from collections.abc import Container, Mapping, Sequence
from typing import Final

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.gateway.operations import OPERATIONS, guessed
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


def capability_words(capabilities: Capabilities | None, *, assumed: Container[str] = ()) -> tuple[str, ...]:
    """Return what a model can do in Ollama's words; chat where nothing else is known.

    ``assumed`` are words that are also returned where nobody says anything.
    """
    operations = (capabilities.operations if capabilities is not None else None) or ("chat",)
    words = [word for name in operations if (word := OPERATIONS[name].word)]
    if "chat" in operations:
        known = capabilities or Capabilities()
        told = {"tools": known.tools, "vision": known.vision, "thinking": known.reasoning}
        words += [word for word, has in told.items() if has or (has is None and word in assumed)]
    return tuple(words)


def _capabilities(registry: Registry, entry: ModelEntry) -> Capabilities | None:
    """Return what is known that a model can do; where nobody says what it is for, its name may."""
    configured = registry.provider(entry.provider)
    known = configured.capabilities_of(entry.info) if configured is not None else entry.info.capabilities
    return guess_operations(entry.info.id, known)


def guess_operations(model: str, known: Capabilities | None) -> Capabilities | None:
    """Return ``known``, with what the model's name says it is for where nothing else does."""
    operations = guessed(model)
    if operations is None or (known is not None and known.operations is not None):
        return known
    return msgspec.structs.replace(known or Capabilities(), operations=operations)


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
        # A client of Ollama offers no tools to a model whose list has not the word, and most can.
        capabilities=capability_words(capabilities, assumed=("tools",)),
        family=info.family,
        parameters=info.parameters,
        quantization=info.quantization,
        kept_until_s=kept_until_s,
    )
