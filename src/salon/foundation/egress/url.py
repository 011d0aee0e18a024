"""Addresses of things outside, read strictly: what two readers could read differently is refused."""

import ipaddress
import re
from typing import Final, Literal

import msgspec

from salon.foundation.egress.errors import EgressRefused

Scheme = Literal["http", "https"]

DEFAULT_PORTS: Final[dict[str, int]] = {"http": 80, "https": 443}
MAX_URL_LENGTH: Final = 4096

_ALLOWED = re.compile(r"[!$&'()*+,\-./0-9:;=?A-Z\[\]_a-z~%]+", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)


class Url(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Where a connection goes: the part of a URL that picks the peer."""

    scheme: Scheme
    host: str
    """Lower-case ASCII name, or an IP address in its one canonical form, without brackets."""
    port: int
    unix_path: str | None = None
    """Connect to this socket file instead; ``host`` then only names it."""

    @property
    def authority(self) -> str:
        """Return the value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_address(self) -> bool:
        """Tell whether the host is an IP address and needs no resolver."""
        return self.host[-1].isdigit() or ":" in self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def _refuse(text: str, detail: str) -> EgressRefused:
    return EgressRefused(host=text[:120], detail=detail)


def parse_url(text: str) -> tuple[Url, str]:
    """Return the peer and the target (path and query) of an absolute http or https URL.

    Refused: user names, backslashes, control and non-ASCII characters, fragments, trailing dots, zone
    ids, percent-encoded hosts, and IPv4 addresses in any but plain dotted decimal form.
    Raises: EgressRefused.
    """
    if len(text) > MAX_URL_LENGTH:
        raise _refuse(text, "the address is too long")
    if not _ALLOWED.fullmatch(text):
        raise _refuse(
            "", "the address holds a character that does not belong in one (@, \\, #, space, control)"
        )
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in DEFAULT_PORTS:
        raise _refuse(text, "only http:// and https:// addresses are allowed")
    end = min((index for index in (rest.find("/"), rest.find("?")) if index >= 0), default=len(rest))
    host, port = _split_authority(rest[:end], text)
    target = rest[end:]
    if not target.startswith("/"):
        target = "/" + target
    url = Url(
        scheme="https" if scheme == "https" else "http",
        host=parse_host(host),
        port=DEFAULT_PORTS[scheme] if port is None else port,
    )
    return url, target


def _split_authority(authority: str, text: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        host, bracket, tail = authority.partition("]")
        host += bracket
        if not bracket or (tail and not tail.startswith(":")):
            raise _refuse(text, "the host is not written correctly")
        port = tail[1:] if tail else None
    else:
        host, colon, digits = authority.partition(":")
        port = digits if colon else None
    if port is None:
        return host, None
    if not port.isdecimal() or len(port) > 5 or not 0 < int(port) < 65536 or port.startswith("0"):
        raise _refuse(text, "the port is not a number from 1 to 65535")
    return host, int(port)


def parse_host(host: str) -> str:
    """Return the canonical form of a host name or IP address (IPv6 in brackets). Raises: EgressRefused."""
    host = host.lower()
    if host.startswith("["):
        return _parse_ipv6(host)
    if not host or len(host) > 253:
        raise _refuse(host, "the host is empty or too long")
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise _refuse(host, "the host is not a plain name")
    if _NUMBER.fullmatch(labels[-1]):
        return _parse_ipv4(host)
    return host


def _parse_ipv6(host: str) -> str:
    if not host.endswith("]") or "%" in host:
        raise _refuse(host, "the host is not an IPv6 address without a zone")
    try:
        return str(ipaddress.IPv6Address(host[1:-1]))
    except ipaddress.AddressValueError as error:
        raise _refuse(host, "the host is not an IPv6 address") from error


def _parse_ipv4(host: str) -> str:
    try:
        return str(ipaddress.IPv4Address(host))
    except ipaddress.AddressValueError as error:
        raise _refuse(host, "an IPv4 address must be four decimal numbers") from error
