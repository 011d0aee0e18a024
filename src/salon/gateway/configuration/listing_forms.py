"""Forms of lists of models that are not OpenAI's: Google's two, Cohere's, Ollama's and Deepgram's."""

from collections.abc import Mapping

from salon.foundation.messages import OperationName
from salon.gateway.configuration.listed import Item, count, name_of, nested, operations_named, text, words
from salon.gateway.providers.base import Capabilities
from salon.gateway.providers.vertex import OF_EMBEDDINGS
from salon.gateway.registry.models import ModelInfo

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


def read_gemini(item: Item) -> ModelInfo | None:
    """Read Google's form; None for a model that is for nothing here (films)."""
    methods = item.get("supportedGenerationMethods")
    name = name_of(item.get("name")).removeprefix("models/")
    operations = operations_named(methods, _METHODS) if isinstance(methods, list) else None
    if operations is not None:
        operations += _media_of_google(name, operations)
    if operations == ():
        return None
    return ModelInfo(
        id=name,
        display_name=text(item.get("displayName")),
        owned_by="google",
        context_tokens=count(item.get("inputTokenLimit")),
        max_output_tokens=count(item.get("outputTokenLimit")),
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


def read_vertex(item: Item) -> ModelInfo | None:
    """Read the form of Vertex's own models; None for one that is asked in no way we have (Veo)."""
    name = name_of(item.get("name")).removeprefix(_OF_GOOGLE)
    chats = name.startswith("gemini-") and not any(word in name for word in _SPOKEN_OTHERWISE)
    found: list[OperationName] = ["chat"] if chats else []
    operations: tuple[OperationName, ...] = (*found, *_media_of_google(name, tuple(found)))
    if OF_EMBEDDINGS.fullmatch(name):
        operations = ("embeddings",)
    return ModelInfo(id=name, owned_by="google", operations=operations) if operations else None


def read_cohere(item: Item) -> ModelInfo | None:
    """Read Cohere's form; None for a model that is for nothing here."""
    operations = operations_named(item.get("endpoints"), _ENDPOINTS)
    if not operations:
        return None
    features = words(item.get("features"))
    known = Capabilities(
        tools="tools" in features or None,
        vision="vision" in features or None,
        reasoning="reasoning" in features or None,
        structured="json_schema" in features or None,
    )
    length = item.get("context_length")
    return ModelInfo(
        id=name_of(item.get("name")),
        owned_by="cohere",
        context_tokens=count(int(length)) if isinstance(length, int | float) else None,
        capabilities=known if features else None,
        operations=operations,
    )


def read_ollama(item: Item) -> ModelInfo:
    """Read Ollama's form."""
    details = nested(item.get("details"))
    return ModelInfo(
        id=name_of(item.get("model") or item.get("name")),
        display_name=text(item.get("name")),
        family=text(details.get("family")),
        parameters=text(details.get("parameter_size")),
        quantization=text(details.get("quantization_level")),
    )


def read_listener(item: Item) -> ModelInfo | None:
    """Read a model of Deepgram's that listens; None for one that only hears a call as it goes on."""
    return _voice(item, "transcriptions") if item.get("batch") is not False else None


def read_speaker(item: Item) -> ModelInfo:
    """Read a voice of Deepgram's."""
    return _voice(item, "speech")


def _voice(item: Item, operation: OperationName) -> ModelInfo:
    name = text(nested(item.get("metadata")).get("display_name")) or text(item.get("name"))
    return ModelInfo(
        id=name_of(item.get("canonical_name")),
        display_name=name,
        owned_by="deepgram",
        family=text(item.get("architecture")),
        operations=(operation,),
    )
