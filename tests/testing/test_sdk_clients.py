"""The official clients read the fake provider itself: it speaks its dialects well enough for them."""

import asyncio
from collections.abc import Iterator

import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.questions import WEATHER_ARGUMENTS, SdkCaller
from salon.testing.raw_http import ask, chat_request
from salon.testing.scene import CALLERS, DIALECTS
from salon.testing.sdk_clients import caller
from salon.testing.verdicts import judge


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with FakeProvider().in_thread() as fake:
        yield fake


@pytest.fixture
def fake(running: FakeProvider) -> FakeProvider:
    running.journal.clear()
    return running


@pytest.fixture
def sdk(fake: FakeProvider, request: pytest.FixtureRequest) -> Iterator[SdkCaller]:
    client = caller(request.param, fake.url)
    yield client
    client.close()


@pytest.mark.parametrize("sdk", DIALECTS, indirect=True)
@pytest.mark.parametrize("stream", [True, False])
def test_text_reasoning_and_usage_are_read(fake: FakeProvider, sdk: SdkCaller, stream: bool) -> None:
    said = sdk.ask("{{fake tokens=3;think=5}}", model="fake", stream=stream)
    assert (said.thinking, said.text) == ("tok " * 5, "tok " * 3)
    seen = fake.journal.exchanges[-1]
    assert (said.input_tokens, said.output_tokens) == (seen.input_tokens, 8) == (7, seen.tokens_sent)


@pytest.mark.parametrize("sdk", DIALECTS, indirect=True)
@pytest.mark.parametrize("stream", [True, False])
def test_a_tool_makes_the_round_trip(sdk: SdkCaller, stream: bool) -> None:
    first = sdk.ask("{{fake call}}", model="fake", stream=stream, tool=True)
    assert [(name, value) for _, name, value in first.calls] == [("weather", WEATHER_ARGUMENTS)]
    second = sdk.ask("{{fake call}}", model="fake", stream=stream, tool=True, answer_tool=(first, "sunny"))
    assert second.text == "The tool said: sunny"


@pytest.mark.parametrize("sdk", DIALECTS, indirect=True)
def test_models_are_listed(sdk: SdkCaller) -> None:
    assert sdk.models()[:2] == ["fake", "fake-large"]


@pytest.mark.parametrize("dialect", CALLERS)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("plan", "ending"),
    [
        ("tokens=3", "well"),
        ("tokens=3;think=2;call", "well"),
        ("fault=503", "error"),
        ("fault=error-in-stream", "error"),
        ("fault=close:mid-stream", "silent"),
        ("fault=reset:after-headers", "silent"),
        ("fault=bad-json", "silent"),
    ],
)
def test_verdicts_tell_good_ends_errors_and_silence_apart(
    fake: FakeProvider, dialect: str, stream: bool, plan: str, ending: str
) -> None:
    request = chat_request(dialect, f"{{{{fake {plan}}}}}", stream=stream)
    answer = asyncio.run(ask(fake.port, request))
    verdict = judge(dialect, answer, stream=stream)
    assert verdict.ending == ending, verdict.why
    if ending == "well":
        assert verdict.output_tokens == fake.journal.exchanges[-1].tokens_sent


def test_a_stream_without_its_end_mark_is_silent(fake: FakeProvider) -> None:
    for dialect in sorted({*CALLERS} - {"gemini"}):  # whose finish reason is its end
        request = chat_request(dialect, "{{fake fault=no-done}}", stream=True)
        answer = asyncio.run(ask(fake.port, request))
        assert judge(dialect, answer, stream=True).ending == "silent"


def test_a_caller_can_cut_at_any_byte(fake: FakeProvider) -> None:
    request = chat_request("openai", "{{fake tokens=100}}", stream=True)
    answer = asyncio.run(ask(fake.port, request, cut_after_bytes=300))
    assert answer.cut
    assert not answer.complete
