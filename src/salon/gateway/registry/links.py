"""Builds the way to a provider from its declaration: addresses, headers and the policy for both."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from salon.foundation.accounts import KeyLimits
from salon.foundation.egress import (
    PUBLIC,
    EgressPolicy,
    EgressPrivate,
    EgressRefused,
    Url,
    check_address,
    parse_url,
)
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.ids import ProviderId
from salon.foundation.kit.version import __version__
from salon.foundation.messages import OperationName
from salon.gateway import hops
from salon.gateway.protocols.base import DialectName, SpokenDialect
from salon.gateway.providers.authorize import Authorizer
from salon.gateway.providers.base import ProviderKind, Transport
from salon.gateway.providers.options import read_options
from salon.gateway.registry.batch_way import BatchWay
from salon.gateway.registry.extra_headers import check_headers, with_extra
from salon.gateway.registry.models import ProviderSpec
from salon.gateway.registry.target import MODEL_MARK, Endpoint, Headers, Link
from salon.gateway.routing.residence import check_words

PRIVATE: Final = EgressPolicy(
    name="private-provider", allow_private=True, allow_loopback=True, allow_unix=True
)
"""For providers that an administrator allowed to be on this machine or network."""
LOCAL: Final = EgressPolicy(name="local-provider", allow_loopback=True)
"""For kinds that run on the person's own machine, at an address that says so."""
PUBLIC_PROVIDER: Final = EgressPolicy(name="public-provider")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SCHEMES: Final = {"bearer": b"Bearer ", "token": b"Token "}
_HERE: Final = frozenset({"localhost", "::1"})
_USER_AGENT: Final = f"salon/{__version__}".encode("ascii")

assert PUBLIC.allow_private is PUBLIC_PROVIDER.allow_private is False


def check_name(name: str) -> None:
    """Refuse a provider name that could not stand before a slash. Raises: ConfigError."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            key="name",
            problem=f"“{name[:80]}” cannot name a provider.",
            fix="Use lower-case letters, digits, dots, dashes and underscores.",
        )


def check_bounds(spec: ProviderSpec) -> None:
    """Refuse limits below one, and regions and promises that are no names. Raises: ConfigError."""
    key = f"providers.{spec.name}"
    for name in ("requests_per_minute", "tokens_per_minute", "concurrency"):
        value: int | None = getattr(spec, name)
        if value is not None and value < 1:
            fix = "Use 1 or more, or leave it out for no limit."
            raise ConfigError(key=f"{key}.{name}", problem="it is below 1.", fix=fix)
    check_words((spec.region,) if spec.region else (), key=f"{key}.region")
    check_words(spec.promises, key=f"{key}.promises")


def shaped(kind: ProviderKind, spec: ProviderSpec) -> ProviderKind:
    """Return the kind as the options of ``spec`` make it. Raises: ConfigError naming the option."""
    options = read_options(kind.options, spec.options, provider=spec.name, kind=kind.name)
    if kind.shape is None:
        return kind
    try:
        return kind.shape(kind, options)
    except ValueError as error:
        key = f"providers.{spec.name}.options"
        raise ConfigError(key=key, problem=f"{error}.", fix="Add what is missing.") from None


def check_secret(secret: str, *, name: str, kind: ProviderKind) -> None:
    """Refuse a credential that could not be used. Raises: ConfigError, without the value."""
    if kind.read_secret is not None:
        try:
            kind.read_secret(secret)
        except ValueError as error:
            key = f"providers.{name}.api_key"
            raise ConfigError(key=key, problem=f"{error}.", fix="Copy it again.") from None
        return
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ConfigError(
            key=f"providers.{name}.api_key",
            problem="the credential holds a space, a line break or a character that no header can carry.",
            fix="Copy it again.",
        )


def credential_headers(kind: ProviderKind, secret: str | None) -> Headers:
    """Return the headers that carry the credential."""
    if not secret or kind.auth == "none" or kind.make_authorizer is not None:
        return []
    if kind.auth not in _SCHEMES:
        return [(kind.auth.encode("ascii"), secret.encode("ascii"))]
    return [(b"authorization", _SCHEMES[kind.auth] + secret.encode("ascii"))]


def base_url(kind: ProviderKind, spec: ProviderSpec) -> str:
    """Return the address below which the provider's paths lie. Raises: ConfigError."""
    address = (spec.base_url or kind.base_url).rstrip("/")
    if not address:
        raise ConfigError(
            key=f"providers.{spec.name}.base_url",
            problem=f"a provider of kind “{kind.name}” has no usual address.",
            fix=f"Set base_url, like {kind.address_hint or 'http://127.0.0.1:8000/v1'}.",
        )
    for end in kind.trims:
        address = address.removesuffix(end)
    return address


def credential_hosts(kind: ProviderKind, spec: ProviderSpec) -> list[Url]:
    """Return where the credential of a provider goes, first the provider itself. Raises: ConfigError."""
    options = read_options(kind.options, spec.options, provider=spec.name, kind=kind.name)
    addresses = [options.get(option.name) for option in kind.options if option.takes_credential]
    return [locate(kind, spec, "")[0], *(parse_url(address)[0] for address in addresses if address)]


def check_stays(old: Sequence[Url], new: Sequence[Url], *, name: str) -> None:
    """Refuse to send the credential stored for ``old`` to another host. Raises: ConfigError."""
    for url in new:
        if url not in old:
            raise ConfigError(
                key=f"providers.{name}.api_key",
                problem=f"the stored key is for {old[0]} and is not sent to {url}.",
                fix="Give the key for the new address together with it.",
            )


def locate(kind: ProviderKind, spec: ProviderSpec, path: str) -> tuple[Url, bytes]:
    """Return where ``path`` of the provider is; ``{model}`` in it stays. Raises: ConfigError."""
    plain, mark, rest = path.partition(MODEL_MARK)
    try:
        url, target = parse_url(base_url(kind, spec) + plain)
    except EgressRefused as error:
        raise ConfigError(
            key=f"providers.{spec.name}.base_url",
            problem=f"{error.fields.get('detail')}.",
            fix="Give an address like https://api.example.com/v1.",
        ) from error
    return url, (target + mark + rest).encode("ascii")


def policy_of(kind: ProviderKind, spec: ProviderSpec) -> EgressPolicy:
    """Return which addresses the provider may have."""
    if spec.allow_private or (kind.local and not spec.base_url):
        return PRIVATE
    return LOCAL if kind.local and _is_here(kind, spec) else PUBLIC_PROVIDER


def _is_here(kind: ProviderKind, spec: ProviderSpec) -> bool:
    host = locate(kind, spec, "")[0].host
    return host in _HERE or host.startswith("127.")


def check_reach(kind: ProviderKind, spec: ProviderSpec) -> None:
    """Refuse an address that can be seen to be private where that was not allowed. Raises: ConfigError.

    A name is not resolved here; what it stands for is checked when it is connected to.
    """
    url, _ = locate(kind, spec, "")
    address = "127.0.0.1" if url.host == "localhost" else url.host
    if url.unix_path is None and address == url.host and not url.is_address:
        return
    try:
        check_address(address, url.port, host=url.host, policy=policy_of(kind, spec))
    except EgressPrivate as error:
        raise ConfigError(
            key=f"providers.{spec.name}.base_url",
            problem=f"{url.host} may not be reached: {error.fields.get('detail')}.",
            fix="If that is meant, set allow_private = true, or add it with --allow-private.",
        ) from error
    except EgressRefused:
        return  # no word of an administrator allows it; the request will say why


def build_link(
    kind: ProviderKind,
    spec: ProviderSpec,
    *,
    id: ProviderId,  # noqa: A002 - it is the provider's id
    secret: str | None,
    dialects: Mapping[DialectName, SpokenDialect],
    transport: Transport,
    instance: bytes,
    authorizer: Authorizer | None = None,
) -> Link:
    """Return the way to a provider of a shaped kind. Raises: ConfigError."""
    check_name(spec.name)
    check_bounds(spec)
    check_headers(spec.headers, provider=spec.name)
    if secret:
        check_secret(secret, name=spec.name, kind=kind)
    headers: Headers = [
        (b"accept", b"*/*"),
        (b"user-agent", _USER_AGENT),
        *credential_headers(kind, secret),
        *([(hops.HEADER, instance)] if spec.base_url or kind.local else []),
    ]
    endpoints: dict[DialectName, Endpoint] = {}
    for dialect, path in (*kind.chat_paths.items(), *kind.operation_paths.items()):
        url, target = locate(kind, spec, path)
        stream_path = kind.stream_paths.get(dialect)
        endpoints[dialects[dialect].instead_of or dialect] = Endpoint(
            dialects[dialect],
            url,
            target,
            stream_path=locate(kind, spec, stream_path)[1] if stream_path is not None else None,
            headers=with_extra(
                [(b"content-type", dialects[dialect].request_type), *headers, *kind.headers], spec.headers
            ),
            passed=kind.passed_headers,
            quirks={**kind.quirks, **spec.quirks},
        )
    limits = KeyLimits(
        requests_per_minute=spec.requests_per_minute,
        tokens_per_minute=spec.tokens_per_minute,
        concurrency=spec.concurrency,
    )
    extra = with_extra([*headers, *kind.headers], spec.headers)
    return Link(
        id=id,
        name=spec.name,
        kind=kind.name,
        default=kind.dialect,
        defaults=_defaults(kind, dialects),
        endpoints=endpoints,
        policy=policy_of(kind, spec),
        transport=transport,
        secret=secret,
        authorizer=authorizer,
        reported_cost=kind.reported_cost,
        limits=limits if limits.counts_anything() else None,
        region=spec.region,
        promises=spec.promises,
        batches=_batch_way(kind, spec, extra),
    )


def _batch_way(kind: ProviderKind, spec: ProviderSpec, headers: Headers) -> BatchWay | None:
    """Return the way to its batches; at an address of a person's own only where that person says so."""
    api = kind.batches
    is_usual = not spec.base_url or spec.base_url.rstrip("/") == kind.base_url
    if api is None or not (is_usual if spec.batches is None else spec.batches):
        return None
    url, batches = locate(kind, spec, api.path)
    _, files = locate(kind, spec, api.files_path)
    return BatchWay(api, url, batches=batches, files=files, headers=headers)


def _defaults(
    kind: ProviderKind, dialects: Mapping[DialectName, SpokenDialect]
) -> dict[OperationName, DialectName]:
    """Return what is spoken, for each operation, to a caller whose own dialect is not understood.

    A prompt without turns cannot carry a chat, so completions are only for callers who speak them.
    """
    spoken: dict[OperationName, DialectName] = {}
    for name in (kind.dialect, *kind.chat_paths, *kind.operation_paths):
        if "completions" not in (name, dialects[name].instead_of):
            spoken.setdefault(dialects[name].operation, name)
    return spoken
