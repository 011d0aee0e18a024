"""Which batches are handed over, and which are answered here, and why."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.gateway.batches.conftest import PRICES, openai_provider, price
from tests.gateway.batches.remote.conftest import QUICK, asked_at_once, body, case, hand_in

from salon.foundation.accounts import KeyLimits
from salon.gateway.batches import NewLine
from salon.gateway.pricing import PriceTier
from salon.gateway.registry.models import AliasSpec, MirrorSpec, RuleSpec, SplitSpec, TargetSpec, VariantSpec
from salon.gateway.registry.target import Target
from salon.gateway.routing.conditions import Condition
from salon.testing.gateway_bench import OWNER, GatewayBench, alias

Run = Callable[..., None]
FAKE = TargetSpec(model="openai/fake")
LARGE = TargetSpec(model="openai/large")
URL = "http://127.0.0.1:9"
PROVIDER = openai_provider(URL, True)
ALIASES = (
    alias("plain", "openai/fake", "openai/large"),
    alias("cached", "openai/fake", cache=True),
    alias("weighed", "openai/fake", "openai/large", strategy="weight"),
    AliasSpec(name="ruled", targets=(FAKE,), rules=(RuleSpec(when=Condition(tools=True), targets=(LARGE,)),)),
    AliasSpec(
        name="split",
        targets=(FAKE,),
        split=SplitSpec(
            variants=(VariantSpec(name="a", targets=(LARGE,)), VariantSpec(name="b", targets=(FAKE,)))
        ),
    ),
    AliasSpec(name="mirrored", targets=(FAKE,), mirror=MirrorSpec(model="openai/large")),
)


def chosen(
    folder: Path,
    model: str,
    *,
    provider: Any = PROVIDER,
    limits: KeyLimits | None = None,
    prices: Any = PRICES,
) -> Target | str:
    """Return where the lines of a chat would go, or why they stay."""

    async def look() -> Target | str:
        bench = GatewayBench(folder, providers=[provider], aliases=ALIASES, prices=prices)
        async with bench, asyncio.timeout(60):
            identity = msgspec.structs.replace(OWNER, limits=limits or KeyLimits())
            return await bench.gateway.handing.target_for(identity, "openai", model)

    return asyncio.run(look())


@pytest.mark.parametrize("model", ["openai/fake", "plain"])
def test_a_plain_name_whose_provider_is_cheaper_for_batches_goes_over(tmp_path: Path, model: str) -> None:
    found = chosen(tmp_path, model)
    assert isinstance(found, Target)
    assert found.name == "openai/fake"


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("ruled", "rules"), ("split", "split"), ("mirrored", "mirrored"), ("cached", "cached"),
        ("weighed", "another target"), ("nobody", "not known"), ("demo", "not known to take batches"),
        ("openai/large", "no lower price"),
    ],
)  # fmt: skip
def test_what_decides_for_each_request_keeps_a_batch_here(tmp_path: Path, model: str, why: str) -> None:
    found = chosen(tmp_path, model)
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (KeyLimits(requests_per_minute=9), "limits of requests"),
        (KeyLimits(promises=("no-training",)), "promises"),
        (KeyLimits(regions=("eu",)), "may not be taken"),
        (KeyLimits(models=("other",)), "right"),
    ],
)
def test_what_a_key_is_kept_to_keeps_its_batches_here(tmp_path: Path, limits: KeyLimits, why: str) -> None:
    found = chosen(tmp_path, "openai/fake", limits=limits)
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"batches": None}, "not known to take batches"),
        ({"batches": False}, "not known to take batches"),
        ({"concurrency": 3}, "limits are set"),
    ],
)
def test_what_is_set_for_a_provider_is_kept(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    found = chosen(tmp_path, "openai/fake", provider=msgspec.structs.replace(PROVIDER, **changes))
    assert isinstance(found, str)
    assert why in found


def test_a_price_that_is_not_lower_is_no_reason(tmp_path: Path) -> None:
    dear = price("openai/fake")
    services = {"batch": (PriceTier(input=10**10, output=3 * 10**10),)}
    dear = msgspec.structs.replace(dear, price=msgspec.structs.replace(dear.price, services=services))
    assert "no lower price" in str(chosen(tmp_path, "openai/fake", prices=[dear]))


def test_at_its_own_address_a_kind_has_batches_without_being_told(tmp_path: Path) -> None:
    provider = msgspec.structs.replace(PROVIDER, base_url="", batches=None)
    assert isinstance(chosen(tmp_path, "openai/fake", provider=provider), Target)


def test_a_wish_to_stay_and_lines_of_several_models_are_heeded(handed: Run) -> None:
    async def scene(made: Any) -> None:
        stays = await made.ended(await hand_in(made, case("one"), stays_here=True))
        lines = [NewLine(str(n), body("x", model)) for n, model in enumerate(("openai/fake", "demo"))]
        mixed = await made.batches.create(
            OWNER.caller, lines, protocol="anthropic", endpoint="/v1/chat/completions"
        )
        mixed = await made.ended(mixed)
        assert [one.kept_here for one in (stays, mixed)] == [
            "whoever handed it in asked for that", "its lines ask for several models",
        ]  # fmt: skip
        assert made.fake.batches.made == []
        assert asked_at_once(made) == 2

    handed(scene)


def test_handing_over_can_be_switched_off(desk: Run) -> None:
    async def scene(made: Any) -> None:
        done = await made.ended(await hand_in(made, case("one")))
        assert (done.succeeded, done.kept_here) == (1, "batches.hand_over is off")

    desk(scene, has_batches=True, options=msgspec.structs.replace(QUICK, hand_over=False))
