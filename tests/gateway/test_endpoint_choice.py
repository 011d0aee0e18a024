"""Which of a provider's addresses a caller's words go to."""

from collections.abc import Callable

import msgspec
import pytest

from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

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


def test_a_model_from_before_chat_continues_prompts_and_refuses_chats(play: Callable[..., None]) -> None:
    spec = ProviderSpec(name="own", kind="openai", api_key="k", models=("gpt-3.5-turbo-instruct",))

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await bench.service.add(
            OWNER.caller, msgspec.structs.replace(spec, base_url=f"{fake.url}/v1", allow_private=True)
        )
        asked = "own/gpt-3.5-turbo-instruct"
        for dialect in ("openai", "anthropic", "gemini", "ollama"):
            reply = await bench.call(asked, dialect=dialect)
            assert reply.status == 400
            assert b"It can continue a text (POST /v1/completions)." in reply.body, dialect
        assert fake.journal.counts["requests"] == 0
        assert (await bench.call(asked, dialect="completions", prompt="Once")).status == 200
        assert fake.journal.exchanges[-1].target == "/v1/completions"

    play(scene)
