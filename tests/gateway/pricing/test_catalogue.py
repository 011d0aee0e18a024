import asyncio

from salon.foundation.kit.clock import ManualClock
from salon.foundation.messages import Usage
from salon.gateway.pricing.catalogue import PriceCatalogue


def test_the_tables_are_read_in_another_process_and_kept() -> None:
    async def main() -> None:
        catalogue = PriceCatalogue(ManualClock())
        wanted = [("openai", "gpt-4o-mini"), ("openai", "no-such-model-at-all"), ("google", "gemini-2.5-pro")]
        assert catalogue.known(*wanted[0]) is None
        await catalogue.ask(wanted)
        found = [catalogue.known(*one) for one in wanted]
        assert found[0] is not None
        assert found[0].price is not None
        assert found[0].price.cost(Usage(input_tokens=10**6)) == 1_500_000_000
        assert "genai-prices" in found[0].price.version
        assert found[1] is not None
        assert found[1].price is None
        assert found[2] is not None
        assert found[2].price is not None
        assert len(found[2].price.tiers) == 2

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
