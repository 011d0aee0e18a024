"""What stands for a conversation once it was said in short: an item that only Salon reads back."""

import base64
import binascii
from typing import Any, Final

from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object

MARK: Final = "salon-compaction."
"""What the sealed words begin with; those of another begin otherwise, and stay as they are."""
_KINDS: Final = ("compaction", "compaction_summary")
_HEAD: Final = "This was said before, in short:\n\n"


def write_compaction(item_id: str, text: str) -> JsonObject:
    """Return the item that stands for what ``text`` says in short."""
    sealed = MARK + base64.urlsafe_b64encode(text.encode()).decode()
    return {"id": item_id, "type": "compaction", "encrypted_content": sealed}


def read_compaction(item: Any) -> str | None:
    """Return the words for a model that an item of ours stands for; None for any other item."""
    sealed = item.get("encrypted_content") if is_object(item) and item.get("type") in _KINDS else None
    if not isinstance(sealed, str) or not sealed.startswith(MARK):
        return None
    try:
        return _HEAD + base64.b64decode(sealed[len(MARK) :], b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def opened(items: Any) -> Any:
    """Return ``items`` with those of ours as words, for a provider that cannot read them."""
    if not is_list(items):
        return items
    told = ((item, read_compaction(item)) for item in items)
    return [item if words is None else {"role": "user", "content": words} for item, words in told]
