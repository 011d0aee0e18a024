"""The models a key may ask, as the compatible listings show them."""

from collections.abc import Sequence

from salon.foundation.accounts import KeyIdentity
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import ModelEntry
from salon.gateway.registry.registry import Registry
from salon.surfaces.api.services import ListedModel


def listed_models(registry: Registry, identity: KeyIdentity) -> Sequence[ListedModel]:
    """Return what ``identity`` may ask; aliases first."""
    return [
        _listed(entry, _capabilities(registry, entry))
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


def _listed(entry: ModelEntry, capabilities: Capabilities | None) -> ListedModel:
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
    )
