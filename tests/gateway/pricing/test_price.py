import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.foundation.messages import Usage
from salon.gateway.pricing import FREE, Price, PriceTier, price_per_million

MINI = price_per_million(input="0.15", output="0.60", cached="0.075", version="t")


def test_cost_counts_each_kind_of_token_once() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=500_000, cached_tokens=400_000)
    dollars = 0.6 * 0.15 + 0.4 * 0.075 + 0.5 * 0.60
    assert MINI.cost(usage) == round(dollars * 10**10)


def test_a_missing_cache_rate_is_the_input_rate() -> None:
    price = price_per_million(input=1, output=2, version="t")
    usage = Usage(input_tokens=1000, cached_tokens=500, cache_write_tokens=200)
    assert price.cost(usage) == price.cost(Usage(input_tokens=1000))


def test_the_tier_the_input_reaches_prices_all_tokens() -> None:
    price = Price(
        version="t",
        tiers=(PriceTier(input=100, output=1000), PriceTier(above=200_000, input=200, output=1500)),
    )
    assert price.cost(Usage(input_tokens=200_000, output_tokens=1000)) == 21
    assert price.cost(Usage(input_tokens=200_001, output_tokens=1000)) == 42


def test_a_free_model_costs_zero_and_not_nothing() -> None:
    assert FREE.cost(Usage(input_tokens=10**6, output_tokens=10**6)) == 0


@pytest.mark.parametrize("text", ["", "much", "-1", "NaN", "Infinity", "1e40"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        price_per_million(input=text, output=1, version="t")


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_an_estimate_is_never_below_the_cost(size: int, limit: int, cached: float, output: float) -> None:
    usage = Usage(input_tokens=size, output_tokens=int(limit * output), cached_tokens=int(size * cached))
    assert MINI.estimate(size, limit) >= MINI.cost(usage)
