"""The compatible reads: model lists and details in the words of each dialect."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import orjson

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import InvalidRequest, UnknownModel
from salon.foundation.kit.version import __version__
from salon.gateway.protocols.base import DialectName
from salon.surfaces.api.services import ListedModel, Services

_DEFAULT_PAGE: Final = 20
_MAX_PAGE: Final = 1000
_GEMINI_METHODS_OF: Final = (
    ("completion", "generateContent"),
    ("completion", "countTokens"),
    ("embedding", "embedContent"),
    ("embedding", "batchEmbedContents"),
)
"""What a model is for, and the methods that ask it for that."""
_GEMINI_METHODS: Final = (
    ":generateContent",
    ":streamGenerateContent",
    ":countTokens",
    ":embedContent",
    ":batchEmbedContents",
)

_BELOW: Final[tuple[tuple[str, DialectName], ...]] = (
    ("/v1/messages", "anthropic"),
    ("/v1/responses", "responses"),
    ("/v1/realtime", "openai-realtime"),
)


class _ShowRequest(msgspec.Struct):
    model: str = ""
    name: str = ""


def shared_dialect(headers: Mapping[bytes, bytes]) -> DialectName:
    """Pick the dialect of a path that several share: credential header, ``anthropic-version``, OpenAI."""
    if b"x-goog-api-key" in headers:
        return "gemini"
    if b"x-api-key" in headers or b"anthropic-version" in headers or b"anthropic-beta" in headers:
        return "anthropic"
    return "openai"


def path_dialect(path: str, headers: Mapping[bytes, bytes]) -> DialectName | None:
    """Return whose words an error on ``path`` uses."""
    for below, dialect in _BELOW:
        if path == below or path.startswith(f"{below}/"):
            return dialect
    if path.startswith(("/v1beta/", "/upload/")) or path.endswith(_GEMINI_METHODS):
        return "gemini"
    if path in {"/v1/rerank", "/v2/rerank"}:
        return "rerank"
    if path.startswith("/v1/"):
        return shared_dialect(headers)
    return "ollama" if path.startswith("/api/") else None


class CompatReads:
    """Answers the compatible reads from the model listing."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def models(self, identity: KeyIdentity, headers: Mapping[bytes, bytes], query: bytes) -> bytes:
        """Answer ``GET /v1/models``."""
        models = self._allowed(identity)
        if shared_dialect(headers) == "gemini":
            return self.gemini_models(identity, None)
        if shared_dialect(headers) == "anthropic":
            return orjson.dumps(_anthropic_page(models, query))
        return orjson.dumps({"object": "list", "data": [_openai_model(model) for model in models]})

    def model(self, identity: KeyIdentity, headers: Mapping[bytes, bytes], name: str) -> bytes:
        """Answer ``GET /v1/models/{model}``. Raises: UnknownModel."""
        if shared_dialect(headers) == "gemini":
            return self.gemini_models(identity, name)
        model = self._find(identity, name)
        is_anthropic = shared_dialect(headers) == "anthropic"
        return orjson.dumps(_anthropic_model(model) if is_anthropic else _openai_model(model))

    def gemini_models(self, identity: KeyIdentity, name: str | None) -> bytes:
        """Answer ``GET /v1beta/models`` on one page, or show the model ``name``. Raises: UnknownModel."""
        if name is not None:
            return orjson.dumps(_gemini_model(self._find(identity, name)))
        return orjson.dumps({"models": [_gemini_model(model) for model in self._allowed(identity)]})

    def tags(self, identity: KeyIdentity, *, running: bool = False) -> bytes:
        """Answer ``GET /api/tags``, or ``GET /api/ps`` with what is ``running``."""
        models = self._allowed(identity)
        if running:
            shown = [_ollama_running(model, model.kept_until_s) for model in models if model.kept_until_s]
        else:
            shown = [_ollama_model(model) for model in models]
        return orjson.dumps({"models": shown})

    def show(self, identity: KeyIdentity, body: bytes) -> bytes:
        """Answer ``POST /api/show``. Raises: InvalidRequest, UnknownModel."""
        try:
            asked = msgspec.json.decode(body, type=_ShowRequest)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidRequest(field="body", problem="This is no JSON object with a model.") from error
        name = asked.model or asked.name
        if not name:
            raise InvalidRequest(field="model", problem="Name a model.")
        return orjson.dumps(_ollama_details(self._find(identity, name)))

    def version(self) -> bytes:
        """Answer ``GET /api/version``."""
        return orjson.dumps({"version": __version__})

    def _allowed(self, identity: KeyIdentity) -> list[ListedModel]:
        limits = identity.limits
        return [model for model in self._services.list_models(identity) if limits.allows_model(model.id)]

    def _find(self, identity: KeyIdentity, name: str) -> ListedModel:
        bare = name.removesuffix(":latest")
        for model in self._allowed(identity):
            if model.id in {name, bare}:
                return model
        raise UnknownModel(model=name[:200], nearest=None)


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _openai_model(model: ListedModel) -> dict[str, Any]:
    return {"id": model.id, "object": "model", "created": model.created_at_s, "owned_by": model.provider}


def _anthropic_model(model: ListedModel) -> dict[str, Any]:
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name,
        "created_at": _time(model.created_at_s),
        "max_input_tokens": model.context_tokens,
        "max_tokens": model.max_output_tokens,
    }


def _anthropic_page(models: Sequence[ListedModel], query: bytes) -> dict[str, Any]:
    """Return one page, by ``limit``, ``after_id`` and ``before_id``. Raises: InvalidRequest."""
    asked = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    limit = asked.get("limit", str(_DEFAULT_PAGE))
    if not limit.isdecimal() or not 1 <= int(limit[:5]) <= _MAX_PAGE:
        raise InvalidRequest(field="limit", problem=f"This must be a number from 1 to {_MAX_PAGE}.")
    ids = [model.id for model in models]
    first, end = 0, len(models)
    if asked.get("after_id") in ids:
        first = ids.index(asked["after_id"]) + 1
    if asked.get("before_id") in ids:
        end = ids.index(asked["before_id"])
        first = max(first, end - int(limit))
    page = models[first : min(end, first + int(limit))]
    has_more = first > 0 if "before_id" in asked else first + len(page) < end
    return {
        "data": [_anthropic_model(model) for model in page],
        "has_more": has_more,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _gemini_model(model: ListedModel) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": f"models/{model.id}",
        "displayName": model.display_name,
        "supportedGenerationMethods": [
            method for word, method in _GEMINI_METHODS_OF if word in model.capabilities
        ],
    }
    if model.context_tokens is not None:
        shown["inputTokenLimit"] = model.context_tokens
    if model.max_output_tokens is not None:
        shown["outputTokenLimit"] = model.max_output_tokens
    return shown


def _ollama_details_block(model: ListedModel) -> dict[str, Any]:
    return {
        "parent_model": "",
        "format": "",
        "family": model.family,
        "families": [model.family] if model.family else [],
        "parameter_size": model.parameters,
        "quantization_level": model.quantization,
    }


def _ollama_model(model: ListedModel) -> dict[str, Any]:
    return {
        "name": model.id,
        "model": model.id,
        "modified_at": _time(model.created_at_s),
        "size": 0,
        # Clients take models of one digest for one model.
        "digest": hashlib.sha256(model.id.encode()).hexdigest(),
        "details": _ollama_details_block(model),
    }


def _ollama_running(model: ListedModel, until_s: int) -> dict[str, Any]:
    shown = _ollama_model(model)
    del shown["modified_at"]
    shown |= {"expires_at": _time(until_s), "size_vram": 0}
    if model.context_tokens is not None:
        shown["context_length"] = model.context_tokens
    return shown


def _ollama_details(model: ListedModel) -> dict[str, Any]:
    family = model.family or "unknown"
    info: dict[str, Any] = {"general.architecture": family}
    if model.context_tokens is not None:
        info[f"{family}.context_length"] = model.context_tokens
    return {
        "modelfile": "",
        "parameters": "",
        "template": "",
        "license": "",
        "modified_at": _time(model.created_at_s),
        "details": _ollama_details_block(model),
        "model_info": info,
        "capabilities": list(model.capabilities),
    }
