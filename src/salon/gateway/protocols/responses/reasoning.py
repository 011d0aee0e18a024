"""Reasoning items of the responses dialect.

OpenAI proves its reasoning with ``encrypted_content``; others with a signature or a sealed block. Such a
proof of another dialect travels in the same field, marked, so that it comes back in the next request and
is never shown to a provider that did not make it.
"""

import base64
import binascii
import re
from typing import Any

from salon.foundation.messages import ReasoningPart
from salon.gateway.protocols.base import Quirks
from salon.gateway.protocols.wire_json import (
    BrokenJsonError,
    JsonObject,
    dumps,
    is_object,
    loads,
    objects_in,
    own_data,
)

ENCRYPTED = "reasoning.encrypted_content"
"""Asks for reasoning items that a provider which stores nothing can read back."""
_REASONS = re.compile(r"(?:^|/)(?:o[134](?:-|$)|gpt-5(?!.*chat))")
"""OpenAI's models that reason unasked; the others refuse to be asked for it encrypted."""
FOREIGN = "salon."
"""Begins an ``encrypted_content`` that holds another dialect's proof."""


def joined(item: JsonObject, field: str, between: str = "") -> str:
    """Return the texts of an item's ``summary`` or ``content``."""
    return between.join(
        part["text"] for part in objects_in(item.get(field)) if isinstance(part.get("text"), str)
    )


def read_reasoning(item: JsonObject) -> ReasoningPart:
    """Read a reasoning item; its summary goes before its raw text."""
    text = joined(item, "summary") or joined(item, "content")
    sealed = item.get("encrypted_content")
    found = _unseal(sealed)
    if found is not None:
        return ReasoningPart(text=text, signature=found.get("signature"), redacted=found.get("redacted"))
    return ReasoningPart(text=text, provider_data={"responses": {"item": item}})


def write_reasoning(part: ReasoningPart) -> JsonObject | None:
    """Write a reasoning item for a provider; None when it is not this dialect's own."""
    item = own_data(part.provider_data, "responses").get("item")
    return item if is_object(item) and item.get("type") == "reasoning" else None


def sealed(signature: str | None, redacted: str | None) -> str | None:
    """Return another dialect's proof as ``encrypted_content``; None when there is none."""
    kept = {"signature": signature, "redacted": redacted}
    kept = {name: value for name, value in kept.items() if value}
    return FOREIGN + base64.urlsafe_b64encode(dumps(kept)).decode() if kept else None


def _unseal(value: Any) -> dict[str, str] | None:
    if not isinstance(value, str) or not value.startswith(FOREIGN):
        return None
    try:
        kept = loads(base64.urlsafe_b64decode(value[len(FOREIGN) :]))
    except (BrokenJsonError, binascii.Error, ValueError):
        return {}
    if not is_object(kept):
        return {}
    return {name: text for name, text in kept.items() if isinstance(text, str)}


def is_needed_back(model: str, effort: Any, quirks: Quirks) -> bool:
    """Tell whether reasoning is to be asked for encrypted, because we keep a provider from storing it.

    OpenAI's document of November 2026 calls it the default, and how to ask for it elsewhere.
    """
    if not quirks.get("store", True) or effort == "none":
        return False
    return bool(effort) or _REASONS.search(model) is not None


def is_refused(item: Any) -> bool:
    """Tell whether a provider that keeps nothing would refuse this item: reasoning it cannot read back."""
    if not is_object(item) or item.get("type") != "reasoning":
        return False
    sealed_text = item.get("encrypted_content")
    if not isinstance(sealed_text, str) or not sealed_text:
        return not item.get("content")
    return sealed_text.startswith(FOREIGN)
