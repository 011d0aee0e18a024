"""Which of a provider's addresses a caller's words go to."""

from collections.abc import Callable

import pytest

from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench

CHOICES = [
    ("openai", "responses", b"/v1/responses"),
    ("openai", "openai", b"/v1/chat/completions"),
    ("openai", "anthropic", b"/v1/chat/completions"),
    ("openai", None, b"/v1/chat/completions"),
    ("openai-compatible", "responses", b"/v1/chat/completions"),
    ("responses-compatible", "responses", b"/v1/responses"),
    ("responses-compatible", "openai", b"/v1/responses"),
]


@pytest.mark.parametrize(("kind", "spoken", "path"), CHOICES)
def test_a_caller_is_answered_in_its_own_dialect_where_it_is_spoken(
    play: Callable[..., None], kind: str, spoken: str | None, path: bytes
) -> None:
    spec = ProviderSpec(
        name="own",
        kind=kind,
        base_url="http://127.0.0.1:9/v1",
        api_key="k",
        allow_private=True,
        models=("m",),
    )

    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        target = bench.registry.plan("own/m").targets[0]
        assert target.endpoint(spoken).path == path

    play(scene, more=[spec])
