"""Puts the gateway together: the same for a server and for the library."""

from salon.app.declarations import gateway_options
from salon.app.settings import Settings
from salon.foundation.egress import HttpClient
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import ProviderId
from salon.gateway.configuration.probe import FoundServer
from salon.gateway.dialects import DIALECTS, ONLY_SPOKEN
from salon.gateway.kinds import built_in_kinds
from salon.gateway.registry.configured import Declared
from salon.gateway.registry.models import ProviderSpec, Source
from salon.gateway.registry.registry import Registry


def build_registry(settings: Settings, http: HttpClient) -> Registry:
    """Return a registry that knows every kind and no provider yet."""
    return Registry(
        built_in_kinds(),
        DIALECTS,
        only_spoken=ONLY_SPOKEN,
        http=http,
        clock=SystemClock(),
        options=gateway_options(settings),
    )


def file_declared(spec: ProviderSpec) -> Declared:
    """Return a provider of the file."""
    return _declared(spec, "file", secret=spec.api_key)


def local_declared(server: FoundServer) -> Declared:
    """Return a model server found on this machine as a provider."""
    name = "".join(letter if letter.isalnum() else "-" for letter in server.label.lower())
    spec = ProviderSpec(
        name=name, kind=server.kind, base_url=server.base_url, models=server.models, allow_private=True
    )
    return _declared(spec, "environment")


def _declared(spec: ProviderSpec, source: Source, *, secret: str | None = None) -> Declared:
    return Declared(spec, id=ProviderId(f"prv_{spec.name}"), source=source, secret=secret)
