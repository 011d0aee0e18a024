"""Which addresses a part of the house may reach, decided on the IP address and never on the name.

Every address falls in one class. *Public* is open to every policy; *private* (RFC 1918, unique local,
shared address space) and *loopback* only to policies that say so; everything else (link-local, metadata
services, multicast, unspecified, reserved, transition mechanisms that hide another address) to none.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from salon.foundation.egress.errors import EgressPrivate, EgressRefused

AddressClass = Literal["public", "private", "loopback", "never"]
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class EgressPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What one purpose may reach."""

    name: str
    """Names the purpose; connections are never shared between names."""
    allow_private: bool = False
    allow_loopback: bool = False
    allow_unix: bool = False
    allow_plain: bool = True
    """Whether ``http://`` is allowed at all."""
    allow_ports: frozenset[int] | None = None
    """The only ports allowed; ``None`` is any but those in ``REFUSED_PORTS``."""


PUBLIC: Final = EgressPolicy(name="public")
"""Addresses that people or models wrote."""
ADMIN: Final = EgressPolicy(name="admin", allow_private=True, allow_loopback=True, allow_unix=True)
"""Addresses that an administrator configured: providers, infrastructure."""

REFUSED_PORTS: Final = frozenset(
    {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 53, 69, 110, 111, 135, 139}
)
"""Services whose line protocols could be driven with an HTTP request."""


def _networks(*texts: str) -> tuple[IpNetwork, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


_LOOPBACK: Final = _networks("127.0.0.0/8", "::1/128")
_PRIVATE: Final = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
_METADATA: Final = _networks(
    "100.100.100.200/32", "fd00:ec2::254/128", "fd20:ce::254/128", "168.63.129.16/32"
)
_NEVER: Final = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
)  # fmt: skip
_GLOBAL_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def classify(address: IpAddress) -> AddressClass:
    """Return the class of ``address``; an IPv4 address inside an IPv6 one is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return classify(address.ipv4_mapped)
        if address in _NAT64:
            inner = classify(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
            return "public" if inner == "public" else "never"
    if _is_in(address, _METADATA + _NEVER):
        return "never"
    if _is_in(address, _LOOPBACK):
        return "loopback"
    if _is_in(address, _PRIVATE):
        return "private"
    return "never" if _is_strange_ipv6(address) else "public"


def _is_in(address: IpAddress, networks: Sequence[IpNetwork]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _is_strange_ipv6(address: IpAddress) -> bool:
    """Tell whether an IPv6 address is outside global unicast, or hides an IPv4 one (ISATAP)."""
    if not isinstance(address, ipaddress.IPv6Address):
        return False
    return address not in _GLOBAL_IPV6 or (int(address) >> 32) & 0xFDFF_FFFF == 0x0000_5EFE


def check_address(address: str, port: int, *, host: str, policy: EgressPolicy) -> None:
    """Refuse one resolved address if ``policy`` forbids it. Raises: EgressRefused."""
    try:
        kind = classify(ipaddress.ip_address(address))
    except ValueError as error:
        raise EgressRefused(host=host, detail="the resolver gave something that is no address") from error
    if kind == "never":
        raise EgressRefused(host=host, detail="its address is link-local, reserved or a metadata service")
    if kind == "loopback" and not policy.allow_loopback:
        raise EgressPrivate(host=host, detail="its address is this machine itself")
    if kind == "private" and not policy.allow_private:
        raise EgressPrivate(host=host, detail="its address is in a private network")
    check_port(port, host=host, policy=policy)


def check_port(port: int, *, host: str, policy: EgressPolicy) -> None:
    """Refuse a port that ``policy`` forbids. Raises: EgressRefused."""
    if policy.allow_ports is not None:
        if port not in policy.allow_ports:
            raise EgressRefused(host=host, detail=f"port {port} is not among those allowed")
    elif port in REFUSED_PORTS:
        raise EgressRefused(host=host, detail=f"port {port} belongs to another protocol")
