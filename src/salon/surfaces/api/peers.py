"""Where a request comes from: the connection's other end, or whom a proxy that is believed speaks for.

``X-Forwarded-For`` and ``X-Forwarded-Proto`` are read only from the proxies that the settings name. They
say where from and over what, never who: identity comes from credentials alone.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_FORWARDED: Final = (
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
    b"x-forwarded-server",
    b"x-real-ip",
    b"via",
)


class Peer(msgspec.Struct, frozen=True):
    """The other end of a connection."""

    kind: Literal["local", "loopback", "remote"]
    """``local`` is the data directory's own socket; ``loopback`` a TCP peer on this machine."""
    address: str = ""
    """As the socket tells it; empty for a local one, or when nothing is known."""


LOCAL: Final = Peer("local")
UNKNOWN: Final = Peer("remote")


def peer_at(host: str) -> Peer:
    """Return the TCP peer at this address. Unknown is remote."""
    is_here = host == "::1" or host.startswith(("127.", "::ffff:127."))
    return Peer("loopback" if is_here else "remote", host)


def is_forwarded(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether any header says that a proxy passed the request on."""
    return any(name in headers for name in _FORWARDED)


class Proxies:
    """The proxies that are believed."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        """Believe these addresses and networks. Raises: ValueError for one that is neither."""
        self._trusted: tuple[Network, ...] = tuple(ipaddress.ip_network(one, strict=False) for one in trusted)

    def client_of(self, peer: Peer, headers: Mapping[bytes, bytes]) -> str:
        """Return the address of the client: the last one that no believed proxy stands at.

        A list is read from its end, where the nearest proxy wrote; what a client put before is not reached.
        """
        told = headers.get(b"x-forwarded-for")
        if told is None or not self._believes(peer.address):
            return peer.address
        address = peer.address
        for part in reversed(told.split(b",")):
            found = _address(part.strip().decode("latin-1"))
            if found is None:
                break
            address = str(found)
            if not self._believes(address):
                break
        return address

    def say_https(self, peer: Peer, headers: Mapping[bytes, bytes]) -> bool:
        """Tell whether a proxy that is believed says that the client came over TLS."""
        told = headers.get(b"x-forwarded-proto", b"")
        is_tls = told.rpartition(b",")[2].strip().lower() == b"https"
        return is_tls and self._believes(peer.address)

    def _believes(self, host: str) -> bool:
        address = _address(host) if self._trusted else None
        return address is not None and any(address in network for network in self._trusted)


def neighbourhood(host: str) -> str:
    """Return what stands for everyone who may be behind an address: of IPv6, the network of 64 bits."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return host if address is None else str(address)


def _address(text: str) -> Address | None:
    """Read an address, with or without a port, an IPv4 one also in IPv6's clothes."""
    host = text
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        host = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped
