"""What a provider refuses of OpenAI's fields, left out of requests whose bytes pass through to it."""

from typing import Final

import msgspec

from salon.gateway.protocols import losses
from salon.gateway.protocols.base import Quirks
from salon.gateway.protocols.fields import Edits, field_value
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import UNREADABLE

QUIRKS: Final = frozenset({"refused", "names", "service_tiers"})
"""Those that ``leave_out`` knows; what they mean, ``request_writer`` says."""
_MARK: Final = b'"name"'
_TOOLS: Final = frozenset({b'"tool"', b'"function"'})
"""Roles under which a name says which function was called, not who speaks."""
_NULL: Final = msgspec.Raw(b"null")
_read_messages = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode


def leave_out(fields: dict[str, msgspec.Raw], edits: Edits, quirks: Quirks, lost: Lost) -> None:
    """Add to ``edits`` what leaves out all that is refused, and its names to ``lost``.

    Raises: InvalidRequest naming a field that cannot be read.
    """
    if "service_tier" in fields and quirks.get("service_tiers") is not None:
        tier = field_value(fields, "service_tier")
        if isinstance(tier, str) and (word := known_tier(tier, quirks, lost)) != tier:
            edits["service_tier"] = word
    for name in quirks.get("refused") or ():
        value = edits[name] if name in edits else fields.get(name)
        if value is not None:
            edits[name] = None
            if value != _NULL:
                lost[losses.field(name)] = None
    if not quirks.get("names", True) and "messages" in fields:
        _leave_out_names(fields["messages"], edits, lost)


def _leave_out_names(messages: msgspec.Raw, edits: Edits, lost: Lost) -> None:
    """Leave out who wrote a message; most have no such word in them, and are not read."""
    if _MARK not in bytes(messages):
        return
    try:
        read = _read_messages(messages)
    except UNREADABLE:
        return  # whatever it is, the provider says what is wrong with it
    named = [one for one in read if "name" in one and bytes(one.get("role", b"")) not in _TOOLS]
    if not named:
        return
    edits["messages"] = read
    for message in named:
        if message.pop("name") != _NULL:
            lost["messages.name"] = None


def known_tier(tier: str | None, quirks: Quirks, lost: Lost) -> str | None:
    """Return the service tier in the word that the provider knows; None is what it does unasked."""
    word = "default" if tier == "standard_only" else tier
    known = quirks.get("service_tiers")
    if known is None or word is None or word in known:
        return word
    if word != "default":  # which is what they do unasked
        lost["service_tier"] = None
    return None
