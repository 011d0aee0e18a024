"""Providers that the environment brings: a well-known key or address that is set makes one appear."""

from collections.abc import Iterable, Mapping

from salon.foundation.kit.ids import ProviderId
from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.options import from_environment
from salon.gateway.registry.configured import Declared
from salon.gateway.registry.models import ProviderSpec

_OLLAMA_PORT = 11434


def environment_providers(kinds: Iterable[ProviderKind], environ: Mapping[str, str]) -> list[Declared]:
    """Return a provider for each kind whose key or address is in ``environ``. Connects to nothing."""
    found: list[Declared] = []
    for kind in kinds:
        key = next((environ[name] for name in kind.env_keys if environ.get(name)), None)
        address = environ.get(kind.env_url, "") if kind.env_url else ""
        appears = bool(key) if kind.needs_key else bool(address)
        options = from_environment(kind.options, environ)
        if not appears or options is None:
            continue
        if not (address or _usual_address(kind, options)):
            continue  # half of what it needs says nothing
        url = _complete(address, kind) if address else ""
        spec = ProviderSpec(
            name=kind.name,
            kind=kind.name,
            base_url=url,
            allow_private=kind.local or bool(url),
            options=options,
        )
        provider_id = ProviderId(f"prv_environment_{kind.name}")
        found.append(Declared(spec, id=provider_id, source="environment", secret=key))
    return found


def _usual_address(kind: ProviderKind, options: Mapping[str, str]) -> str:
    if kind.shape is None:
        return kind.base_url
    filled = {**{option.name: option.default for option in kind.options if option.default}, **options}
    return kind.shape(kind, filled).base_url


def _complete(address: str, kind: ProviderKind) -> str:
    """Return an address as its tool understands it: OLLAMA_HOST may be a bare host, or all interfaces."""
    if "://" not in address:
        address = f"http://{address}"
    if kind.name == "ollama":
        head, _, rest = address.partition("://")
        host = rest.rstrip("/")
        if host.startswith("0.0.0.0"):  # noqa: S104 - what a server listens on, not where we do
            host = "127.0.0.1" + host[len("0.0.0.0") :]  # noqa: S104
        if ":" not in host and head == "http":
            host = f"{host}:{_OLLAMA_PORT}"
        return f"{head}://{host}"
    return address.rstrip("/")
