"""The session cookie: its names, which of them is set when, and how it is read.

Over TLS it is ``Secure`` and its name has a prefix that browsers guard: ``__Host-`` binds it to this very
host and all of it, ``__Secure-`` stands in where Salon is below a path. On plain loopback it has neither: no
browser would keep it then.
"""

from collections.abc import Mapping
from typing import Final

from salon.surfaces.api.peers import Peer, Proxies, is_forwarded

PLAIN: Final = "salon_session"
SESSION_COOKIES: Final = (f"__Host-{PLAIN}", f"__Secure-{PLAIN}", PLAIN)
"""The best guarded first: the first that a request carries is the one that counts."""
_LOOPBACK: Final = (b"localhost", b"127.", b"[::1]")


def session_cookie(*, is_tls: bool, base_path: str) -> str:
    """Return under which name a session is set."""
    if not is_tls:
        return PLAIN
    return SESSION_COOKIES[1] if base_path else SESSION_COOKIES[0]


def session_of(header: bytes) -> str | None:
    """Return the session that a Cookie header carries."""
    for name in SESSION_COOKIES:
        session = read_cookie(header, name)
        if session is not None:
            return session
    return None


def read_cookie(header: bytes, name: str) -> str | None:
    """Return the value of a cookie. A name sent twice with different values is nobody's."""
    wanted = name.encode("ascii")
    values: set[bytes] = set()
    for part in header.split(b";"):
        key, separator, value = part.strip().partition(b"=")
        if separator and key == wanted:
            values.add(value)
    if not values:
        return None
    value = values.pop() if len(values) == 1 else b""
    return value.decode("ascii", "replace")


def comes_over_tls(
    headers: Mapping[bytes, bytes], *, peer: Peer, proxies: Proxies, public_address: str
) -> bool:
    """Tell whether the browser speaks TLS: a proxy that is believed says so, or the settings do.

    The settings say nothing about a browser on this machine that came past the proxy.
    """
    if proxies.say_https(peer, headers):
        return True
    if not public_address.startswith("https://"):
        return False
    is_here = peer.kind != "remote" and headers.get(b"host", b"").lower().startswith(_LOOPBACK)
    return not is_here or is_forwarded(headers)
