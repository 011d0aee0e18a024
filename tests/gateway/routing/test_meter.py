"""What a provider says about its own limits."""

from salon.gateway.routing.meter import Meter


def test_the_scarcest_of_what_a_provider_says_counts_for_a_minute() -> None:
    meter = Meter()
    assert meter.used(0.0) is None
    headers = [
        (b"x-ratelimit-limit-requests", b"100"),
        (b"x-ratelimit-remaining-requests", b"90"),
        (b"x-ratelimit-limit-tokens", b"1000"),
        (b"x-ratelimit-remaining-tokens", b"250"),
    ]
    meter.hear(headers, 10.0)
    assert (meter.used(69.0), meter.used(70.0)) == (0.75, None)


def test_anthropics_names_are_understood_and_nonsense_is_not() -> None:
    meter = Meter()
    limit = b"anthropic-ratelimit-requests-limit"
    for odd in (b"soon", b"nan", b"-1"):
        meter.hear([(b"anthropic-ratelimit-requests-remaining", b"5"), (limit, odd)], 0.0)
        assert meter.used(0.0) is None
    meter.hear([(b"anthropic-ratelimit-requests-remaining", b"5"), (limit, b"10")], 0.0)
    assert meter.used(0.0) == 0.5
