"""Lists of models in the forms of services that add to OpenAI's."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from salon.foundation.kit.errors import UpstreamBroken
from salon.gateway.configuration.listing import read_listing
from salon.gateway.operations import guessed
from salon.gateway.pricing.price import rate
from salon.gateway.registry.models import ModelInfo, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench


def listed(value: Any) -> list[ModelInfo]:
    models, after = read_listing("openai", json.dumps(value).encode(), provider="p")
    assert after is None
    return models


def test_mistral_says_what_a_model_can_and_which_do_not_answer() -> None:
    flags = {"completion_chat": True, "function_calling": True, "vision": False}
    no = {"completion_chat": False, "function_calling": False}
    model, embedding, hearing = listed(
        {
            "data": [
                {"id": "mistral-x", "max_context_length": 131072, "capabilities": flags},
                {"id": "mistral-embed", "capabilities": no},
                {"id": "voxtral-transcribe", "capabilities": no},
                {"id": "other", "capabilities": no},
            ]
        }
    )
    assert (model.id, model.context_tokens) == ("mistral-x", 131072)
    assert model.capabilities is not None
    assert (model.capabilities.tools, model.capabilities.vision) == (True, False)
    assert model.operations == ("chat",)
    assert (embedding.id, embedding.operations) == ("mistral-embed", ("embeddings",))
    assert (hearing.id, hearing.operations) == ("voxtral-transcribe", ("transcriptions",))


def test_together_and_cohere_say_what_a_model_is_for() -> None:
    body = {"data": [{"id": "a", "type": "chat"}, {"id": "b", "type": "rerank"}, {"id": "c", "type": "x"}]}
    assert [model.operations for model in listed(body)] == [("chat",), ("rerank",), None]
    models = [
        {"name": "command", "endpoints": ["chat", "generate"]},
        {"name": "embed-v4.0", "endpoints": ["embed", "classify"]},
        {"name": "rerank-v4.0", "endpoints": ["rerank"]},
        {"name": "old", "endpoints": ["summarize"]},
    ]
    found, _ = read_listing("cohere", json.dumps({"models": models}).encode(), provider="p")
    assert [(model.id, model.operations) for model in found] == [
        ("command", ("chat",)),
        ("embed-v4.0", ("embeddings",)),
        ("rerank-v4.0", ("rerank",)),
    ]


def test_a_name_gives_a_model_away_where_its_list_is_silent() -> None:
    named = {name: guessed(name) for name in ("text-embedding-3-small", "bge-rerank", "gpt-x")}
    assert named == {"text-embedding-3-small": ("embeddings",), "bge-rerank": ("rerank",), "gpt-x": None}


def test_groq_says_both_limits() -> None:
    (model,) = listed({"data": [{"id": "m", "context_window": 131072, "max_completion_tokens": 32768}]})
    assert (model.context_tokens, model.max_output_tokens) == (131072, 32768)


def test_a_bare_list_is_read_and_unknown_flags_say_nothing() -> None:
    (model,) = listed([{"id": "m", "context_length": 8192, "pricing": {"input": 0.88, "output": 0.88}}])
    assert (model.id, model.context_tokens, model.price) == ("m", 8192, None)
    (other,) = listed({"data": [{"id": "c", "capabilities": {"batch": {"supported": True}}}]})
    assert (other.id, other.capabilities) == ("c", None)


def test_googles_models_of_pictures_and_speech_are_known_by_their_names() -> None:
    chat = ["generateContent", "countTokens"]
    methods = {
        "gemini-x-flash": chat,
        "gemini-x-flash-image": chat,
        "gemini-x-flash-tts": chat,
        "imagen-4.0-generate": ["predict"],
        "veo-3": ["predictLongRunning"],
    }
    models = [
        {"name": f"models/{name}", "supportedGenerationMethods": told} for name, told in methods.items()
    ]
    found, _ = read_listing("gemini", json.dumps({"models": models}).encode(), provider="p")
    assert {model.id: model.operations for model in found} == {
        "gemini-x-flash": ("chat",),
        "gemini-x-flash-image": ("chat", "images", "image-edits"),
        "gemini-x-flash-tts": ("chat", "speech"),
        "imagen-4.0-generate": ("images",),
    }


def test_a_router_says_what_the_services_behind_it_can() -> None:
    services = [
        {"provider": "a", "status": "live", "context_length": 131072, "supports_tools": False},
        {"provider": "b", "status": "live", "context_length": 32768, "supports_tools": True},
        {"provider": "c", "status": "error", "context_length": 999999, "supports_structured_output": True},
    ]
    shape = {"input_modalities": ["text", "image"]}
    (model,) = listed({"data": [{"id": "m/x", "providers": services, "architecture": shape}]})
    assert model.context_tokens == 131072
    can = model.capabilities
    assert can is not None
    assert (can.tools, can.vision, can.structured) == (True, True, None)
    assert model.price is None  # which of them is asked, and paid, the router decides


def test_writer_calls_its_list_models() -> None:
    (model,) = listed({"models": [{"id": "palmyra-x5", "name": "Palmyra X5"}]})
    assert (model.id, model.display_name) == ("palmyra-x5", "Palmyra X5")


def test_perplexity_says_its_prices_with_their_unit() -> None:
    pricing = {"input": 10, "output": 50, "cache_write": 12.5, "cache_read": 1, "unit": "usd_per_1m_tokens"}
    (model,) = listed({"data": [{"id": "anthropic/x", "pricing": pricing}]})
    assert model.price is not None
    (tier,) = model.price.tiers
    assert (tier.input, tier.output, tier.cached) == (rate("10"), rate("50"), rate("1"))
    assert tier.cache_write == rate("12.5")


@pytest.mark.parametrize(
    "odd",
    [{"id": None}, {"object": "model"}, {"id": 7}, {"id": ""}, {"id": "b", "top_provider": 1}],
)
def test_one_odd_row_hides_no_other_model(odd: dict[str, Any]) -> None:
    found = [model.id for model in listed({"data": [{"id": "a"}, odd]})]
    assert found == (["a", "b"] if odd.get("id") == "b" else ["a"])


def test_a_list_of_odd_rows_alone_is_told_as_broken() -> None:
    with pytest.raises(UpstreamBroken):
        listed({"data": [{"object": "model"}, {"id": None}]})


def test_times_and_prices_beyond_all_measure_are_not_kept() -> None:
    prices = {"prompt": "1e-6", "completion": "2e-6", "request": ["?"], "web_search": "-1"}
    for body in ({"created": 1e300}, {"created": -5, "pricing": {"prompt": "Infinity", "completion": "1"}}):
        (model,) = listed({"data": [{"id": "a", **body}]})
        assert (model.created_at_s, model.price) == (0, None)
        assert msgspec.json.decode(msgspec.json.encode(model), type=ModelInfo) == model
    (priced,) = listed({"data": [{"id": "a", "pricing": prices}]})
    assert priced.price is not None
    assert (priced.price.request_e10, priced.price.search_e10) == (0, None)


async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as the router's list of models and the hub's record of one do."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    target, status = head.split()[1], "200 OK"
    mapping = {
        "a": {"status": "live", "task": "feature-extraction"},
        "b": {"status": "error", "task": "chat"},
    }
    body: Any = {"data": [{"id": "org/chats"}]}
    if target == "/api/models/org/embeds?expand=inferenceProviderMapping":
        assert "bearer hf-canary" in head.lower()
        body = {"id": "org/embeds", "inferenceProviderMapping": mapping}
    elif target.startswith("/api/"):
        status, body = "404 Not Found", {"error": "Repository not found"}
    data = json.dumps(body).encode()
    writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data)
    await writer.drain()
    writer.close()


def test_a_hub_says_what_a_declared_model_is_for(play: Callable[..., None]) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        async with await asyncio.start_server(hub, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            declared = ProviderSpec(
                name="hf", kind="huggingface", base_url=f"{address}/v1", api_key="hf-canary", allow_private=True,
                models=("org/chats", "org/embeds", "org/gone"), options={"hub": address},
            )  # fmt: skip
            await bench.service.add(OWNER.caller, declared)
            await bench.service.discovery.refresh(["hf"])
            found = bench.registry.listing("hf")
            assert found is not None
            told = [(model.id, model.operations) for model in found.models]
            assert (told, found.error) == ([("org/chats", None), ("org/embeds", ("embeddings",))], None)
            refused = await bench.call("hf/org/embeds")
            assert (refused.status, b"make embeddings" in refused.body) == (400, True)

    play(scene)


def test_a_key_for_a_server_of_their_own_is_not_told_to_the_hub(play: Callable[..., None]) -> None:
    heads: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        async with await asyncio.start_server(note, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            declared = ProviderSpec(
                name="hf", kind="huggingface", base_url=f"{fake.url}/v1", api_key="hf-canary", allow_private=True,
                models=("org/embeds",), options={"hub": address},
            )  # fmt: skip
            await bench.service.add(OWNER.caller, declared)
            await bench.service.discovery.refresh(["hf"])
            assert len(heads) == 1
            assert "hf-canary" not in heads[0]
            assert "user-agent: salon" in heads[0]

    play(scene)
