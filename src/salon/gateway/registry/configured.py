"""A provider on its way into the registry, and in it: a declaration, made ready for requests."""

from collections.abc import Callable, Mapping
from typing import Final

from salon.foundation.kit.ids import ProviderId
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.providers.base import KindRegistry, ProviderKind, Transport
from salon.gateway.registry.alias_checks import check_not_demo
from salon.gateway.registry.links import base_url, build_link
from salon.gateway.registry.models import CredentialState, Provider, ProviderSpec, Source
from salon.gateway.registry.target import Link

_ENABLE: Final[Mapping[Source, Callable[[str], str]]] = {
    "database": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
    "file": lambda name: f"Set enabled = true below [providers.{name}] in salon.toml.",
    "environment": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
    "built-in": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
}


class Configured:
    """One provider in a snapshot: its declaration and, when it can be used, the way to it."""

    __slots__ = ("id", "kind", "link", "problem", "source", "spec", "state")

    def __init__(
        self,
        spec: ProviderSpec,
        kind: ProviderKind,
        *,
        id: ProviderId,  # noqa: A002 - it is the provider's id
        source: Source,
        state: CredentialState,
        link: Link | None,
        problem: str | None,
    ) -> None:
        self.spec = spec
        self.kind = kind
        self.id = id
        self.source: Source = source
        self.state: CredentialState = state
        self.link = link
        self.problem = problem

    @property
    def usable(self) -> bool:
        """Tell whether requests may go to it."""
        return self.spec.enabled and self.link is not None

    @property
    def obstacle(self) -> str | None:
        """Say why no request goes to it, and what to do; None when requests do."""
        if not self.spec.enabled:
            return f"the provider “{self.spec.name}” is switched off. {_ENABLE[self.source](self.spec.name)}"
        return f"the provider “{self.spec.name}” {self.problem}" if self.problem else None

    def shown(self) -> Provider:
        """Return it as people see it."""
        return Provider(
            id=self.id,
            name=self.spec.name,
            kind=self.kind.name,
            label=self.spec.label or self.kind.label,
            base_url=self.spec.base_url or self.kind.base_url,
            source=self.source,
            enabled=self.spec.enabled,
            credential=self.state,
            models=self.spec.models or self.kind.models,
            allow_private=self.spec.allow_private,
            problem=self.problem,
        )


class Declared:
    """One declaration on its way into the registry."""

    __slots__ = ("id", "secret", "source", "spec", "unreadable")

    def __init__(
        self,
        spec: ProviderSpec,
        *,
        id: ProviderId,  # noqa: A002 - it is the provider's id
        source: Source,
        secret: str | None = None,
        unreadable: bool = False,
    ) -> None:
        self.spec = spec
        self.id = id
        self.source: Source = source
        self.secret = secret
        self.unreadable = unreadable
        """A credential is stored, sealed with a key that is not here."""


class ProviderBuilder:
    """Makes declarations ready; keeps the transport of each kind that has its own."""

    def __init__(
        self,
        kinds: KindRegistry,
        dialects: Mapping[DialectName, Dialect],
        *,
        http: Transport,
        instance: bytes,
    ) -> None:
        self._kinds = kinds
        self._dialects = dialects
        self._http = http
        self._instance = instance
        self._transports: dict[str, Transport] = {}

    def build(self, declared: Declared) -> Configured:
        """Return the provider as it can be used, or with its problem. Raises: ConfigError."""
        spec = declared.spec
        kind = self._kinds.get(spec.kind, key=f"providers.{spec.name}.kind")
        if declared.source != "built-in":
            check_not_demo(spec.name)
        state: CredentialState = "set" if declared.secret else "none"
        problem = None
        needs_key = kind.needs_key or bool(spec.key_variable)
        if declared.unreadable or (needs_key and not declared.secret):
            state, problem = "needed", f"needs a credential. {_credential_fix(declared)}"
        base_url(kind, spec)
        link = build_link(
            kind,
            spec,
            id=declared.id,
            secret=declared.secret,
            dialects=self._dialects,
            transport=self._transport(kind),
            instance=self._instance,
        )
        return Configured(
            spec,
            kind,
            id=declared.id,
            source=declared.source,
            state=state,
            link=None if problem else link,
            problem=problem,
        )

    def _transport(self, kind: ProviderKind) -> Transport:
        if kind.make_transport is None:
            return self._http
        if kind.name not in self._transports:
            self._transports[kind.name] = kind.make_transport()
        return self._transports[kind.name]


def _credential_fix(declared: Declared) -> str:
    spec = declared.spec
    if declared.source == "file" and spec.key_variable:
        return f"Set the environment variable {spec.key_variable} and start Salon again."
    if declared.source == "file":
        return f"Set api_key_env below [providers.{spec.name}] in salon.toml."
    return f"“salon providers set-key {spec.name}” gives it one."
