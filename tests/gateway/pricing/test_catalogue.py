import asyncio
from datetime import datetime

from salon.foundation.kit.clock import ManualClock
from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.pricing import Timeline
from salon.gateway.pricing.catalogue import PriceCatalogue
from salon.gateway.pricing.worker import look_up


def test_the_tables_are_read_in_another_process_and_kept() -> None:
    async def main() -> None:
        catalogue = PriceCatalogue(ManualClock())
        wanted = [("openai", "gpt-4o-mini"), ("openai", "no-such-model-at-all"), ("google", "gemini-2.5-pro")]
        assert catalogue.known(*wanted[0]) is None
        await catalogue.ask(wanted)
        found = [catalogue.known(*one) for one in wanted]
        assert found[0] is not None
        assert found[0].prices[0].cost(Usage(input_tokens=10**6)) == 1_500_000_000
        assert "genai-prices" in found[0].prices[0].version
        assert found[1] is not None
        assert found[1].prices == ()
        assert found[2] is not None
        assert len(found[2].prices[0].tiers) == 2

    asyncio.run(main())


def test_an_unknown_model_is_not_asked_for_again_today() -> None:
    async def main() -> None:
        clock = ManualClock()
        catalogue = PriceCatalogue(clock)
        await catalogue.ask([(None, "nobody-has-this")])
        clock.advance(3600)
        assert catalogue.known(None, "nobody-has-this") is not None
        clock.advance(24 * 3600)
        assert catalogue.known(None, "nobody-has-this") is None

    asyncio.run(main())


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_the_tables_know_classes_and_service_tiers() -> None:
    openai, anthropic = look_up([("openai", "gpt-5"), ("anthropic", "claude-sonnet-4-5")])
    assert openai is not None
    assert anthropic is not None
    usage = Usage(input_tokens=10**6, details=UsageDetails(service="priority"))
    assert openai.prices[0].cost(usage) == 25_000_000_000
    hour = Usage(
        input_tokens=10**5,
        cache_write_tokens=10**5,
        details=UsageDetails(cache_write_1h_tokens=10**5, searches=1),
    )
    assert anthropic.prices[0].cost(hour) == 6_000_000_000 + 100_000_000


def test_a_price_that_changes_on_a_day_changes_then() -> None:
    (found,) = look_up([("anthropic", "claude-opus-4-6")], at("2026-03-12T20:00+00:00"))
    assert found is not None
    prices, long = Timeline([found.prices]), Usage(input_tokens=300_000)
    before, after = prices.at(at("2026-03-12T23:59:59.999+00:00")), prices.at(at("2026-03-13T00:00+00:00"))
    assert before is not None
    assert after is not None
    assert (before.cost(long), after.cost(long)) == (30_000_000_000, 15_000_000_000)


def test_a_price_that_changes_with_the_hour_changes_then() -> None:
    (found,) = look_up([("deepseek", "deepseek-chat")], at("2025-08-20T12:00+00:00"))
    assert found is not None
    prices = Timeline([found.prices])
    costs = [
        price.cost(Usage(input_tokens=10**6))
        for text in ("16:29:59", "16:30:00", "23:59:59")
        if (price := prices.at(at(f"2025-08-20T{text}+00:00"))) is not None
    ]
    assert costs == [2_700_000_000, 1_350_000_000, 1_350_000_000]


def test_what_was_asked_a_day_ago_is_asked_again_ahead_of_time() -> None:
    async def main() -> None:
        clock = ManualClock()
        catalogue = PriceCatalogue(clock)
        await catalogue.ask([("openai", "gpt-5")])
        hour = 3600 * 1000
        assert catalogue.old(within_ms=4 * hour) == []
        clock.advance(21 * 3600)
        assert catalogue.old(within_ms=4 * hour) == [("openai", "gpt-5")]

    asyncio.run(main())
