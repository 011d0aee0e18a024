"""Counts of a request's tokens: what is asked of a provider and told to a caller instead of an answer."""

from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import Finish, Response, Usage
from salon.gateway.protocols.base import EncodedRequest
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, dumps, is_object, loads_lenient

BYTES_PER_TOKEN: Final = 4
"""UTF-8 bytes of a token, about, where there is nothing better to count with."""
DONE: Final = Finish(reason="stop", raw="counted")


def counted(tokens: int, *, estimated: bool = False) -> Response:
    """Return the answer that says ``tokens``. To count costs nothing: its own usage is none."""
    told = {"count": {"tokens": tokens, "estimated": estimated}}
    return Response(id=None, model=None, parts=(), finish=DONE, usage=Usage(), provider_data=told)


def count_of(response: Response) -> tuple[int, bool]:
    """Return what ``counted`` was told."""
    told = (response.provider_data or {})["count"]
    return told["tokens"], told["estimated"]


def read_count(body: bytes, field: str) -> int | None:
    """Return the number in ``field`` of a provider's answer, if it is one."""
    try:
        value: Any = loads_lenient(body)
    except BrokenJsonError:
        return None
    found = value.get(field) if is_object(value) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def decode_count(body: bytes, field: str) -> Response:
    """Return a provider's count. Raises: UpstreamBroken when the answer is none."""
    found = read_count(body, field)
    if found is None:
        raise UpstreamBroken(provider="The provider", detail="its answer is no count of tokens")
    return counted(found)


def look_at_count(body: bytes, field: str) -> tuple[Usage | None, Finish | None, int]:
    """Return that a count cost nothing, if ``body`` is one."""
    return (None, None, 0) if read_count(body, field) is None else (Usage(), DONE, 0)


def only(encoded: EncodedRequest, names: frozenset[str]) -> tuple[JsonObject, tuple[Loss, ...]]:
    """Return those fields of a request for an answer that decide what a model reads, and what it lost."""
    wire = msgspec.json.decode(encoded.body, type=dict[str, msgspec.Raw])
    return {name: value for name, value in wire.items() if name in names}, encoded.lost


def write_count(response: Response, field: str, **fields: Any) -> EncodedRequest:
    """Write a count; one that is an estimate says so."""
    tokens, estimated = count_of(response)
    marked = {"estimated": True} if estimated else {}
    return EncodedRequest(body=dumps({**fields, field: tokens, **marked}))
