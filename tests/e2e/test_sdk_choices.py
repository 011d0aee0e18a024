"""Several answers, log probabilities and refusals, through every official client, from providers of each dialect."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from salon.testing.columns import ColumnName
from salon.testing.fake_provider.likely import LOGPROB
from salon.testing.questions import SdkCaller, each
from salon.testing.scene import DIALECTS, Scene, model_of

SEVERAL = ("openai", "gemini")
"""Whose requests and answers have a place for several answers."""
LIKELY = ("openai", "responses", "ollama", "gemini")
"""Whose requests and answers have a place for log probabilities."""
STREAM = pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
PROMPT = "Say it. {{fake text=eight wo}}"
REFUSAL = "I cannot do that."
Asked = tuple[str, bool]
"""The model, and whether the answer is to be a stream."""


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """No store has a part in what is asked here."""
    return "sqlite"


def chunks(answer: Any, stream: bool) -> Iterable[Any]:
    return answer if stream else [answer]


def openai_choices(sdk: SdkCaller, asked: Asked, prompt: str, **fields: Any) -> list[Any]:
    model, stream = asked
    create, messages = sdk.client.chat.completions.create, [{"role": "user", "content": prompt}]
    answer = create(model=model, messages=messages, stream=stream, **fields)
    return [choice for chunk in chunks(answer, stream) for choice in chunk.choices]


def said_by(choice: Any) -> Any:
    return choice.delta if hasattr(choice, "delta") else choice.message


def responses_parts(sdk: SdkCaller, asked: Asked, prompt: str, **fields: Any) -> tuple[Any, list[Any]]:
    model, stream = asked
    fields |= {"model": model, "input": prompt, "store": False}
    if stream:
        with sdk.client.responses.stream(**fields) as events:
            ends = ("response.completed", "response.incomplete")
            answer = next(event.response for event in events if event.type in ends)
    else:
        answer = sdk.client.responses.create(**fields)
    return answer, [part for item in answer.output for part in item.content or ()]


def gemini_candidates(sdk: SdkCaller, asked: Asked, prompt: str, **config: Any) -> list[Any]:
    model, stream = asked
    models, fields = sdk.client.models, {"model": model, "contents": prompt, "config": config}
    answer = models.generate_content_stream(**fields) if stream else models.generate_content(**fields)
    return [candidate for chunk in chunks(answer, stream) for candidate in each(chunk.candidates)]


def gemini_text(candidate: Any) -> str:
    return "".join(part.text or "" for part in each(candidate.content and candidate.content.parts))


def ollama_parts(sdk: SdkCaller, asked: Asked, prompt: str, **fields: Any) -> list[Any]:
    model, stream = asked
    messages = [{"role": "user", "content": prompt}]
    return list(chunks(sdk.client.chat(model=model, messages=messages, stream=stream, **fields), stream))


def several(sdk: SdkCaller, asked: Asked) -> tuple[list[str], int]:
    """Ask for three answers; return their words in order, and how many told why they ended."""
    texts: dict[int, str] = {}
    ends = 0
    if sdk.dialect == "openai":
        for choice in openai_choices(sdk, asked, PROMPT, n=3):
            texts[choice.index] = texts.get(choice.index, "") + (said_by(choice).content or "")
            ends += choice.finish_reason == "stop"
    else:
        for one in gemini_candidates(sdk, asked, PROMPT, candidate_count=3):
            texts[one.index or 0] = texts.get(one.index or 0, "") + gemini_text(one)
            ends += one.finish_reason is not None and one.finish_reason.value == "STOP"
    return [text for _, text in sorted(texts.items())], ends


@STREAM
@pytest.mark.parametrize("provider", SEVERAL)
@pytest.mark.parametrize("sdk", SEVERAL, indirect=True)
def test_several_answers_are_told_apart(scene: Scene, sdk: SdkCaller, provider: str, stream: bool) -> None:
    words = "eight wo"
    assert several(sdk, (model_of(provider), stream)) == ([words, f"{words} #1", f"{words} #2"], 3)
    exchange = scene.fake.journal.exchanges[-1]
    assert (exchange.dialect, exchange.tokens_sent) == (provider, 8)


@STREAM
@pytest.mark.parametrize("provider", sorted(set(DIALECTS) - set(SEVERAL)))
@pytest.mark.parametrize("sdk", SEVERAL, indirect=True)
def test_several_answers_are_refused_where_there_is_one(sdk: SdkCaller, provider: str, stream: bool) -> None:
    with pytest.raises(Exception, match="one answer per request") as refused:
        several(sdk, (model_of(provider), stream))
    assert 400 in {getattr(refused.value, "status_code", None), getattr(refused.value, "code", None)}


Likely = list[tuple[str, float, int]]
"""Each token with its likelihood, and how many of the likeliest are told."""


def openai_likely(sdk: SdkCaller, asked: Asked) -> Likely:
    choices = openai_choices(sdk, asked, PROMPT, logprobs=True, top_logprobs=2)
    tokens = [token for choice in choices if choice.logprobs for token in each(choice.logprobs.content)]
    return [(token.token, token.logprob, len(token.top_logprobs)) for token in tokens]


def responses_likely(sdk: SdkCaller, asked: Asked) -> Likely:
    wanted = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    _, parts = responses_parts(sdk, asked, PROMPT, **wanted)
    tokens = [token for part in parts for token in each(part.logprobs)]
    return [(token.token, token.logprob, len(token.top_logprobs)) for token in tokens]


def ollama_likely(sdk: SdkCaller, asked: Asked) -> Likely:
    told = ollama_parts(sdk, asked, PROMPT, logprobs=True, top_logprobs=2)
    tokens = [token for part in told for token in each(part.logprobs)]
    return [(token.token, token.logprob, len(token.top_logprobs)) for token in tokens]


def gemini_likely(sdk: SdkCaller, asked: Asked) -> Likely:
    found = gemini_candidates(sdk, asked, PROMPT, response_logprobs=True, logprobs=2)
    results = [one.logprobs_result for one in found if one.logprobs_result]
    return [
        (chosen.token, chosen.log_probability, len(top.candidates))
        for result in results
        for chosen, top in zip(result.chosen_candidates, result.top_candidates, strict=True)
    ]


LIKELY_IN: dict[str, Callable[[SdkCaller, Asked], Likely]] = {
    "openai": openai_likely,
    "responses": responses_likely,
    "ollama": ollama_likely,
    "gemini": gemini_likely,
}


@STREAM
@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("sdk", LIKELY, indirect=True)
def test_likelihoods_arrive_or_the_head_says_that_they_do_not(
    sdk: SdkCaller, provider: str, stream: bool
) -> None:
    found = LIKELY_IN[sdk.dialect](sdk, (model_of(provider), stream))
    is_told = provider in LIKELY
    assert found == ([("eigh", LOGPROB, 2), ("t wo", LOGPROB, 2)] if is_told else [])
    assert ({"logprobs", "top_logprobs"} <= sdk.lost) == (not is_told)


def refused(sdk: SdkCaller, asked: Asked) -> tuple[str, bool]:
    """Ask for what is refused; return the words, and whether they are told to be a refusal."""
    prompt = f"{{{{fake refuse={REFUSAL}}}}}"
    if sdk.dialect == "openai":
        choices = openai_choices(sdk, asked, prompt)
        refusal = "".join(said_by(choice).refusal or "" for choice in choices)
        words = "".join(said_by(choice).content or "" for choice in choices)
        return words + refusal, bool(refusal) or choices[-1].finish_reason == "content_filter"
    if sdk.dialect == "responses":
        answer, parts = responses_parts(sdk, asked, prompt)
        words = "".join(part.refusal if part.type == "refusal" else part.text for part in parts)
        is_filtered = answer.incomplete_details and answer.incomplete_details.reason == "content_filter"
        return words, any(part.type == "refusal" for part in parts) or bool(is_filtered)
    if sdk.dialect == "anthropic":
        said = sdk.ask(prompt, model=asked[0], stream=asked[1])
        return said.text, said.finish == "refusal"
    if sdk.dialect == "ollama":
        told = ollama_parts(sdk, asked, prompt)
        lost = sdk.lost & {"refusals", "finish_reason.refusal", "finish_reason.content-filter"}
        return "".join(part.message.content or "" for part in told), bool(lost)
    found = gemini_candidates(sdk, asked, prompt)
    ends = {one.finish_reason.value for one in found if one.finish_reason}
    return "".join(map(gemini_text, found)), ends == {"PROHIBITED_CONTENT"}


@STREAM
@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("sdk", DIALECTS, indirect=True)
def test_a_refusal_is_told_from_an_answer(sdk: SdkCaller, provider: str, stream: bool) -> None:
    words, is_told = refused(sdk, (model_of(provider), stream))
    # Ollama has no word for it: a whole answer's head says that this was lost.
    has_no_word = provider == "ollama" or (sdk.dialect == "ollama" and stream)
    assert (words, is_told) == (REFUSAL, not has_no_word)
