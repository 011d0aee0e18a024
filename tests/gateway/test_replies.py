"""What stands in the head of an answer: amounts are exact, and no text of others' choosing breaks a line."""

import pytest

from salon.gateway.exchange import header_value, headers_of
from salon.gateway.replies import cost_text


@pytest.mark.parametrize(
    ("cost_e10", "text"),
    [
        (None, b"unpriced"),
        (0, b"0 USD"),
        (1, b"0.0000000001 USD"),
        (25_000_000_000, b"2.5 USD"),
        (100_000_000_000, b"10 USD"),
        (1_230_000_000_001, b"123.0000000001 USD"),
    ],
)
def test_a_cost_is_told_exactly_and_no_longer_than_needed(cost_e10: int | None, text: bytes) -> None:
    assert cost_text(cost_e10, "USD") == text


@pytest.mark.parametrize("name", ["a\r\nset-cookie: b", "a\nb", "tab\there", "nul\0", "größe 日本"])
def test_text_of_others_is_one_value(name: str) -> None:
    for value in (header_value(name), cost_text(1, name)):
        assert headers_of(b"x-one: %b\r\nx-two: 2\r\n" % value) == [(b"x-one", value), (b"x-two", b"2")]
        assert value.isascii()
        assert not value.translate(None, bytes(range(32, 127)))


def test_rendered_headers_come_back_as_pairs() -> None:
    assert headers_of(b"a: 1\r\nb: x: y\r\nc: \r\n") == [(b"a", b"1"), (b"b", b"x: y"), (b"c", b"")]
