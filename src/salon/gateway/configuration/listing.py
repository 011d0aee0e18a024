"""Reads providers' lists of models, in each of their forms; what a list does not say stays unknown.

A model that cannot be read is left out, and the others stay: one odd row must not hide a whole list.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec
import orjson

from salon.foundation.kit.errors import UpstreamBroken
from salon.gateway.configuration.listed import Item, text
from salon.gateway.configuration.listing_common import read_common
from salon.gateway.configuration.listing_forms import (
    read_cohere,
    read_gemini,
    read_listener,
    read_ollama,
    read_speaker,
    read_vertex,
)
from salon.gateway.providers.base import ListingStyle
from salon.gateway.registry.models import ModelInfo

_MOST_MODELS: Final = 20_000
_ODD: Final = (KeyError, TypeError, ValueError, ArithmeticError)
"""What a reader raises at a row that is not what it should be."""


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a list."""

    field: str
    """Where the models stand."""
    read: Callable[[Item], ModelInfo | None]
    """Reads one; None for one that is for nothing here."""
    after: str = ""
    """What says where the next page starts."""


_OPENAI: Final = _Form(field="data", read=read_common)
_FORMS: Final[Mapping[ListingStyle, _Form]] = {
    "ollama": _Form(field="models", read=read_ollama),
    "gemini": _Form(field="models", read=read_gemini, after="nextPageToken"),
    "vertex": _Form(field="publisherModels", read=read_vertex, after="nextPageToken"),
    "cohere": _Form(field="models", read=read_cohere, after="next_page_token"),
}


def read_listing(style: ListingStyle, body: bytes, *, provider: str) -> tuple[list[ModelInfo], str | None]:
    """Return the models of one page, and where the next one starts. Raises: UpstreamBroken."""
    form = _FORMS.get(style, _OPENAI)
    try:
        value: Any = orjson.loads(body)
        if style == "deepgram":
            return _of_voices(value), None
        models = _models(_items(value, form.field), form.read)
    except _ODD as error:
        raise UpstreamBroken(provider=provider, detail="its list of models cannot be read") from error
    told = cast(Item, value) if isinstance(value, dict) else {}
    if style == "anthropic":
        return models, models[-1].id if told.get("has_more") and models else None
    return models, text(told.get(form.after)) or None


def _of_voices(value: Any) -> list[ModelInfo]:
    """Read a list of those that listen and those that speak; each language of one has a row of its own."""
    listed = [*_models(_items(value, "stt"), read_listener), *_models(_items(value, "tts"), read_speaker)]
    return list({model.id: model for model in listed}.values())


def _items(value: Any, field: str) -> list[Item]:
    listed: Any = cast(Item, value).get(field) if isinstance(value, dict) else value
    if listed is None and field == _OPENAI.field and isinstance(value, dict):
        listed = cast(Item, value).get("models")  # Writer calls it so
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise TypeError(field)
    return [cast(Item, item) for item in cast(list[Any], listed)[:_MOST_MODELS] if isinstance(item, dict)]


def _models(items: list[Item], read: Callable[[Item], ModelInfo | None]) -> list[ModelInfo]:
    """Return what can be read. Raises: ValueError when nothing can."""
    found: list[ModelInfo] = []
    odd = 0
    for item in items:
        try:
            model = read(item)
        except _ODD:
            odd += 1
            continue
        if model is not None:
            found.append(model)
    if odd and odd == len(items):
        raise ValueError("no model in it can be read")
    return found
