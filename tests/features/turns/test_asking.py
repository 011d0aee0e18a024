"""What is known of a model's window, and of words."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.features.turns.conftest import TurnBench, said
from tests.gateway.conftest import flat_price

from salon.features.turns.asking import ASSUMED_TOKENS
from salon.foundation.kit.errors import UnknownModel
from salon.gateway.registry.models import (
    AliasSpec,
    Listing,
    ModelInfo,
    PriceSpec,
    ProviderSpec,
    TargetSpec,
)
from salon.testing.gateway_bench import alias

Play = Callable[..., None]


def knows(bench: TurnBench, provider: str, **fields: Any) -> None:
    """Let a provider's listing tell something of its model."""
    listing = Listing(models=(ModelInfo(id="fake", **fields),), fetched_at_ms=1)
    bench.gateway.registry.set_listing(provider, listing)


def test_a_window_nobody_tells_is_assumed_and_said_so(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        window = await bench.asks.window("openai/fake")
        assert (window.context_tokens, window.is_assumed) == (ASSUMED_TOKENS, True)
        outcome = await bench.take("hello")
        assert outcome.context is not None
        assert outcome.context.is_window_assumed

    play(scene)


def test_a_listing_tells_window_and_most_output(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        knows(bench, "openai", context_tokens=9_000, max_output_tokens=700)
        outcome = await bench.take([said("x" * 9_000, id=f"msg_{number}") for number in range(9)])
        report = outcome.context
        assert report is not None
        assert (report.window_tokens, report.reserved, report.is_window_assumed) == (9_000, 700, False)
        assert report.used <= 8_300

    play(scene)


def test_an_alias_reads_as_much_as_the_least_of_those_that_go_first(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        for provider, tokens in (("openai", 50_000), ("anthropic", 200_000), ("ollama", 4_000)):
            knows(bench, provider, context_tokens=tokens)
        assert (await bench.asks.window("equal")).context_tokens == 50_000
        assert (await bench.asks.window("ranked")).context_tokens == 200_000

    last = TargetSpec(model="ollama/fake", priority=1)
    ranked = AliasSpec(name="ranked", targets=(TargetSpec(model="anthropic/fake"), last))
    play(scene, aliases=[alias("equal", "openai/fake", "anthropic/fake"), ranked])


def test_a_model_nobody_knows_is_told_by_the_gateway(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        outcome = await bench.take("hello", spec={"model": "nobody/knows"})
        assert outcome.status == "failed"
        assert (outcome.error or {})["error"]["code"] == UnknownModel.code

    play(scene)


@pytest.mark.parametrize(("model", "known"), [("gpt-4o", True), ("fake", False)])
def test_words_are_counted_by_the_models_own_vocabulary(play: Play, model: str, known: bool) -> None:
    async def scene(bench: TurnBench) -> None:
        window = await bench.asks.window(f"openai/{model}")
        texts = ["one two", "three", "one two"]
        first = await bench.asks.count(texts, window=window)
        assert first == await bench.asks.count(texts, window=window)
        assert first in ([[2, 1, 2], None] if known else [None])

    play(scene)


def test_the_tables_tell_the_window_of_a_model_whose_price_a_person_wrote(play: Play) -> None:
    async def scene(bench: TurnBench) -> None:
        window = await bench.asks.window("written/gpt-4o")
        assert (window.context_tokens, window.is_assumed) == (128_000, False)

    own = ProviderSpec(name="written", kind="openai", api_key="sk-x", models=("gpt-4o",))
    play(scene, more=[own], prices=[PriceSpec(model="written/gpt-4o", price=flat_price("1", "2"))])
