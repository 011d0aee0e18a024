"""What a request for a response wants kept, and what it goes on from."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from salon.features.conversations.responses.chain import FIELD
from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.protocols.base import DialectName
from salon.gateway.protocols.fields import field_value, optional
from salon.gateway.protocols.wire_json import is_object

ASKED: Final[DialectName] = "responses"
DIALECTS: Final[tuple[DialectName, ...]] = ("responses", "responses-compact", "responses-count")
"""In which a request may go on from what is stored."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of storing."""

    previous: str | None
    """The response it goes on from."""
    conversation: str | None
    """The conversation it goes on in."""
    is_stored: bool
    is_explicit: bool
    """It says itself that it is to be stored."""
    in_background: bool
    is_stream: bool

    @property
    def is_empty(self) -> bool:
        """Whether the gateway can answer it as it is."""
        return not self.is_stored and self.previous is None and self.conversation is None


def read_wish(dialect: DialectName, fields: Mapping[str, msgspec.Raw]) -> Wish:
    """Read what a request says of storing. Raises: InvalidRequest naming the field."""

    def flag(name: str) -> bool | None:
        return optional(_value(fields, name), bool, name)

    is_asked = dialect == ASKED
    store = flag("store") if is_asked else False
    wish = Wish(
        previous=optional(_value(fields, FIELD), str, FIELD),
        conversation=_conversation(_value(fields, "conversation")),
        is_stored=store is not False,
        is_explicit=store is True,
        in_background=bool(flag("background")) if is_asked else False,
        is_stream=bool(flag("stream")) if is_asked else False,
    )
    if wish.previous is not None and wish.conversation is not None:
        raise InvalidRequest(
            field=FIELD, problem="It goes on from a response or in a conversation: name one of them."
        )
    if wish.in_background and not wish.is_stored:
        raise InvalidRequest(
            field="background", problem="What is answered in the background is stored: leave store out."
        )
    return wish


def _value(fields: Mapping[str, msgspec.Raw], name: str) -> Any:
    return field_value(dict(fields), name) if name in fields else None


def _conversation(value: Any) -> str | None:
    named = value.get("id") if is_object(value) else value
    if value is None:
        return None
    if not isinstance(named, str) or not named:
        raise InvalidRequest(field="conversation", problem="This must be the id of a conversation.")
    return named
