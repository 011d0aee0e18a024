"""OpenAI's form of a list of models, with what a dozen services add to it."""

from collections.abc import Mapping
from typing import Any, cast

from salon.foundation.messages import OperationName
from salon.gateway.configuration.listed import Item, count, name_of, nested, text, words
from salon.gateway.configuration.listing_prices import read_price
from salon.gateway.operations import guessed
from salon.gateway.protocols.wire_json import seconds
from salon.gateway.providers.base import Capabilities
from salon.gateway.registry.models import ModelInfo

_TYPES: Mapping[str, tuple[OperationName, ...]] = {
    "chat": ("chat",),
    "language": ("chat",),
    "embedding": ("embeddings",),
    "embeddings": ("embeddings",),
    "rerank": ("rerank",),
    "moderation": ("moderations",),
    "image": ("images", "image-edits"),
    "audio": ("speech",),
    "transcribe": ("transcriptions", "translations"),
}

_OF_SERVICES = ("supports_tools", "supports_structured_output")


def _is_served(item: Item) -> bool:
    """Tell whether a model can be asked here; Mistral also lists those that only transcribe, and says so."""
    chats = nested(item.get("capabilities")).get("completion_chat") is not False
    return chats or guessed(text(item.get("id"))) is not None


def _operations(item: Item) -> tuple[OperationName, ...] | None:
    """Read what a model is for, where Mistral's flags or Together's ``type`` say it."""
    flags = nested(item.get("capabilities"))
    if flags.get("completion_chat") is False:
        return guessed(text(item.get("id")))
    kind = _TYPES.get(text(item.get("type")))
    return kind or (("chat",) if flags.get("completion_chat") is True else None)


def read_common(item: Item) -> ModelInfo | None:
    """Read one model, with what the services add to it; None for one that cannot be asked here.

    Raises: ValueError, TypeError for a row that is not what it should be.
    """
    name = name_of(item.get("id"))
    if not _is_served(item):
        return None
    top_provider = nested(item.get("top_provider"))
    context = next(
        (
            found
            for name in (
                "context_length",
                "max_model_len",
                "max_context_length",
                "context_window",
                "max_input_tokens",
            )
            if (found := count(item.get(name))) is not None
        ),
        max((count(one.get("context_length")) or 0 for one in _services(item)), default=0) or None,
    )
    return ModelInfo(
        id=name,
        display_name=text(item.get("display_name") or item.get("name")),
        created_at_s=seconds(item.get("created")) or 0,
        owned_by=text(item.get("owned_by")),
        context_tokens=context,
        max_output_tokens=count(top_provider.get("max_completion_tokens"))
        or count(item.get("max_completion_tokens"))
        or count(item.get("max_tokens")),
        capabilities=_capabilities(item),
        operations=_operations(item),
        price=read_price(item.get("pricing")),
    )


def _capabilities(item: Item) -> Capabilities | None:
    """Read OpenRouter's parameters and modalities, those of a router's services, or Mistral's flags."""
    supported = item.get("supported_parameters")
    if isinstance(item.get("providers"), list):
        return _of_services(item)
    if not isinstance(supported, list):
        flags = nested(item.get("capabilities"))
        if "function_calling" not in flags:
            return None
        return Capabilities(tools=flags["function_calling"] is True, vision=flags.get("vision") is True)
    names = words(cast(list[Any], supported))
    return Capabilities(
        tools="tools" in names,
        vision=_sees(item),
        reasoning="reasoning" in names,
        structured=True if "structured_outputs" in names else None,
    )


def _sees(item: Item) -> bool | None:
    inputs = nested(item.get("architecture")).get("input_modalities")
    return "image" in cast(list[Any], inputs) if isinstance(inputs, list) else None


def _services(item: Item) -> list[Item]:
    """Return the services behind a router that have the model now (Hugging Face)."""
    listed = item.get("providers")
    found = [nested(one) for one in cast(list[Any], listed)] if isinstance(listed, list) else []
    return [one for one in found if one.get("status") in {None, "live"}]


def _of_services(item: Item) -> Capabilities:
    """Return what some service behind the router can do with the model; which one is asked it decides."""
    told = {name: {one.get(name) for one in _services(item)} for name in _OF_SERVICES}
    known = {name: (True in said if said & {True, False} else None) for name, said in told.items()}
    return Capabilities(
        tools=known["supports_tools"], structured=known["supports_structured_output"], vision=_sees(item)
    )
