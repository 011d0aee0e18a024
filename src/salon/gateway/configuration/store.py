"""The statements of the gateway's configuration."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.foundation.kit.caller import Scope
from salon.foundation.kit.ids import ProviderId
from salon.foundation.storage import Transaction, insert, statement
from salon.gateway.configuration.tables import aliases, listings, prices, providers, residences
from salon.gateway.pricing import Price
from salon.gateway.registry.models import AliasSpec, Listing, PriceSpec, ProviderSpec, ResidenceSpec

_INSERT_PROVIDER: Final = statement(providers.insert())
_PROVIDERS: Final = statement(
    select(providers.c.id, providers.c.spec, providers.c.enabled, providers.c.secret_id).order_by(
        providers.c.id
    )
)
_PROVIDER: Final = statement(
    select(providers.c.id, providers.c.spec, providers.c.enabled, providers.c.secret_id).where(
        providers.c.name == bindparam("provider_name")
    )
)
_UPDATE_PROVIDER: Final = statement(
    update(providers)
    .where(providers.c.name == bindparam("provider_name"))
    .values(
        spec=bindparam("new_spec"),
        enabled=bindparam("new_enabled"),
        secret_id=bindparam("new_secret_id"),
        updated_at_ms=bindparam("now_ms"),
    )
)
_DELETE_PROVIDER: Final = statement(delete(providers).where(providers.c.name == bindparam("provider_name")))
_new_alias = insert(aliases)
_SET_ALIAS: Final = statement(
    _new_alias.on_conflict_do_update(
        index_elements=["name"],
        set_={"spec": _new_alias.excluded.spec, "updated_at_ms": _new_alias.excluded.updated_at_ms},
    )
)
_ALIASES: Final = statement(select(aliases.c.spec).order_by(aliases.c.name))
_DELETE_ALIAS: Final = statement(delete(aliases).where(aliases.c.name == bindparam("alias_name")))
_new_residence = insert(residences)
_SET_RESIDENCE: Final = statement(
    _new_residence.on_conflict_do_update(
        index_elements=["name"],
        set_={"spec": _new_residence.excluded.spec, "updated_at_ms": _new_residence.excluded.updated_at_ms},
    )
)
_RESIDENCES: Final = statement(select(residences.c.spec).order_by(residences.c.name))
_DELETE_RESIDENCE: Final = statement(
    delete(residences).where(residences.c.name == bindparam("residence_name"))
)
_new_price = insert(prices)
_SET_PRICE: Final = statement(
    _new_price.on_conflict_do_update(
        index_elements=["model", "starts_ms"],
        set_={"price": _new_price.excluded.price, "updated_at_ms": _new_price.excluded.updated_at_ms},
    )
)
_PRICES: Final = statement(
    select(prices.c.model, prices.c.price).order_by(prices.c.model, prices.c.starts_ms)
)
_DELETE_PRICES: Final = statement(delete(prices).where(prices.c.model == bindparam("price_model")))
_DELETE_PRICE: Final = statement(
    delete(prices).where(
        prices.c.model == bindparam("price_model"), prices.c.starts_ms == bindparam("price_starts_ms")
    )
)
_new_listing = insert(listings)
_SET_LISTING: Final = statement(
    _new_listing.on_conflict_do_update(
        index_elements=["provider"],
        set_={
            "base_url": _new_listing.excluded.base_url,
            "listing": _new_listing.excluded.listing,
            "fetched_at_ms": _new_listing.excluded.fetched_at_ms,
        },
    )
)
_LISTINGS: Final = statement(select(listings.c.provider, listings.c.base_url, listings.c.listing))


class StoredProvider(msgspec.Struct, frozen=True, kw_only=True):
    """One row of providers."""

    id: ProviderId
    spec: ProviderSpec
    """Without a credential; its ``enabled`` is that of the row."""
    secret_id: str | None


def _stored(row: tuple[Any, ...]) -> StoredProvider:
    spec = msgspec.json.decode(row[1], type=ProviderSpec)
    spec = msgspec.structs.replace(spec, enabled=bool(row[2]), api_key=None)
    return StoredProvider(id=ProviderId(row[0]), spec=spec, secret_id=row[3])


def encode_spec(spec: ProviderSpec) -> str:
    """Return a declaration as it is stored: never with its credential."""
    return msgspec.json.encode(msgspec.structs.replace(spec, api_key=None)).decode()


def insert_provider(tx: Transaction, scope: Scope, row: dict[str, Any]) -> None:
    """Write a new provider. Raises: ConstraintViolated when the name is taken."""
    tx.run(_INSERT_PROVIDER, **row)


def all_providers(tx: Transaction, scope: Scope) -> list[StoredProvider]:
    """Return every provider in the order they were added."""
    return [_stored(row) for row in tx.all(_PROVIDERS)]


def find_provider(tx: Transaction, scope: Scope, name: str) -> StoredProvider | None:
    """Return the provider called ``name``."""
    row = tx.one(_PROVIDER, provider_name=name)
    return _stored(row) if row is not None else None


def update_provider(tx: Transaction, scope: Scope, stored: StoredProvider, *, now_ms: int) -> None:
    """Write a changed provider."""
    tx.run(
        _UPDATE_PROVIDER,
        provider_name=stored.spec.name,
        new_spec=encode_spec(stored.spec),
        new_enabled=int(stored.spec.enabled),
        new_secret_id=stored.secret_id,
        now_ms=now_ms,
    )


def delete_provider(tx: Transaction, scope: Scope, name: str) -> None:
    """Remove a provider."""
    tx.run(_DELETE_PROVIDER, provider_name=name)


def set_alias(tx: Transaction, scope: Scope, alias: AliasSpec, row: dict[str, Any]) -> None:
    """Write an alias, new or changed."""
    tx.run(_SET_ALIAS, name=alias.name, spec=msgspec.json.encode(alias).decode(), **row)


def all_aliases(tx: Transaction, scope: Scope) -> list[AliasSpec]:
    """Return every alias."""
    return [msgspec.json.decode(row[0], type=AliasSpec) for row in tx.all(_ALIASES)]


def delete_alias(tx: Transaction, scope: Scope, name: str) -> int:
    """Remove an alias; return how many there were."""
    return tx.run(_DELETE_ALIAS, alias_name=name)


def set_residence(tx: Transaction, scope: Scope, spec: ResidenceSpec, row: dict[str, Any]) -> None:
    """Write a constraint on spaces, new or changed."""
    tx.run(_SET_RESIDENCE, name=spec.name, spec=msgspec.json.encode(spec).decode(), **row)


def all_residences(tx: Transaction, scope: Scope) -> list[ResidenceSpec]:
    """Return every constraint on spaces."""
    return [msgspec.json.decode(row[0], type=ResidenceSpec) for row in tx.all(_RESIDENCES)]


def delete_residence(tx: Transaction, scope: Scope, name: str) -> int:
    """Remove a constraint on spaces; return how many there were."""
    return tx.run(_DELETE_RESIDENCE, residence_name=name)


def set_price(tx: Transaction, scope: Scope, spec: PriceSpec, row: dict[str, Any]) -> None:
    """Write a price, new or in place of one that begins at the same moment."""
    body = msgspec.json.encode(spec.price).decode()
    tx.run(_SET_PRICE, model=spec.model, starts_ms=spec.price.valid_from_ms, price=body, **row)


def all_prices(tx: Transaction, scope: Scope) -> list[PriceSpec]:
    """Return every price a person set."""
    return [PriceSpec(model=row[0], price=msgspec.json.decode(row[1], type=Price)) for row in tx.all(_PRICES)]


def delete_price(tx: Transaction, scope: Scope, model: str, *, starts_ms: int | None = None) -> int:
    """Remove the price that begins at ``starts_ms``, or all of a model; return how many there were."""
    if starts_ms is None:
        return tx.run(_DELETE_PRICES, price_model=model)
    return tx.run(_DELETE_PRICE, price_model=model, price_starts_ms=starts_ms)


def set_listing(tx: Transaction, scope: Scope, name: str, listing: Listing, row: dict[str, Any]) -> None:
    """Keep what a provider listed."""
    body = msgspec.json.encode(listing).decode()
    tx.run(_SET_LISTING, provider=name, listing=body, fetched_at_ms=listing.fetched_at_ms, **row)


def all_listings(tx: Transaction, scope: Scope) -> dict[str, tuple[str, Listing]]:
    """Return what every provider listed, by name, with the address that was asked."""
    return {row[0]: (row[1], msgspec.json.decode(row[2], type=Listing)) for row in tx.all(_LISTINGS)}
