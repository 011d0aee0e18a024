"""Which price is in force, and whether that has to be asked at all."""

from salon.gateway.pricing import Price, PriceTier, Timeline


def price(version: str, **when: int) -> Price:
    return Price(tiers=(PriceTier(input=1, output=1),), version=version, **when)


def test_a_price_without_dates_is_never_looked_up() -> None:
    always, other = price("always"), price("other", valid_from_ms=5, valid_until_ms=9)
    prices = Timeline([[always], [other]])
    assert prices.is_constant
    assert prices.only is always
    assert prices.at(2**52) is always


def test_the_first_source_that_has_a_price_decides_at_each_moment() -> None:
    mine, theirs = price("mine", valid_from_ms=5, valid_until_ms=9), price("theirs")
    prices = Timeline([[mine], [theirs]])
    assert prices.only is None
    assert [prices.at(at_ms) for at_ms in (0, 4, 5, 8, 9)] == [theirs, theirs, mine, mine, theirs]
