"""A price as a person writes it, in the settings file, over the API or on the command line."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from salon.foundation.kit.money import to_decimal
from salon.foundation.messages import said_of_picture
from salon.gateway.pricing.pictures import PicturePrice, pixels_of
from salon.gateway.pricing.price import NEVER_MS, Price, PriceTier, rate

RATES: Final = tuple(name for name in PriceTier.__struct_fields__ if name != "above")
"""What a million tokens of each class cost."""
PIECES: Final = ("request", "image", "megapixel", "characters", "minute", "search")
"""What one of each costs; of characters, a million."""
_MOST_FACTOR: Final = 1000


def written_price(written: Mapping[str, Any], *, source: str, now_ms: int = 0) -> Price:
    """Return the price that ``written`` says; what is empty or None in it was not said.

    ``now_ms`` is when it begins if no date is named. Its version names ``source``, that day, and a
    fingerprint of the whole price. Raises: ValueError with what is wrong.
    """
    base = _tier(written)
    tiers = [base, *(_tier(one, above=one.get("above")) for one in written.get("tiers") or ())]
    if [tier.above for tier in tiers] != sorted({tier.above for tier in tiers}):
        raise ValueError("tiers must rise, each above another number of input tokens")
    starts_ms = day_ms(written.get("starts"), default=now_ms)
    price = Price(
        tiers=tuple(tiers),
        version="",
        currency=written.get("currency") or "USD",
        request_e10=_piece(written, "request") or 0,
        image_e10=_piece(written, "image"),
        images=_pictures(written.get("images") or ()),
        megapixel_e10=_piece(written, "megapixel"),
        characters_e10=_piece(written, "characters"),
        minute_e10=_piece(written, "minute"),
        search_e10=_piece(written, "search"),
        services=dict(_service(one, tiers) for one in written.get("services") or ()),
        valid_from_ms=starts_ms,
        valid_until_ms=day_ms(written.get("ends"), default=NEVER_MS),
    )
    if price.valid_until_ms <= price.valid_from_ms:
        raise ValueError("the price would end before it begins")
    return msgspec.structs.replace(price, version=f"{source} {_named(starts_ms)} {fingerprint(price)}")


def fingerprint(price: Price) -> str:
    """Return eight letters that another price does not have."""
    return hashlib.sha256(msgspec.json.encode(price, order="deterministic")).hexdigest()[:8]


def day_ms(text: object, *, default: int) -> int:
    """Return when a day or moment begins, in UTC milliseconds. Raises: ValueError when it is none."""
    if text is None or text == "":
        return default
    if isinstance(text, datetime | date):
        text = text.isoformat()
    try:
        moment = datetime.fromisoformat(str(text))
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        value = int(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no date like 2026-12-01") from error
    if not 0 <= value < NEVER_MS:
        raise ValueError(f"{text!r} is no date like 2026-12-01")
    return value


def shown_day(value_ms: int) -> str | None:
    """Return a date, or a moment within one, as text; None for the beginning or the end of time."""
    if value_ms in {0, NEVER_MS}:
        return None
    moment = datetime.fromtimestamp(value_ms / 1000, UTC)
    if value_ms % 86_400_000 == 0:
        return f"{moment:%Y-%m-%d}"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _named(value_ms: int) -> str:
    return "undated" if value_ms == 0 else f"{datetime.fromtimestamp(value_ms / 1000, UTC):%Y-%m-%d}"


def _given(written: Mapping[str, Any], name: str) -> Any:
    value = written.get(name)
    return None if value == "" else value


def _tier(written: Mapping[str, Any], *, above: object = 0) -> PriceTier:
    rates = {name: rate(value) for name in RATES if (value := _given(written, name)) is not None}
    missing = [name for name in ("input", "output") if name not in rates]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    if not isinstance(above, int) or above < 0:
        raise ValueError("a tier begins above a number of input tokens")
    return PriceTier(above=above, **rates)


def _piece(written: Mapping[str, Any], name: str) -> int | None:
    value = _given(written, name)
    return None if value is None else rate(value)


def _pictures(written: Sequence[Mapping[str, Any]]) -> tuple[PicturePrice, ...]:
    """Return what pictures cost by size and quality. Raises: ValueError."""
    rows: list[PicturePrice] = []
    for one in written:
        size, quality = said_of_picture(one.get("size")), said_of_picture(one.get("quality"))
        each = _piece(one, "image")
        if each is None or (size is None and quality is None):
            raise ValueError("a row of images names a size, a quality or both, and what one image costs")
        if size is not None and pixels_of(size) is None:
            raise ValueError(f"{size!r} is no size like 1024x1024")
        rows.append(PicturePrice(each_e10=each, size=size, quality=quality))
    if len({(row.size, row.quality) for row in rows}) < len(rows):
        raise ValueError("two rows of images name the same size and quality")
    return tuple(rows)


def shown_pictures(price: Price) -> list[dict[str, str | None]]:
    """Return what pictures cost by size and quality, as decimals."""
    return [{"size": row.size, "quality": row.quality, "image": amount(row.each_e10)} for row in price.images]


def shown_pieces(price: Price) -> dict[str, str]:
    """Return what is not paid by the token: the rates of pieces, and of pictures of one kind, as decimals."""
    found: dict[str, int | None] = {name: getattr(price, f"{name}_e10") for name in PIECES}
    for row in price.images:
        found[" ".join(filter(None, ("image", row.size, row.quality)))] = row.each_e10
    found["request"] = price.request_e10 or None
    return {name: text for name, value in found.items() if (text := amount(value)) is not None}


def _service(written: Mapping[str, Any], tiers: list[PriceTier]) -> tuple[str, tuple[PriceTier, ...]]:
    """Return a service tier: its own rates, or a factor on all of the standard ones."""
    name = str(written.get("name") or "").lower()
    if not name:
        raise ValueError("a service tier needs a name")
    factor = _given(written, "factor")
    if factor is None:
        return name, (_tier(written),)
    try:
        times = Decimal(str(factor))
    except ArithmeticError as error:
        raise ValueError(f"{factor!r} is no factor") from error
    if not 0 <= times <= _MOST_FACTOR:
        raise ValueError(f"{factor!r} is no factor")
    return name, tuple(scaled(tier, times) for tier in tiers)


def scaled(tier: PriceTier, factor: Decimal) -> PriceTier:
    """Return a tier with all rates times ``factor``."""
    rates = {name: value for name in RATES if (value := getattr(tier, name)) is not None}
    return msgspec.structs.replace(tier, **{name: round(value * factor) for name, value in rates.items()})


def amount(value: int | None) -> str | None:
    """Return a rate as a plain decimal."""
    if value is None:
        return None
    text = f"{to_decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_tier(tier: PriceTier) -> dict[str, str]:
    """Return the rates of a tier as decimals, those that it has."""
    found = {name: amount(getattr(tier, name)) for name in RATES}
    return {name: text for name, text in found.items() if text is not None}
