"""A target: one model of one provider with everything a request to it needs, made ready beforehand."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from salon.foundation.accounts import KeyLimits
from salon.foundation.egress import EgressPolicy, EgressRefused, HttpRequest, Url
from salon.foundation.kit.errors import WrongModel
from salon.foundation.kit.ids import ProviderId
from salon.foundation.messages import OperationName
from salon.gateway.exchange import header_value
from salon.gateway.operations import OPERATIONS, told
from salon.gateway.pricing import Price, ReportedCost, Timeline
from salon.gateway.protocols.base import Dialect, DialectName, Quirks, SpokenDialect, StrictRewriter
from salon.gateway.providers.authorize import Authorizer
from salon.gateway.providers.base import Capabilities, Transport
from salon.gateway.registry.batch_way import BatchWay
from salon.gateway.routing.breaker import Breaker
from salon.gateway.routing.health import Health
from salon.gateway.routing.meter import Meter

Headers = list[tuple[bytes, bytes]]
MODEL_MARK: Final = "{model}"
"""Stands for the model's name in a path."""
_MOST_PLACES: Final = 1000
"""Callers may name any model; what was made ready is forgotten beyond this."""


class Endpoint:
    """Where and how one dialect is spoken to a provider."""

    __slots__ = (
        "_names_model",
        "_places",
        "dialect",
        "headers",
        "passed",
        "path",
        "quirks",
        "rewrite_strictly",
        "stream_path",
        "url",
    )

    def __init__(
        self,
        dialect: SpokenDialect,
        url: Url,
        path: bytes,
        *,
        headers: Headers,
        passed: tuple[bytes, ...],
        quirks: Quirks,
        stream_path: bytes | None = None,
    ) -> None:
        self.dialect = dialect
        self.url = url
        self.path = path
        self.stream_path = stream_path
        """Where a request goes that asks for a stream, if that is another place."""
        self.headers = headers
        """All headers of a request, credential included."""
        self.passed = passed
        """Headers of a caller of this dialect that are handed on."""
        self.quirks = quirks
        self.rewrite_strictly: StrictRewriter | None = None
        """Set where bytes of a caller of this dialect pass through without what the provider refuses."""
        if isinstance(dialect, Dialect) and not dialect.strict_quirks.isdisjoint(quirks):
            self.rewrite_strictly = dialect.rewrite_strictly
        self._names_model = MODEL_MARK.encode() in path
        self._places: dict[tuple[str, bool], tuple[bytes, bytes]] = {}

    def request(self, body: bytes, headers: Headers, *, model: str, stream: bool) -> HttpRequest:
        """Return a request with ``body``; with the endpoint's own ``headers`` its head is made only once."""
        name = model if self._names_model else ""
        place = self._places.get((name, stream))
        if place is None:
            if len(self._places) > _MOST_PLACES:
                self._places.clear()
            place = self._places[name, stream] = self._place(name, stream=stream)
        target, prefix = place
        if headers is not self.headers:
            return HttpRequest(url=self.url, target=target, headers=headers, body=body)
        return HttpRequest(self.url, target, b"POST", headers, body, False, prefix)

    def request_at(
        self, address: bytes, body: bytes, headers: Headers, *, model: str, stream: bool
    ) -> HttpRequest:
        """Return a request like ``request`` to what ``address`` adds to the endpoint's own."""
        plain = self.request(body, headers, model=model, stream=stream)
        return HttpRequest(url=self.url, target=plain.target + address, headers=headers, body=body)

    def _place(self, model: str, *, stream: bool) -> tuple[bytes, bytes]:
        """Return the target, and the prefix of every head; none for headers that will be refused."""
        path = self.stream_path if stream and self.stream_path is not None else self.path
        target = path.replace(MODEL_MARK.encode(), quote(model, safe="@").encode())
        try:
            return target, HttpRequest(url=self.url, target=target, headers=self.headers).head_prefix()
        except EgressRefused:
            return target, b""


class Link:
    """The way to one provider, shared by all its targets."""

    __slots__ = (
        "authorizer",
        "batches",
        "default",
        "defaults",
        "endpoints",
        "id",
        "kind",
        "limits",
        "name",
        "policy",
        "promises",
        "region",
        "reported_cost",
        "secret",
        "transport",
    )

    def __init__(
        self,
        *,
        id: ProviderId,  # noqa: A002 - it is the provider's id
        name: str,
        kind: str,
        default: DialectName,
        defaults: Mapping[OperationName, DialectName],
        endpoints: Mapping[DialectName, Endpoint],
        policy: EgressPolicy,
        transport: Transport,
        secret: str | None,
        authorizer: Authorizer | None = None,
        reported_cost: ReportedCost | None = None,
        limits: KeyLimits | None = None,
        region: str = "",
        promises: tuple[str, ...] = (),
        batches: BatchWay | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.kind = kind
        self.default: DialectName = default
        """Whose words its lists and refusals use."""
        self.defaults = defaults
        """What is spoken, for each operation it has, to a caller whose dialect it does not understand."""
        self.endpoints = endpoints
        self.policy = policy
        self.transport = transport
        self.secret = secret
        self.batches = batches
        """Set where it may be handed whole batches."""
        self.authorizer = authorizer
        """What ``transport`` proves requests with, where a header that never changes is not enough."""
        self.reported_cost = reported_cost
        """Reads what the provider says itself an answer cost."""
        self.limits = limits
        """What may be sent to the provider; None is as much as there is."""
        self.region = region
        self.promises = promises

    def secrets(self) -> tuple[str, ...]:
        """Return what must never be shown: the credential, and what was fetched with it."""
        own = (self.secret,) if self.secret else ()
        return own if self.authorizer is None else (*own, *self.authorizer.secrets())


_CONTINUES: Final = " It can continue a text (POST /v1/completions)."
"""What a model is for that knows no turns."""


class Target:
    """One model of one provider."""

    __slots__ = (
        "breaker",
        "capabilities",
        "context_tokens",
        "dated",
        "defaults",
        "endpoints",
        "health",
        "link",
        "meter",
        "model",
        "name",
        "price",
        "price_known",
        "route_line",
        "written",
    )

    def __init__(
        self,
        link: Link,
        model: str,
        *,
        capabilities: Capabilities,
        context_tokens: int | None,
        prices: Timeline,
        price_known: bool,
        breaker: Breaker,
        health: Health,
    ) -> None:
        self.link = link
        self.model = model
        self.name = f"{link.name}/{model}"
        self.route_line = b"x-salon-route: %b\r\n" % header_value(self.name)
        """The header of its answers."""
        self.capabilities = capabilities
        self.endpoints: Mapping[DialectName, Endpoint] = link.endpoints
        self.defaults: Mapping[OperationName, DialectName] = link.defaults
        if capabilities.operations is not None:
            self._restrict(capabilities.operations)
        self.context_tokens = context_tokens
        self.price: Price | None = None
        """The one price there is; None is "unpriced", unless there are ``dated`` ones."""
        self.dated: Timeline | None = None
        """Set where the price changes with time."""
        self.set_prices(prices)
        self.price_known = price_known
        """False until the price tables were asked."""
        self.breaker = breaker
        self.health = health
        self.meter: Meter | None = None
        """Set where what is under way here is counted: for a limit of the provider, or a strategy."""

    def set_prices(self, prices: Timeline) -> None:
        """Take what is known of its price."""
        self.written: tuple[tuple[Price, ...], ...] = prices.sources
        self.price, self.dated = prices.only, None if prices.is_constant else prices

    def price_at(self, at_ms: int) -> Price | None:
        """Return the price in force at ``at_ms``; None is "unpriced"."""
        return self.price if self.dated is None else self.dated.at(at_ms)

    def endpoint(self, spoken: DialectName | None, operation: OperationName = "chat") -> Endpoint:
        """Return the endpoint for a caller who speaks ``spoken``: that dialect if it is understood.

        Raises: WrongModel when the model or its provider is not for ``operation``.
        """
        if spoken is not None and spoken in self.endpoints:
            return self.endpoints[spoken]
        if operation not in self.defaults:
            raise self._wrong(operation)
        return self.endpoints[self.defaults[operation]]

    def _restrict(self, operations: tuple[OperationName, ...]) -> None:
        """Leave out what the model is known not to be for; tokens are counted for what is said in chat."""
        kept = {*operations, *(("count",) if "chat" in operations else ())}
        every = self.link.endpoints
        self.endpoints = {name: one for name, one in every.items() if one.dialect.operation in kept}
        self.defaults = {name: one for name, one in self.link.defaults.items() if name in kept}

    def _wrong(self, operation: OperationName) -> WrongModel:
        can = told(self.capabilities.operations or ())
        if not can and "completions" in self.endpoints and "chat" not in self.defaults:
            can = _CONTINUES
        return WrongModel(field="model", model=self.name, does=OPERATIONS[operation].does, can=can)

    def to_json(self, now_s: float) -> dict[str, Any]:
        """Return what the status page shows of this target."""
        return {"target": self.name, "breaker": self.breaker.state(now_s), **self.health.to_json()}
