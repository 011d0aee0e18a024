"""What a request's head must satisfy, whichever door it comes through."""

from collections.abc import Mapping
from typing import Final

from salon.foundation.kit.errors import InvalidRequest, TooLarge
from salon.surfaces.api.services import ServerLimits

RawHeaders = list[tuple[bytes, bytes]]

_ONCE: Final = frozenset(
    {b"host", b"content-length", b"transfer-encoding", b"authorization", b"content-type", b"origin"}
    | {b"x-api-key", b"api-key", b"x-goog-api-key", b"cookie"}
)


class HeadTooLarge(TooLarge):
    """The headers are over their limit. Fields: ``what``, ``limit_bytes``."""

    status = 431


class UrlTooLong(TooLarge):
    """The address is over its limit. Fields: ``what``, ``limit_bytes``."""

    status = 414


class TooSlow(InvalidRequest):
    """The request did not come in time. Fields: ``field``, ``problem``."""

    status = 408


def check_head(
    url: bytes,
    headers: RawHeaders,
    header_map: Mapping[bytes, bytes],
    limits: ServerLimits,
    *,
    may_be_large: bool,
) -> None:
    """Refuse a head that is too large or that two readers could read differently.

    ``may_be_large`` says that the size is worth counting. Raises: InvalidRequest, TooLarge.
    """
    if len(url) > limits.max_url_bytes:
        raise UrlTooLong(what="address", limit_bytes=limits.max_url_bytes)
    if len(headers) > limits.max_headers:
        raise HeadTooLarge(what="number of headers", limit_bytes=limits.max_headers)
    if may_be_large and head_bytes(url, headers) > limits.max_head_bytes:
        raise HeadTooLarge(what="head", limit_bytes=limits.max_head_bytes)
    if len(header_map) != len(headers):
        _refuse_repeated(headers)
    coding = header_map.get(b"transfer-encoding")
    if coding is not None:
        if b"content-length" in header_map:
            raise InvalidRequest(field="transfer-encoding", problem="A body has one length, not two.")
        if coding.lower() != b"chunked":
            raise InvalidRequest(field="transfer-encoding", problem="Only “chunked” is understood.")


def head_bytes(url: bytes, headers: RawHeaders) -> int:
    """Return about how many bytes a head takes on the wire."""
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)


def _refuse_repeated(headers: RawHeaders) -> None:
    seen: set[bytes] = set()
    for name, _ in headers:
        if name in seen and name in _ONCE:
            raise InvalidRequest(field=name.decode("ascii"), problem="This header was sent twice.")
        seen.add(name)
