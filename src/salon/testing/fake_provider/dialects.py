"""Every dialect the fake provider answers in, and how a request in it is read."""

from types import ModuleType
from typing import Any

import orjson

from salon.testing.fake_provider import (
    anthropic,
    anthropic_count,
    bedrock_invoke,
    cohere,
    completions,
    converse,
    gemini,
    gemini_count,
    interactions,
    ollama,
    ollama_generate,
    openai,
    responses,
    responses_count,
)
from salon.testing.fake_provider.audio import AUDIO
from salon.testing.fake_provider.cloud_embeddings import CLOUD_EMBEDDINGS
from salon.testing.fake_provider.embeddings import EMBEDDINGS
from salon.testing.fake_provider.forms import read_form
from salon.testing.fake_provider.journal import Exchange
from salon.testing.fake_provider.judging import JUDGING
from salon.testing.fake_provider.pictures import PICTURES
from salon.testing.fake_provider.voices import VOICES, in_address

_DIALECTS: tuple[Any, ...] = (
    openai,
    completions,
    responses,
    responses_count,
    anthropic,
    anthropic_count,
    ollama,
    ollama_generate,
    gemini,
    gemini_count,
    interactions,
    cohere,
    converse,
    *CLOUD_EMBEDDINGS,
    bedrock_invoke,
    *EMBEDDINGS,
    *JUDGING,
    *VOICES,
    *AUDIO,
    *PICTURES,
)


def dialect_of(path: str) -> Any | None:
    """Return the dialect that is spoken at an address; None where no model is asked anything."""
    return next((known for known in _DIALECTS if _is_at(known, path)), None)


def _is_at(known: Any, path: str) -> bool:
    mark = getattr(known, "PATH_MARK", "")
    return path.endswith(known.PATH_END) or bool(mark and mark in path)


def name_of(dialect: Any) -> str:
    """Return what the journal calls a dialect."""
    return dialect.__name__.rpartition(".")[2] if isinstance(dialect, ModuleType) else dialect.name


def read_whole(exchange: Exchange, dialect: Any) -> Any:
    """Return the body as JSON, with what the address says where the dialect says it there."""
    if getattr(dialect, "reads_forms", False) and exchange.body[:1] != b"{":
        return read_form(exchange.header("content-type") or "", exchange.body)
    if getattr(dialect, "reads_address", False):
        return in_address(exchange.target, exchange.body)
    value = orjson.loads(exchange.body)
    if dialect in (gemini, gemini_count) or getattr(dialect, "of", None) is gemini:
        return {**value, **gemini.in_address(exchange.target)}
    if dialect is anthropic:
        return {**value, **anthropic.in_address(exchange.target.partition("?")[0], value)}
    if dialect is bedrock_invoke:
        bedrock_invoke.check(value)
    if dialect in (converse, bedrock_invoke):
        return {**value, **converse.in_address(exchange.target)}
    return value
