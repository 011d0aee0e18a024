"""Money is exact inside and short for a person; what has no price is never zero."""

from decimal import Decimal

import pytest

from salon.foundation.kit.money import MAX_E10, format_money, money, to_decimal


@pytest.mark.parametrize("text", ["0", "1", "0.0000000001", "922337203.6854775807", "-3.25"])
def test_amounts_survive_the_way_there_and_back(text: str) -> None:
    assert to_decimal(money(text)) == Decimal(text)


def test_half_of_the_smallest_unit_goes_to_the_even_side() -> None:
    assert money("0.00000000005") == 0
    assert money("0.00000000015") == 2


def test_an_amount_past_64_bits_is_refused() -> None:
    assert money(to_decimal(MAX_E10)) == MAX_E10
    with pytest.raises(OverflowError):
        money(to_decimal(MAX_E10) + 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unpriced"),
        (0, "$0"),
        (12_345_678_901, "$1.23"),
        (4_100_000, "$0.00041"),
        (1, "<$0.000001"),
        (10_000_000_000_000, "$1000.00"),
    ],
)
def test_a_person_reads_what_matters(value: int | None, text: str) -> None:
    assert format_money(value) == text


def test_other_currencies_are_named() -> None:
    assert format_money(25_000_000_000, currency="EUR") == "EUR 2.50"
