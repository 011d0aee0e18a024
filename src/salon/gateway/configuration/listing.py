"""Reads providers' lists of models, in each of their forms; what a list does not say stays unknown."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import msgspec
import orjson

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import OperationName
from salon.gateway.operations import guessed
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.pricing.written import fingerprint
from salon.gateway.providers.base import Capabilities, ListingStyle
from salon.gateway.providers.vertex import OF_EMBEDDINGS
from salon.gateway.registry.models import ModelInfo

_MOST_MODELS = 20_000
_METHODS: Mapping[str, OperationName] = {
    "generateContent": "chat",
    "embedContent": "embeddings",
    "batchEmbedContents": "embeddings",
}
_ENDPOINTS: Mapping[str, OperationName] = {
    "chat": "chat",
    "embed": "embeddings",
    "rerank": "rerank",
    "transcribe": "transcriptions",
}
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

Item = dict[str, Any]


def read_listing(style: ListingStyle, body: bytes, *, provider: str) -> tuple[list[ModelInfo], str | None]:
    """Return the models of one page, and where the next one starts. Raises: UpstreamBroken."""
    try:
        value: Any = orjson.loads(body)
        if style == "ollama":
            return [_ollama(item) for item in _items(value, "models")], None
        if style == "gemini":
            after = cast(Item, value).get("nextPageToken") if isinstance(value, dict) else None
            listed = [_gemini(item) for item in _items(value, "models")]
            return [model for model in listed if model is not None], after if _text(after) else None
        if style == "vertex":
            after = cast(Item, value).get("nextPageToken") if isinstance(value, dict) else None
            listed = [_vertex(item) for item in _items(value, "publisherModels")]
            return [model for model in listed if model is not None], after if _text(after) else None
        if style == "cohere":
            after = cast(Item, value).get("next_page_token") if isinstance(value, dict) else None
            listed = [_cohere(item) for item in _items(value, "models")]
            return [model for model in listed if model.operations], after if _text(after) else None
        models = [_common(item) for item in _items(value, "data") if _is_served(item)]
        more = cast(Item, value).get("has_more") if isinstance(value, dict) else False
        return models, models[-1].id if style == "anthropic" and more and models else None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise UpstreamBroken(provider=provider, detail="its list of models cannot be read") from error


def _items(value: Any, field: str) -> list[Item]:
    listed: Any = cast(Item, value).get(field) if isinstance(value, dict) else value
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise TypeError(field)
    return [cast(Item, item) for item in cast(list[Any], listed)[:_MOST_MODELS] if isinstance(item, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _object(value: Any) -> Item:
    return cast(Item, value) if isinstance(value, dict) else {}


def _is_served(item: Item) -> bool:
    """Tell whether a model can be asked here; Mistral also lists those that only transcribe, and says so."""
    chats = _object(item.get("capabilities")).get("completion_chat") is not False
    return chats or guessed(str(item["id"])) is not None


def _operations(item: Item) -> tuple[OperationName, ...] | None:
    """Read what a model is for, where Mistral's flags or Together's ``type`` say it."""
    flags = _object(item.get("capabilities"))
    if flags.get("completion_chat") is False:
        return guessed(str(item["id"]))
    kind = _TYPES.get(_text(item.get("type")))
    return kind or (("chat",) if flags.get("completion_chat") is True else None)


def _common(item: Item) -> ModelInfo:
    """Read the form of OpenAI, with what OpenRouter, vLLM, LM Studio, Groq, Mistral and Anthropic add."""
    top = item.get("top_provider")
    top_provider = cast(Item, top) if isinstance(top, dict) else {}
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
            if (found := _count(item.get(name))) is not None
        ),
        None,
    )
    created = item.get("created")
    return ModelInfo(
        id=str(item["id"]),
        display_name=_text(item.get("display_name") or item.get("name")),
        created_at_s=int(created) if isinstance(created, int | float) else 0,
        owned_by=_text(item.get("owned_by")),
        context_tokens=context,
        max_output_tokens=_count(top_provider.get("max_completion_tokens"))
        or _count(item.get("max_completion_tokens"))
        or _count(item.get("max_tokens")),
        capabilities=_capabilities(item),
        operations=_operations(item),
        price=_price(item.get("pricing")),
    )


def _capabilities(item: Item) -> Capabilities | None:
    """Read OpenRouter's parameters and modalities, or Mistral's flags; others do not say."""
    supported = item.get("supported_parameters")
    if not isinstance(supported, list):
        flags = _object(item.get("capabilities"))
        if "function_calling" not in flags:
            return None
        return Capabilities(tools=flags["function_calling"] is True, vision=flags.get("vision") is True)
    names = set(cast(list[Any], supported))
    shape = item.get("architecture")
    architecture = cast(Item, shape) if isinstance(shape, dict) else {}
    inputs = architecture.get("input_modalities")
    return Capabilities(
        tools="tools" in names,
        vision="image" in cast(list[Any], inputs) if isinstance(inputs, list) else None,
        reasoning="reasoning" in names,
        structured=True if "structured_outputs" in names else None,
    )


def _price(value: Any) -> Price | None:
    """Read OpenRouter's prices, which are in dollars per token."""
    if not isinstance(value, dict):
        return None
    prices = cast(Item, value)

    def one(name: str) -> int | None:
        text = prices.get(name)
        if not isinstance(text, str | int | float) or text == "":
            return None
        amount = Decimal(str(text))
        return rate(amount * 1_000_000) if amount >= 0 else None

    try:
        entry, output = one("prompt"), one("completion")
        if entry is None or output is None:
            return None
        tier = PriceTier(
            input=entry,
            output=output,
            cached=one("input_cache_read"),
            cache_write=one("input_cache_write"),
            reasoning=one("internal_reasoning") or None,
            audio_input=one("audio") or None,
        )
        price = Price(
            tiers=(tier,),
            version="",
            request_e10=_piece(prices, "request") or 0,
            search_e10=_piece(prices, "web_search"),
        )
    except (InvalidOperation, ValueError):
        return None
    return msgspec.structs.replace(price, version=f"the provider's list {fingerprint(price)}")


def _piece(prices: Item, name: str) -> int | None:
    amount = prices.get(name)
    return None if amount in {None, ""} else rate(Decimal(str(amount)))


def _gemini(item: Item) -> ModelInfo | None:
    """Read Google's form; None for a model that is for nothing here (films)."""
    methods = item.get("supportedGenerationMethods")
    name = str(item["name"]).removeprefix("models/")
    operations = _named(methods, _METHODS) if isinstance(methods, list) else None
    if operations is not None:
        operations += _media_of_google(name, operations)
    if operations == ():
        return None
    return ModelInfo(
        id=name,
        display_name=_text(item.get("displayName")),
        owned_by="google",
        context_tokens=_count(item.get("inputTokenLimit")),
        max_output_tokens=_count(item.get("outputTokenLimit")),
        capabilities=Capabilities(reasoning=True) if item.get("thinking") is True else None,
        operations=operations,
    )


def _media_of_google(name: str, operations: tuple[OperationName, ...]) -> tuple[OperationName, ...]:
    """Return what Google's list does not say of a model's answers, and its name does."""
    if "chat" not in operations:
        return ("images",) if name.startswith("imagen-") else ()
    if "-image" in name:
        return ("images", "image-edits")
    return ("speech",) if "-tts" in name else ()


_OF_GOOGLE = "publishers/google/models/"
_SPOKEN_OTHERWISE = ("embedding", "-live-", "-native-audio")
"""Words in the names of Gemini models that do not chat the way the others do."""


def _vertex(item: Item) -> ModelInfo | None:
    """Read the form of Vertex's own models; None for one that is asked in no way we have (Veo)."""
    name = str(item["name"]).removeprefix(_OF_GOOGLE)
    chats = name.startswith("gemini-") and not any(word in name for word in _SPOKEN_OTHERWISE)
    found: list[OperationName] = ["chat"] if chats else []
    operations: tuple[OperationName, ...] = (*found, *_media_of_google(name, tuple(found)))
    if OF_EMBEDDINGS.fullmatch(name):
        operations = ("embeddings",)
    return ModelInfo(id=name, owned_by="google", operations=operations) if operations else None


def _named(value: Any, known: Mapping[str, OperationName]) -> tuple[OperationName, ...]:
    words = _words(value)
    return tuple(dict.fromkeys(operation for word, operation in known.items() if word in words))


def _words(value: Any) -> set[str]:
    return (
        {word for word in cast(list[Any], value) if isinstance(word, str)}
        if isinstance(value, list)
        else set()
    )


def _cohere(item: Item) -> ModelInfo:
    features = _words(item.get("features"))
    known = Capabilities(
        tools="tools" in features or None,
        vision="vision" in features or None,
        reasoning="reasoning" in features or None,
        structured="json_schema" in features or None,
    )
    length = item.get("context_length")
    return ModelInfo(
        id=str(item["name"]),
        owned_by="cohere",
        context_tokens=_count(int(length)) if isinstance(length, int | float) else None,
        capabilities=known if features else None,
        operations=_named(item.get("endpoints"), _ENDPOINTS),
    )


def _ollama(item: Item) -> ModelInfo:
    found = item.get("details")
    details = cast(Item, found) if isinstance(found, dict) else {}
    return ModelInfo(
        id=str(item.get("model") or item["name"]),
        display_name=_text(item.get("name")),
        family=_text(details.get("family")),
        parameters=_text(details.get("parameter_size")),
        quantization=_text(details.get("quantization_level")),
    )
