from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.pricing import Price, PriceTier, free, written_price
from salon.gateway.pricing.price import rate

REALTIME = {
    "input": "4",
    "output": "16",
    "cached": "0.40",
    "audio_input": "32",
    "audio_cached": "0.40",
    "audio_output": "64",
    "image_input": "5",
    "image_cached": "0.50",
}
MINI = written_price({"input": "0.15", "output": "0.60", "cached": "0.075"}, source="t")


def test_cost_counts_each_kind_of_token_once() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=500_000, cached_tokens=400_000)
    dollars = 0.6 * 0.15 + 0.4 * 0.075 + 0.5 * 0.60
    assert MINI.cost(usage) == round(dollars * 10**10)


def test_a_missing_cache_rate_is_the_input_rate() -> None:
    price = written_price({"input": 1, "output": 2}, source="t")
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
    assert free("test").cost(Usage(input_tokens=10**6, output_tokens=10**6)) == 0


@pytest.mark.parametrize("text", ["", "much", "-1", "NaN", "Infinity", "1e40"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        written_price({"input": text, "output": 1}, source="t")


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_an_estimate_is_never_below_the_cost(size: int, limit: int, cached: float, output: float) -> None:
    usage = Usage(input_tokens=size, output_tokens=int(limit * output), cached_tokens=int(size * cached))
    estimate, cost = MINI.estimate(size, limit), MINI.cost(usage)
    assert estimate is not None
    assert cost is not None
    assert estimate >= cost


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_an_estimate_covers_the_dearest_class_of_token(
    given_tokens: int, made: int, data: st.DataObject
) -> None:
    price = written_price(REALTIME, source="t")
    part = st.integers(0, 10**6)
    details = UsageDetails(
        audio_input_tokens=data.draw(part),
        audio_cached_tokens=data.draw(part),
        audio_output_tokens=data.draw(part),
        image_input_tokens=data.draw(part),
    )
    usage = Usage(
        input_tokens=given_tokens,
        output_tokens=made,
        cached_tokens=data.draw(st.integers(0, given_tokens)),
        details=details,
    )
    estimate, cost = price.estimate(given_tokens, made), price.cost(usage)
    assert estimate is not None
    assert cost is not None
    assert 0 <= cost <= estimate


def test_an_estimate_for_a_tier_without_a_price_is_none() -> None:
    assert MINI.estimate(10, 10, "priority") is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"input": 1}, "output is missing"),
        ({"input": 1, "output": 1, "tiers": [{"above": 0, "input": 1, "output": 1}]}, "tiers must rise"),
        ({"input": 1, "output": 1, "services": [{"name": "batch", "factor": "half"}]}, "is no factor"),
        ({"input": 1, "output": 1, "services": [{"name": "batch"}]}, "input is missing"),
        ({"input": 1, "output": 1, "starts": "soon"}, "is no date"),
        ({"input": 1, "output": 1, "starts": "2026-02-01", "ends": "2026-01-01"}, "end before it begins"),
    ],
)
def test_a_price_that_cannot_be_meant_is_refused(written: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        written_price(written, source="t")


def test_the_version_names_source_day_and_price() -> None:
    one = written_price({"input": 1, "output": 2, "starts": "2026-12-01"}, source="salon.toml")
    other = written_price({"input": 1, "output": 3, "starts": "2026-12-01"}, source="salon.toml")
    assert one.version.startswith("salon.toml 2026-12-01 ")
    assert one.version != other.version


DALL_E = written_price(
    {
        "input": 0,
        "output": 0,
        "image": "0.04",
        "images": [
            {"quality": "hd", "image": "0.09"},
            {"size": "1024x1024", "quality": "hd", "image": "0.08"},
            {"size": "1792x1024", "image": "0.08"},
            {"size": "1792x1024", "quality": "HD", "image": "0.12"},
        ],
    },
    source="t",
)


def pictures(number: int = 1, size: str | None = None, quality: str | None = None) -> UsageDetails:
    return UsageDetails(images=number, image_size=size, image_quality=quality)


@pytest.mark.parametrize(
    ("made", "dollars"),
    [
        (pictures(), "0.04"),
        (pictures(2, "1024x1024"), "0.08"),
        (pictures(1, "1024x1024", "hd"), "0.08"),
        (pictures(1, None, "hd"), "0.09"),
        (pictures(1, "512x512", "hd"), "0.09"),
        (pictures(3, "1792x1024", "standard"), "0.24"),
        (pictures(1, "1792x1024", "hd"), "0.12"),
    ],
)
def test_a_picture_costs_what_the_row_says_that_says_most_of_it(made: UsageDetails, dollars: str) -> None:
    assert DALL_E.cost(Usage(details=made)) == rate(dollars)


def test_a_picture_of_which_no_row_speaks_is_unpriced() -> None:
    rows = [{"size": "1024x1024", "image": "0.04"}]
    price = written_price({"input": 0, "output": 0, "images": rows}, source="t")
    assert price.cost(Usage(details=pictures(1, "512x512"))) is None
    assert price.cost(Usage(details=pictures())) is None


def test_pixels_are_paid_for_where_the_size_is_known() -> None:
    price = written_price({"input": 0, "output": 0, "megapixel": "0.0027", "image": "0.01"}, source="t")
    assert price.cost(Usage(details=pictures(2, "1024x768"))) == 2 * 1024 * 768 * 27
    assert price.cost(Usage(details=pictures(2))) == rate("0.02")


def test_as_much_is_held_as_a_picture_of_unknown_kind_may_cost() -> None:
    assert DALL_E.held_for(pictures()) == rate("0.12")
    assert DALL_E.held_for(pictures(2, "1024x1024")) == 2 * rate("0.08")
    assert DALL_E.held_for(pictures(1, "512x512", "standard")) == rate("0.04")
    assert DALL_E.held_for(UsageDetails(images=0)) == 0


@pytest.mark.parametrize(
    "rows",
    [
        [{"image": "0.04"}],
        [{"size": "large", "image": "0.04"}],
        [{"size": "1024x1024"}],
        [{"size": "1024x1024", "image": "1"}, {"size": "1024X1024", "image": "2"}],
        [{"quality": "hd", "image": "-1"}],
    ],
)
def test_rows_of_pictures_that_say_nothing_clear_are_refused(rows: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError):
        written_price({"input": 0, "output": 0, "images": rows}, source="t")
