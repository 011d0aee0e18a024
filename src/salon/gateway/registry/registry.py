"""The registry as requests use it: names in, plans out; rebuilt whole when the configuration changes.

A request reads one immutable snapshot. A change builds the next one completely before it takes the place
of the old, so a bad configuration leaves the last good one in force.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from salon.foundation.accounts import matches
from salon.foundation.egress import HttpClient
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import ConfigError, ModelUnavailable, UnknownModel
from salon.gateway import hops
from salon.gateway.operations import guessed
from salon.gateway.options import GatewayOptions
from salon.gateway.pricing.catalogue import PriceCatalogue
from salon.gateway.protocols.base import Dialect, DialectName, SpokenDialect
from salon.gateway.providers.base import KindRegistry
from salon.gateway.registry.alias_checks import check_alias, check_residence, unknown_targets
from salon.gateway.registry.configured import Configured, Declared, ProviderBuilder
from salon.gateway.registry.links import check_reach, shaped
from salon.gateway.registry.models import (
    AliasSpec,
    Listing,
    ModelEntry,
    ModelInfo,
    PriceSpec,
    Provider,
    ResidenceSpec,
)
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.planner import Planner
from salon.gateway.registry.prices import PriceBook
from salon.gateway.registry.target import Target
from salon.gateway.routing.breaker import Breaker
from salon.gateway.routing.health import Health
from salon.gateway.routing.meter import Meter
from salon.gateway.routing.residence import Residence

_PLANS_KEPT: Final = 4096
_TARGETS_KEPT: Final = 4096


class Registry:
    """Resolves names. One event loop; reads are plain dictionary look-ups."""

    def __init__(
        self,
        kinds: KindRegistry,
        dialects: Mapping[DialectName, Dialect],
        *,
        only_spoken: Mapping[DialectName, SpokenDialect] = MappingProxyType({}),
        http: HttpClient,
        clock: Clock,
        options: GatewayOptions,
        catalogue: PriceCatalogue | None = None,
    ) -> None:
        self.kinds = kinds
        self.dialects = dialects
        self.clock = clock
        self.options = options
        self.catalogue = catalogue or PriceCatalogue(clock)
        self.on_breaker: Callable[[str, float], None] | None = None
        """Hears when the breaker of a target opens (for how many seconds) or closes (0)."""
        self.instance = hops.new_instance()
        """Names this process to other Salons."""
        self.generation = 0
        """Rises with every change."""
        self._builder = ProviderBuilder(
            kinds, {**dialects, **only_spoken}, http=http, clock=clock, instance=self.instance
        )
        self._providers: dict[str, Configured] = {}
        self._aliases: dict[str, AliasSpec] = {}
        self._prices = PriceBook(kinds, self.catalogue)
        self._planner = Planner(self._prices, find=self._find, meter=self._meter)
        self._listings: dict[str, Listing] = {}
        self._plans: dict[str, Plan] = {}
        self._targets: dict[str, Target] = {}
        self._states: dict[str, tuple[Breaker, Health]] = {}
        self._meters: dict[str, Meter] = {}
        self._residences: tuple[ResidenceSpec, ...] = ()

    # -- configuration ----------------------------------------------------------------------------
    def configure(
        self,
        providers: Iterable[Declared],
        aliases: Iterable[AliasSpec],
        prices: Iterable[PriceSpec],
        residences: Iterable[ResidenceSpec] = (),
    ) -> None:
        """Take a whole configuration; the old one stays when this one is bad. Raises: ConfigError."""
        built: dict[str, Configured] = {}
        for declared in providers:
            if declared.spec.name not in built:
                built[declared.spec.name] = self._builder.build(declared)
        named = {alias.name: alias for alias in aliases}
        for alias in named.values():
            check_alias(alias)
        held = {residence.name: residence for residence in residences}
        for residence in held.values():
            check_residence(residence)
        before, self._providers = self._providers, built
        self._residences = tuple(held.values())
        self._builder.keep_only(built.values())
        self._aliases = named
        self._prices.set_written(prices)
        self._listings = {
            name: listing
            for name, listing in self._listings.items()
            if name in built and name in before and built[name].lists_as(before[name])
        }
        self.forget()

    async def close(self) -> None:
        """Fetch nothing for providers any more."""
        await self._builder.close()

    @property
    def fetching(self) -> int:
        """How many tokens of providers are being fetched."""
        return self._builder.fetching

    def check(self, declared: Declared) -> None:
        """Refuse a declaration that could not be used. Raises: ConfigError."""
        self._builder.build(declared)

    def check_reach(self, declared: Declared) -> None:
        """Refuse an address that our own policy would refuse at every request. Raises: ConfigError."""
        spec = declared.spec
        check_reach(shaped(self.kinds.get(spec.kind), spec), spec)

    def check_alias(self, alias: AliasSpec) -> None:
        """Refuse an alias that could not be used. Raises: ConfigError."""
        check_alias(alias)
        for target in alias.destinations():
            if self._find(target.model) is None:
                raise ConfigError(
                    key=f"models.{alias.name}",
                    problem=f"there is no “{target.model}”.",
                    fix="Name an enabled provider and one of its models, like openai/gpt-4o.",
                )

    def set_listing(self, provider: str, listing: Listing) -> None:
        """Take what a provider answered when it was asked for its models."""
        self._listings[provider] = listing
        self.forget()

    def forget(self) -> None:
        """Drop everything made from the configuration; it is made again when asked for."""
        self.generation += 1
        self._plans = {}
        self._targets = {}
        alive = self._providers
        self._states = {
            name: state for name, state in self._states.items() if name.partition("/")[0] in alive
        }
        self._meters = {name: meter for name, meter in self._meters.items() if name in self._states}

    # -- looking ----------------------------------------------------------------------------------
    def find(self, model: str) -> Plan | None:
        """Return what ``model`` means, or None if it means nothing. Raises: ConfigError."""
        plan = self._plans.get(model)
        if plan is not None:
            return plan
        try:
            return self.plan(model)
        except UnknownModel:
            return None

    def plan(self, model: str) -> Plan:
        """Return what ``model`` means. Raises: UnknownModel with the nearest name, ConfigError."""
        plan = self._plans.get(model)
        if plan is None:
            plan = self._resolve(model)
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            self._plans[model] = plan
        return plan

    def providers(self) -> list[Provider]:
        """Return every provider, in the order they are tried."""
        return [provider.shown() for provider in self._providers.values()]

    def provider(self, name: str) -> Configured | None:
        """Return the provider called ``name``."""
        return self._providers.get(name)

    def configured(self) -> Sequence[Configured]:
        """Return every provider with its declaration."""
        return tuple(self._providers.values())

    def aliases(self) -> list[AliasSpec]:
        """Return every alias."""
        return list(self._aliases.values())

    def listing(self, provider: str) -> Listing | None:
        """Return what is known of a provider's own list of models."""
        return self._listings.get(provider)

    def models(self) -> list[ModelEntry]:
        """Return every name that can be asked for: aliases first, then models by provider.

        What is not for chat comes after all that is, so that the first name is one to talk to.
        """
        entries: list[ModelEntry] = []
        for alias in self._aliases.values():
            first = alias.targets[0].model
            provider, _, model = first.partition("/")
            info = self._info(provider, model)
            targets = tuple(target.model for target in alias.targets)
            entries.append(
                ModelEntry(id=alias.name, kind="alias", provider=provider, info=info, targets=targets)
            )
        for configured in self._providers.values():
            if not configured.usable:
                continue
            name = configured.spec.name
            for info in self._known_models(configured):
                entry_id = info.id if configured.source == "built-in" else f"{name}/{info.id}"
                entries.append(ModelEntry(id=entry_id, kind="model", provider=name, info=info))
        return sorted(entries, key=lambda entry: not _chats(entry.info))

    def health(self) -> list[dict[str, Any]]:
        """Return what live traffic says of each target used so far."""
        now_s = self.clock.monotonic_s()
        return [
            {"target": name, "breaker": breaker.state(now_s), **health.to_json()}
            for name, (breaker, health) in self._states.items()
        ]

    def breakers(self) -> dict[str, Breaker]:
        """Return the breaker of each target used so far, by ``provider/model``."""
        return {name: breaker for name, (breaker, _) in self._states.items()}

    # -- making plans -----------------------------------------------------------------------------
    def _resolve(self, asked: str) -> Plan:
        alias = self._aliases.get(asked)
        if alias is not None:
            return self._alias_plan(alias)
        target = self._find(asked)
        if target is None:
            obstacle = self._obstacle(asked)
            if obstacle is not None:
                raise ModelUnavailable(field="model", model=asked[:200], problem=obstacle)
            raise self._unknown(asked)
        names = (asked, target.name, f"{target.link.kind}/{target.model}")
        return self._planner.single(target, names, is_guarded=bool(self._residences))

    def _alias_plan(self, alias: AliasSpec) -> Plan:
        plan = self._planner.of_alias(alias, is_guarded=bool(self._residences))
        if plan.route.targets:
            return plan
        obstacles = (self._obstacle(spec.model) for spec in alias.targets)
        known = next((one for one in obstacles if one is not None), None)
        raise ModelUnavailable(
            field="model",
            model=alias.name,
            problem=known or "none of its targets is there. Look at them with “salon doctor”.",
        )

    def residences_of(self, space_id: str) -> list[Residence]:
        """Return the constraints on requests of a space."""
        return [
            Residence(regions=one.regions, promises=one.promises)
            for one in self._residences
            if any(matches(pattern, space_id) for pattern in one.spaces)
        ]

    def residences(self) -> Sequence[ResidenceSpec]:
        """Return every constraint on spaces."""
        return self._residences

    def _find(self, name: str) -> Target | None:
        """Return the target for ``provider/model``, ``kind/model`` or a known bare model name."""
        head, slash, model = name.partition("/")
        if slash and model:
            configured = self._providers.get(head)
            if configured is not None and configured.usable:
                return self._target(configured, model)
            for other in self._providers.values():
                if other.kind.name == head and other.usable:
                    return self._target(other, model)
        # What is built in goes first: nobody takes the demo's name by listing a model called so.
        for other in sorted(self._providers.values(), key=lambda one: one.source != "built-in"):
            if other.usable and any(info.id == name for info in self._known_models(other)):
                return self._target(other, name)
        return None

    def _obstacle(self, name: str) -> str | None:
        """Say what keeps ``name`` from being used, where its provider is known; None where it is not."""
        head, _, model = name.partition("/")
        named = [one for one in self._providers.values() if model and head in (one.spec.name, one.kind.name)]
        listed = [
            one
            for one in self._providers.values()
            if not one.usable and any(info.id == name for info in self._known_models(one))
        ]
        return next((one.obstacle for one in (*named, *listed) if one.obstacle is not None), None)

    def alias_problems(self) -> list[str]:
        """Return one sentence for each target of an alias that names nothing known here."""
        known = {name for one in self._providers.values() for name in (one.spec.name, one.kind.name)}
        return unknown_targets(self._aliases.values(), known, is_model=lambda name: bool(self._find(name)))

    def _target(self, configured: Configured, model: str) -> Target:
        link = configured.link_for(model)
        assert link is not None
        name = f"{link.name}/{model}"
        target = self._targets.get(name)
        if target is None:
            if len(self._targets) >= _TARGETS_KEPT:
                self._targets.clear()
                self._states.clear()
            breaker, health = self._state(name)
            info = self._info(link.name, model)
            prices, known = self._prices.of(configured, info)
            target = self._targets[name] = Target(
                link,
                model,
                capabilities=configured.capabilities_of(info),
                context_tokens=info.context_tokens,
                prices=prices,
                price_known=known,
                breaker=breaker,
                health=health,
            )
            if link.limits is not None:
                target.meter = self._meter(name)
        return target

    def _meter(self, name: str) -> Meter:
        meter = self._meters.get(name)
        if meter is None:
            meter = self._meters[name] = Meter()
        return meter

    def _state(self, name: str) -> tuple[Breaker, Health]:
        state = self._states.get(name)
        if state is None:
            options = self.options
            breaker = Breaker(
                threshold=options.breaker_failures,
                open_s=options.breaker_open_s,
                on_change=lambda _, open_s: self._breaker_changed(name, open_s),
            )
            state = self._states[name] = (breaker, Health())
        return state

    def _breaker_changed(self, name: str, open_s: float) -> None:
        if self.on_breaker is not None:
            self.on_breaker(name, open_s)

    def _known_models(self, configured: Configured) -> Iterable[ModelInfo]:
        listing = self._listings.get(configured.spec.name)
        listed = listing.models if listing is not None else ()
        declared = configured.spec.models or configured.kind.models
        ids = {info.id for info in listed}
        return [*(ModelInfo(id=name) for name in declared if name not in ids), *listed]

    def _info(self, provider: str, model: str) -> ModelInfo:
        listing = self._listings.get(provider)
        for info in listing.models if listing is not None else ():
            if info.id == model:
                return info
        return ModelInfo(id=model)

    # -- prices -----------------------------------------------------------------------------------
    def prices(self) -> list[PriceSpec]:
        """Return the prices that go before those of the tables."""
        return self._prices.written()

    async def refresh_prices(self) -> None:
        """Ask the price tables again about what they said a day ago; they change with the date."""
        if await self._prices.ask_again():
            self.forget()

    async def look_up_prices(self, targets: Sequence[Target]) -> None:
        """Ask the price tables about every one of ``targets`` that was not asked about yet."""
        await self._prices.look_up(targets)

    def without_window(self, targets: Sequence[Target]) -> list[Target]:
        """Return those of ``targets`` of whose window the price tables are still to be asked."""
        return self._prices.without_window(targets)

    async def look_up_windows(self, targets: Sequence[Target]) -> None:
        """Ask the price tables how much targets read of which nobody told it."""
        await self._prices.look_up_windows(targets)

    # -- names ------------------------------------------------------------------------------------
    def _unknown(self, asked: str) -> UnknownModel:
        names = [*self._aliases, *(entry.id for entry in self.models())]
        near = difflib.get_close_matches(asked[:200], names, n=1, cutoff=0.5)
        return UnknownModel(
            field="model", model=asked[:200], nearest=f" Did you mean “{near[0]}”?" if near else ""
        )


def _chats(info: ModelInfo) -> bool:
    return "chat" in (info.operations or guessed(info.id) or ("chat",))
