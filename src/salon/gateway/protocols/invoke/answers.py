"""What the answers of InvokeModel have in common: how they are read, and where their tokens are counted."""

from typing import Any, Final, TypeVar

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import EmbeddingRequest, Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.wire_json import JsonObject

COUNT_FIELD: Final = "x-amzn-bedrock-input-token-count"
"""The header in which Amazon counts; it is moved into the body, where answers are read."""
_PROVIDER: Final = "Bedrock"
T = TypeVar("T")


class Counted(msgspec.Struct, kw_only=True):
    """An answer with its count of tokens, if there was one."""

    tokens: int | None = msgspec.field(name=COUNT_FIELD, default=None)

    def usage(self) -> Usage | None:
        """Return the count as usage."""
        return whole.input_usage({COUNT_FIELD: self.tokens}, COUNT_FIELD)


def read(body: bytes, form: type[T], *, field: str) -> T:
    """Read an answer. Raises: UpstreamBroken, or the error that came instead."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field=field)
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no embedding") from error


def only_text(request: EmbeddingRequest) -> str:
    """Return the one text of a request. Raises: Unsupported for token numbers, or for more."""
    first, *others = whole.texts_of(request)
    if others:
        raise Unsupported(field="input", problem="This model takes one text at a time.")
    return first


def name_lost(request: Any, lost: Lost, *names: LossName) -> None:
    """Name in ``lost`` those of these wishes that were uttered."""
    lost.update(dict.fromkeys(name for name in names if getattr(request, name) is not None))


def kept_wishes(wire: JsonObject, **wishes: Any) -> JsonObject:
    """Return ``wire`` with the wishes that were uttered."""
    return {**wire, **{name: value for name, value in wishes.items() if value is not None}}
