"""Every official client against a provider of every dialect: text, tools, reasoning, images and usage."""

import orjson
import pytest

from salon.testing.fake_provider import Exchange
from salon.testing.fake_provider.answer import SIGNATURE
from salon.testing.questions import PIXEL, WEATHER_ARGUMENTS, Said, SdkCaller
from salon.testing.scene import DIALECTS, Scene, model_of

STOPPED = {
    "openai": "stop",
    "responses": "completed",
    "anthropic": "end_turn",
    "ollama": "stop",
    "gemini": "STOP",
}
CALLED = {**STOPPED, "openai": "tool_calls", "anthropic": "tool_use"}
LIMITED = {
    "openai": "length",
    "responses": "max_output_tokens",
    "anthropic": "max_tokens",
    "ollama": "length",
    "gemini": "MAX_TOKENS",
}
PROVES = {
    "openai": {"anthropic", "gemini"},
    "responses": {"anthropic", "responses"},
    "anthropic": {"anthropic"},
    "ollama": set[str](),
    "gemini": {"anthropic", "gemini"},
}
"""Whose proof of its reasoning each caller can bring back."""
SIGNS = {"responses", "anthropic", "gemini"}
"""Who proves its reasoning."""
THOUGHTS = {name: {"ollama"} | (PROVES[name] - {"gemini"}) for name in DIALECTS}
"""Whose reasoning each caller can bring back: Ollama asks for no proof, and Gemini proves calls alone."""

pytestmark = [
    pytest.mark.parametrize("sdk", DIALECTS, indirect=True),
    pytest.mark.parametrize("provider", DIALECTS),
    pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"]),
]


def usage_of(exchange: Exchange) -> tuple[int, int]:
    return exchange.input_tokens, exchange.tokens_sent


def usage_said(said: Said) -> tuple[int | None, int | None]:
    return said.input_tokens, said.output_tokens


def test_text_and_usage_arrive_whole(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    said = sdk.ask("{{fake text=Grüße 👋🏽 aus Zürich,\n\n  naïve}}", model=model_of(provider), stream=stream)
    assert said.text == "Grüße 👋🏽 aus Zürich,\n\n  naïve"
    assert said.finish == STOPPED[sdk.dialect]
    assert usage_said(said) == usage_of(scene.fake.journal.exchanges[-1])
    assert scene.fake.journal.exchanges[-1].dialect == provider


def test_reasoning_is_told_from_the_answer(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    said = sdk.ask("{{fake tokens=3;think=5}}", model=model_of(provider), stream=stream, think=True)
    assert (said.thinking, said.text) == ("tok " * 5, "tok " * 3)
    assert usage_said(said) == usage_of(scene.fake.journal.exchanges[-1])


def test_a_tool_makes_the_round_trip(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    model, prompt = model_of(provider), "What weather? {{fake call}}"
    first = sdk.ask(prompt, model=model, stream=stream, tool=True)
    assert [(name, value) for _, name, value in first.calls] == [("weather", WEATHER_ARGUMENTS)]
    assert first.finish == CALLED[sdk.dialect]
    second = sdk.ask(prompt, model=model, stream=stream, tool=True, answer_tool=(first, "sunny, 21°"))
    assert second.text == "The tool said: sunny, 21°"
    assert usage_said(second) == usage_of(scene.fake.journal.exchanges[-1])


def test_a_picture_reaches_the_provider(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    said = sdk.ask("What is this?", model=model_of(provider), stream=stream, image=True)
    sent = scene.fake.journal.exchanges[-1].body.decode()
    assert said.text == "tok " * 8
    # Google's client writes the alphabet of addresses.
    assert PIXEL in sent or PIXEL.replace("+", "-").replace("/", "_") in sent


def test_an_answer_follows_its_schema(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    said = sdk.ask("weather?", model=model_of(provider), stream=stream, shape=True)
    assert orjson.loads(said.text) == WEATHER_ARGUMENTS
    assert usage_said(said) == usage_of(scene.fake.journal.exchanges[-1])


def test_a_limit_is_told_as_the_reason_of_the_end(
    scene: Scene, sdk: SdkCaller, provider: str, stream: bool
) -> None:
    said = sdk.ask("{{fake tokens=9}}", model=model_of(provider), stream=stream, limit=2)
    assert (said.text, said.finish) == ("tok " * 2, LIMITED[sdk.dialect])
    assert usage_said(said) == (scene.fake.journal.exchanges[-1].input_tokens, 2)


def test_calls_made_together_come_and_go_back_together(
    scene: Scene, sdk: SdkCaller, provider: str, stream: bool
) -> None:
    model, prompt = model_of(provider), "What weather? {{fake call=3}}"
    first = sdk.ask(prompt, model=model, stream=stream, tool=True)
    assert [value for _, _, value in first.calls] == [{"city": "Zürich", "days": days} for days in (7, 8, 9)]
    assert usage_said(first) == usage_of(scene.fake.journal.exchanges[-1])
    second = sdk.ask(prompt, model=model, stream=stream, tool=True, answer_tool=(first, "sunny"))
    assert second.text == "The tool said: sunny\nsunny (1)\nsunny (2)"
    assert usage_said(second) == usage_of(scene.fake.journal.exchanges[-1])


def test_reasoning_goes_back_with_its_proof_or_the_head_says_that_it_does_not(
    scene: Scene, sdk: SdkCaller, provider: str, stream: bool
) -> None:
    model, prompt = model_of(provider), "What weather? {{fake call=2;think=3}}"
    first = sdk.ask(prompt, model=model, stream=stream, tool=True, think=True)
    assert (first.thinking, len(first.calls)) == ("tok " * 3, 2)
    is_lost = provider in SIGNS and provider not in PROVES[sdk.dialect]
    assert stream or ("reasoning_signature" in sdk.lost) == is_lost
    told = (first, "sunny")
    second = sdk.ask(prompt, model=model, stream=stream, tool=True, think=True, answer_tool=told)
    assert second.text == "The tool said: sunny\nsunny (1)"
    sent = scene.fake.journal.exchanges[-1].body.decode()
    assert (SIGNATURE in sent) == (provider in PROVES[sdk.dialect])
    goes_back = sdk.dialect == provider or provider in THOUGHTS[sdk.dialect]
    assert (sent.count("tok ") == 3, "messages.reasoning" in sdk.lost) == (goes_back, not goes_back)
