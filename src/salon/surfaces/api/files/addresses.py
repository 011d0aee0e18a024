"""The address under which a client reaches this house, for answers that hold one."""

from salon.surfaces.api.asgi_request import Asked, peer_of
from salon.surfaces.api.cookies import comes_over_tls
from salon.surfaces.api.door import Door
from salon.surfaces.api.peers import is_forwarded


def home_of(door: Door, asked: Asked) -> str:
    """Return where the client asked, without a path but the base path; as the proxy shows it behind one.

    The Host header has been checked, and names this house.
    """
    services, headers, peer = door.services, asked.headers, peer_of(asked.scope)
    raw = asked.scope.get("raw_path")
    asked_base = isinstance(raw, bytes) and raw.startswith(services.base_path.encode() + b"/")
    base = services.base_path if asked_base and peer.kind != "local" else ""
    if services.public_address and (peer.kind == "remote" or is_forwarded(headers)):
        return services.public_address + services.base_path
    is_tls = comes_over_tls(headers, peer=peer, proxies=door.proxies, public_address=services.public_address)
    host = headers.get(b"host", b"localhost").decode("latin-1")
    return f"{'https' if is_tls else 'http'}://{host}{base}"
