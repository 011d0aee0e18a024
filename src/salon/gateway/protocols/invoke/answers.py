"""What the answers of InvokeModel have in common: how they are read, and where their tokens are counted."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Usage
from salon.gateway.protocols import whole
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.wire_json import JsonObject

COUNT_FIELD: Final = "x-amzn-bedrock-input-token-count"
"""The header in which Amazon counts; it is moved into the body, where answers are read."""
_PROVIDER: Final = "Bedrock"
_EACH: Final = msgspec.json.Decoder(list[msgspec.Raw])
T = TypeVar("T")


class Counted(msgspec.Struct, kw_only=True):
    """An answer with its count of tokens, if there was one."""

    tokens: int | None = msgspec.field(name=COUNT_FIELD, default=None)

    def usage(self) -> Usage | None:
        """Return the count as usage."""
        return count_as_usage(self.tokens)


def count_as_usage(tokens: int | None) -> Usage | None:
    """Return a count of tokens as usage."""
    return whole.input_usage({COUNT_FIELD: tokens}, COUNT_FIELD)


def read(body: bytes, form: type[T], *, field: str) -> T:
    """Read an answer. Raises: UpstreamBroken, or the error that came instead."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider=_PROVIDER, field=field)
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no embedding") from error


def read_each(body: bytes, form: type[T], *, field: str) -> list[T]:
    """Read the answers of a request that was sent for each text alone. Raises: like ``read``."""
    if not body.startswith(b"["):
        return [read(body, form, field=field)]
    try:
        each = _EACH.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamBroken(provider=_PROVIDER, detail="one of its answers is no embedding") from error
    if not each:
        raise UpstreamBroken(provider=_PROVIDER, detail="its answer is no embedding")
    return [read(bytes(one), form, field=field) for one in each]


def for_each(bodies: Sequence[bytes]) -> bytes:
    """Return what is sent for texts of which each has a body of its own: a list, if there are several."""
    return bodies[0] if len(bodies) == 1 else b"[" + b",".join(bodies) + b"]"


def summed(counts: Iterable[int | None]) -> int | None:
    """Return all tokens together; None when some were not counted."""
    known = list(counts)
    return None if None in known else sum(one for one in known if one is not None)


def name_lost(request: Any, lost: Lost, *names: LossName) -> None:
    """Name in ``lost`` those of these wishes that were uttered."""
    lost.update(dict.fromkeys(name for name in names if getattr(request, name) is not None))


def kept_wishes(wire: JsonObject, **wishes: Any) -> JsonObject:
    """Return ``wire`` with the wishes that were uttered."""
    return {**wire, **{name: value for name, value in wishes.items() if value is not None}}
