"""A provider on its way into the registry, and in it: a declaration, made ready for requests."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from salon.foundation.egress import HttpClient
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import ProviderId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.protocols.base import DialectName, SpokenDialect
from salon.gateway.providers.authorize import Access, AuthorizedTransport, Authorizer
from salon.gateway.providers.base import Capabilities, KindRegistry, ProviderKind, Transport
from salon.gateway.providers.one_by_one import OneByOne
from salon.gateway.providers.options import read_options
from salon.gateway.registry.alias_checks import check_not_demo
from salon.gateway.registry.links import base_url, build_link, check_secret, policy_of, shaped
from salon.gateway.registry.models import CredentialState, ModelInfo, Provider, ProviderSpec, Source
from salon.gateway.registry.target import Link

_ENABLE: Final[Mapping[Source, Callable[[str], str]]] = {
    "database": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
    "file": lambda name: f"Set enabled = true below [providers.{name}] in salon.toml.",
    "environment": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
    "built-in": lambda name: f"“salon providers enable {name}” lets requests go to it again.",
}


class Configured:
    """One provider in a snapshot: its declaration and, when it can be used, the way to it."""

    __slots__ = ("id", "kind", "link", "problem", "source", "spec", "state", "variants")

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
        variants: Sequence[tuple[re.Pattern[str], Link]] = (),
    ) -> None:
        self.spec = spec
        self.kind = kind
        """As its options shaped it."""
        self.id = id
        self.source: Source = source
        self.state: CredentialState = state
        self.link = link
        self.problem = problem
        self.variants = variants

    def link_for(self, model: str) -> Link | None:
        """Return the way to ``model``: some are spoken to in another way than the rest."""
        for names, link in self.variants:
            if names.fullmatch(model):
                return link
        return self.link

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

    def capabilities_of(self, info: ModelInfo) -> Capabilities:
        """Return what one of its models can do: as listed, as a person wrote, or as its kind declares."""
        known = info.capabilities or self.spec.capabilities or self.kind.capabilities
        if info.operations is None:
            return known
        return msgspec.structs.replace(known, operations=info.operations)

    def lists_as(self, other: "Configured") -> bool:
        """Tell whether both ask the same place as the same customer, so that their lists are the same."""
        return self.customer == other.customer

    @property
    def customer(self) -> tuple[object, ...]:
        """Who asks whom; never to be shown, for the credential is in it."""
        spec, secret = self.spec, self.link.secret if self.link is not None else None
        return spec.kind, spec.base_url, spec.options, spec.headers, spec.allow_private, secret

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
        dialects: Mapping[DialectName, SpokenDialect],
        *,
        http: HttpClient,
        clock: Clock,
        instance: bytes,
    ) -> None:
        self._kinds = kinds
        self._dialects = dialects
        self._http = http
        self._clock = clock
        self._instance = instance
        self._transports: dict[str, Transport] = {}
        self._authorizers: dict[tuple[object, ...], Authorizer] = {}
        self._supervisor = TaskSupervisor("provider tokens")
        self._splitting = TaskSupervisor("requests one by one")

    async def close(self) -> None:
        """Fetch no token any more, and send nothing one by one."""
        await self._supervisor.close()
        await self._splitting.close()

    @property
    def fetching(self) -> int:
        """How many tokens are being fetched."""
        return self._supervisor.count

    def keep_only(self, used: Iterable[Configured]) -> None:
        """Forget the tokens of providers that are not there any more."""
        alive = {one.link.authorizer for one in used if one.link is not None}
        self._authorizers = {key: one for key, one in self._authorizers.items() if one in alive}

    def build(self, declared: Declared) -> Configured:
        """Return the provider as it can be used, or with its problem. Raises: ConfigError."""
        spec = declared.spec
        kind = shaped(self._kinds.get(spec.kind, key=f"providers.{spec.name}.kind"), spec)
        if declared.source != "built-in":
            check_not_demo(spec.name)
        state: CredentialState = "set" if declared.secret else "none"
        problem = None
        needs_key = kind.needs_key or bool(spec.key_variable)
        if declared.unreadable or (needs_key and not declared.secret):
            state, problem = "needed", f"needs a credential. {_credential_fix(declared)}"
        base_url(kind, spec)
        authorizer = self._authorizer(kind, declared)
        transport = (
            self._transport(kind) if authorizer is None else AuthorizedTransport(self._http, authorizer)
        )
        build = partial(
            build_link,
            spec=spec,
            id=declared.id,
            secret=declared.secret,
            dialects=self._dialects,
            instance=self._instance,
            authorizer=authorizer,
        )
        link = build(kind, transport=self._split(kind, transport))
        return Configured(
            spec,
            kind,
            id=declared.id,
            source=declared.source,
            state=state,
            link=None if problem else link,
            problem=problem,
            variants=()
            if problem
            else [
                (names, build(other, transport=self._split(other, transport)))
                for names, other in kind.variants
            ],
        )

    def _authorizer(self, kind: ProviderKind, declared: Declared) -> Authorizer | None:
        """Return what proves the provider's requests; the same one, with its token, after each change."""
        secret, spec = declared.secret, declared.spec
        if kind.make_authorizer is None or not secret:
            return None
        check_secret(secret, name=spec.name, kind=kind)
        options = read_options(kind.options, spec.options, provider=spec.name, kind=kind.name)
        policy = policy_of(kind, spec)
        key = (kind.make_authorizer, spec.name, secret, tuple(sorted(options.items())), policy.name)
        found = self._authorizers.get(key)
        if found is None:
            found = self._authorizers[key] = kind.make_authorizer(
                Access(
                    provider=spec.name,
                    secret=secret,
                    options=options,
                    http=self._http,
                    policy=policy,
                    clock=self._clock,
                    supervisor=self._supervisor,
                )
            )
        return found

    def _split(self, kind: ProviderKind, transport: Transport) -> Transport:
        return OneByOne(transport, self._splitting) if kind.one_by_one else transport

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
