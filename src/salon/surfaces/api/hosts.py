"""Which Host and Origin headers are ours. Everything else is refused, on loopback too (DNS rebinding)."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from salon.foundation.kit.errors import ForeignOrigin, InvalidRequest

_HOST = re.compile(rb"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?", re.ASCII)
_LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
_WILDCARDS: Final = frozenset({"0.0.0.0", "::", "[::]", ""})  # noqa: S104 - recognised, not bound
_REMEMBERED: Final = 1024


class HostRules:
    """The names this Salon answers to, and the origins whose pages may call it."""

    def __init__(
        self,
        *,
        bound_host: str,
        allowed_hosts: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
        public_address: str = "",
    ) -> None:
        """Answer to loopback names, the bound address and ``allowed_hosts`` (names, with or without port).

        And to the host of ``public_address`` (``https://host``), whose page is our own whatever Host a proxy
        sends on.

        A wildcard address answers to every IP address literal: rebinding needs a name.
        """
        self._any_address = bound_host in _WILDCARDS
        public = urlsplit(public_address).hostname or ""
        names = (*_LOOPBACK_NAMES, bound_host, *allowed_hosts, public)
        self._names = {_canonical(name) for name in names if name}
        self._page = public_address.lower().encode("ascii") or None
        self._origins = frozenset(origin.rstrip("/").lower().encode("ascii") for origin in allowed_origins)
        self._known: dict[bytes, bool] = {}

    def check(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a foreign Host or Origin. Raises: ForeignOrigin, InvalidRequest (no usable Host)."""
        host = headers.get(b"host")
        if host is None:
            raise InvalidRequest(field="host", problem="The Host header is missing.")
        known = self._known.get(host)
        if known is None:
            known = self._remember(host)
        if not known:
            raise ForeignOrigin(header="Host")
        origin = headers.get(b"origin")
        if origin is not None and not self.is_own_origin(origin, host):
            raise ForeignOrigin(header="Origin")
        # A browser leaves Origin out when a foreign page embeds or follows an address; pages that are
        # navigated to carry no data of their own, all else is refused.
        is_embedded = origin is None and headers.get(b"sec-fetch-site") == b"cross-site"
        if is_embedded and headers.get(b"sec-fetch-mode") != b"navigate":
            raise ForeignOrigin(header="Sec-Fetch-Site")

    def is_own_origin(self, origin: bytes, host: bytes) -> bool:
        """Tell whether a page of ``origin`` may call ``host``: the same place, or one that is configured."""
        scheme, separator, place = origin.partition(b"://")
        same = bool(separator) and scheme in {b"http", b"https"} and place.lower() == host.lower()
        return same or origin.lower() in self._origins or origin.lower() == self._page

    def is_allowed_origin(self, origin: bytes) -> bool:
        """Tell whether ``origin`` is a foreign one that the settings allow (CORS)."""
        return origin.lower() in self._origins

    def _remember(self, host: bytes) -> bool:
        match = _HOST.fullmatch(host)
        if match is None:
            raise InvalidRequest(field="host", problem="The Host header is not a host name.")
        known = self._is_ours(match[1].decode("ascii"), host)
        if len(self._known) < _REMEMBERED:
            self._known[host] = known
        return known

    def _is_ours(self, name: str, host: bytes) -> bool:
        if _canonical(name) in self._names or host.decode("ascii").lower() in self._names:
            return True
        return self._any_address and _address(name) is not None


def _canonical(name: str) -> str:
    name = name.lower()
    address = _address(name)
    return str(address) if address is not None else name


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Tell whether listening on ``host`` can be reached from this machine only."""
    address = _address(host)
    return address.is_loopback if address is not None else host.lower() == "localhost"
