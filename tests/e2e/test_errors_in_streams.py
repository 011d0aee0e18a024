"""An error that comes inside a provider's answer is raised by the caller's own client, with its own type.

Each provider dialect tells the same five failures in its own words: as the first event of a stream, after
some text, and as an object where an answer belongs. Each official client then raises what it raises for it.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import ollama
import openai
import pytest
from google.genai import errors as google

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.aws import event, exception
from salon.testing.house import PATIENT, House, HouseSetup
from salon.testing.questions import SdkCaller
from salon.testing.sdk_clients import caller

WORDS = {
    "busy": "The engine is overloaded.",
    "limited": "Rate limit reached.",
    "wrong": "A field is wrong.",
    "long": "This model's maximum context length is 8192 tokens.",
    "broken": "Something went wrong inside.",
}
"""Failure -> what the provider says of it."""
CALLERS = ("openai", "responses", "anthropic", "ollama", "gemini")

RAISED: dict[str, dict[str, tuple[type[Exception], Any]]] = {
    "openai": {
        "busy": (openai.InternalServerError, "server_error"),
        "limited": (openai.RateLimitError, "rate_limit_error"),
        "wrong": (openai.BadRequestError, "invalid_request_error"),
        "long": (openai.BadRequestError, "invalid_request_error"),
        "broken": (openai.InternalServerError, "server_error"),
    },
    "anthropic": {
        "busy": (anthropic.InternalServerError, "overloaded_error"),
        "limited": (anthropic.RateLimitError, "rate_limit_error"),
        "wrong": (anthropic.BadRequestError, "invalid_request_error"),
        "long": (anthropic.BadRequestError, "invalid_request_error"),
        "broken": (anthropic.InternalServerError, "api_error"),
    },
    "ollama": {
        "busy": (ollama.ResponseError, 503),
        "limited": (ollama.ResponseError, 429),
        "wrong": (ollama.ResponseError, 400),
        "long": (ollama.ResponseError, 400),
        "broken": (ollama.ResponseError, 502),
    },
    "gemini": {
        "busy": (google.ServerError, "UNAVAILABLE"),
        "limited": (google.ClientError, "RESOURCE_EXHAUSTED"),
        "wrong": (google.ClientError, "INVALID_ARGUMENT"),
        "long": (google.ClientError, "INVALID_ARGUMENT"),
        "broken": (google.ServerError, "INTERNAL"),
    },
}
RAISED["responses"] = RAISED["openai"]
"""Caller -> failure -> the class its client raises before an answer began, and the type it tells."""


def meant(provider: str, failure: str, name: str) -> str:
    """Return the failure as it can be known: some providers send words alone."""
    if provider == "ollama" or (provider in {"cohere", "bedrock"} and name == "whole"):
        return failure if failure == "long" else "broken"
    return "broken" if provider == "cohere" else failure


# -- what providers send --------------------------------------------------------------------------------------
OPENAI = {
    "busy": {"type": "server_error", "code": 503},
    "limited": {"type": "rate_limit_error", "code": "rate_limit_exceeded"},
    "wrong": {"type": "invalid_request_error", "code": 400},
    "long": {"type": "invalid_request_error", "code": "context_length_exceeded"},
    "broken": {"type": "server_error", "code": 500},
}
ANTHROPIC = {
    "busy": "overloaded_error",
    "limited": "rate_limit_error",
    "wrong": "invalid_request_error",
    "long": "invalid_request_error",
    "broken": "api_error",
}
GEMINI = {
    "busy": (503, "UNAVAILABLE"),
    "limited": (429, "RESOURCE_EXHAUSTED"),
    "wrong": (400, "INVALID_ARGUMENT"),
    "long": (400, "INVALID_ARGUMENT"),
    "broken": (500, "INTERNAL"),
}
BEDROCK = {
    "busy": "serviceUnavailableException",
    "limited": "throttlingException",
    "wrong": "validationException",
    "long": "validationException",
    "broken": "internalServerException",
}


def sse(value: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def openai_says(failure: str) -> tuple[bytes, bytes, bytes]:
    """Return the first event of an answer with text, the error as an event, and as a whole body."""
    error = {"error": {"message": WORDS[failure], **OPENAI[failure]}}
    text = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"role": "assistant", "content": "Well"}, "finish_reason": None}
    return sse({**text, "choices": [choice]}), sse(error), json.dumps(error).encode()


def responses_says(failure: str) -> tuple[bytes, bytes, bytes]:
    told = {"message": WORDS[failure], **OPENAI[failure], "code": str(OPENAI[failure]["code"])}
    response = {"id": "r", "object": "response", "created_at": 1, "model": "m", "output": []}
    item = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}
    at = {"item_id": "m", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    first: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **at, "part": part},
        {"type": "response.output_text.delta", **at, "delta": "Well"},
    ]
    error = {"type": "error", "sequence_number": 9, "error": {**told, "param": None}}
    whole = {**response, "status": "failed", "error": told}
    return (
        b"".join(sse({**one, "sequence_number": n}, one["type"]) for n, one in enumerate(first)),
        sse(error, "error"),
        json.dumps(whole).encode(),
    )


def anthropic_says(failure: str) -> tuple[bytes, bytes, bytes]:
    usage = {"input_tokens": 3, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": usage}
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Well"}}
    first = [{"type": "message_start", "message": message}, start, delta]
    error = {"type": "error", "error": {"type": ANTHROPIC[failure], "message": WORDS[failure]}}
    return (
        b"".join(sse(one, str(one["type"])) for one in first),
        sse(error, "error"),
        json.dumps(error).encode(),
    )


def ollama_says(failure: str) -> tuple[bytes, bytes, bytes]:
    error = json.dumps({"error": WORDS[failure]}).encode() + b"\n"
    said = {
        "model": "m",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "Well"},
    }
    return json.dumps({**said, "done": False}).encode() + b"\n", error, error


def gemini_says(failure: str) -> tuple[bytes, bytes, bytes]:
    code, status = GEMINI[failure]
    error = {"error": {"code": code, "message": WORDS[failure], "status": status}}
    said = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Well"}]}, "index": 0}]}
    return sse(said), sse(error), json.dumps(error).encode()


def cohere_says(failure: str) -> tuple[bytes, bytes, bytes]:
    start = {"type": "message-start", "id": "c", "delta": {"message": {"role": "assistant", "content": []}}}
    text = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Well"}}}}
    end = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": WORDS[failure]}}
    whole = json.dumps({"message": WORDS[failure]}).encode()
    return sse(start, "message-start") + sse(text, "content-delta"), sse(end, "message-end"), whole


def bedrock_says(failure: str) -> tuple[bytes, bytes, bytes]:
    text = {"contentBlockIndex": 0, "delta": {"text": "Well"}}
    first = event("messageStart", {"role": "assistant"}).data + event("contentBlockDelta", text).data
    whole = {"__type": BEDROCK[failure], "message": WORDS[failure]}
    return first, exception(BEDROCK[failure], WORDS[failure]).data, json.dumps(whole).encode()


Says = Callable[[str], tuple[bytes, bytes, bytes]]
PROVIDERS: dict[str, tuple[str, str, str, Says]] = {
    # name -> kind, what stands behind the address, how its streams travel, what it says
    "openai": ("openai-compatible", "/v1", "sse", openai_says),
    "responses": ("responses-compatible", "/v1", "sse", responses_says),
    "anthropic": ("anthropic", "", "sse", anthropic_says),
    "ollama": ("ollama", "", "ndjson", ollama_says),
    "gemini": ("gemini", "", "sse", gemini_says),
    "cohere": ("cohere", "", "sse", cohere_says),
    "bedrock": ("bedrock", "", "eventstream", bedrock_says),
}


def write_answers(folder: Path) -> None:
    """Lay down what each provider sends, as the fake provider's recordings."""
    for provider, (_, _, transport, says) in PROVIDERS.items():
        for failure in WORDS:
            text, error, whole = says(failure)
            for name, how, body in (
                ("first", transport, error),
                ("later", transport, text + error),
                ("whole", "json", whole),
            ):
                place = folder / provider / failure / name
                place.mkdir(parents=True)
                (place / "meta.json").write_text(json.dumps({"transport": how}))
                (place / f"response.{how}").write_bytes(body)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("errors")
    write_answers(folder / "answers")
    settings = {"gateway": {**PATIENT, "max_attempts": 1}}
    with (
        FakeProvider(recordings=folder / "answers").in_thread() as fake,
        House(folder / "data", HouseSetup(settings=settings, column=module_column)) as running,
    ):
        for name, (kind, below, _, _) in PROVIDERS.items():
            body: dict[str, Any] = {
                "kind": kind,
                "name": name,
                "base_url": fake.url + below,
                "api_key": "sk-a",
            }
            options = {"region": "eu-central-1"} if kind == "bedrock" else {}
            body |= {"allow_private": True, "options": options, "models": ["fake"]}
            status, made = running.request("POST", "/salon/v1/providers", body)
            assert status == 201, made
        yield running


@pytest.fixture(scope="module")
def clients(house: House) -> Iterator[dict[str, SdkCaller]]:
    key = house.create_key("sdk")
    made = {dialect: caller(dialect, house.url, key) for dialect in CALLERS}
    yield made
    for one in made.values():
        one.close()


def raised(sdk: SdkCaller, provider: str, failure: str, name: str) -> Exception:
    """Ask for an answer that fails; return what the client raised."""
    words = f"{{{{fake recording={provider}/{failure}/{name}}}}}"
    errors = (openai.APIError, anthropic.APIError, ollama.ResponseError, google.APIError)
    with pytest.raises(errors) as caught:
        sdk.ask(words, model=f"{provider}/fake", stream=name != "whole")
    return caught.value


def type_of(error: Any) -> Any:
    """Return what the client says of which kind a failure is."""
    if isinstance(error, google.APIError):
        return error.status
    return error.status_code if isinstance(error, ollama.ResponseError) else error.type


@pytest.mark.parametrize("name", ["first", "whole"])
@pytest.mark.parametrize("dialect", CALLERS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_error_before_any_text_has_the_clients_own_class(
    clients: dict[str, SdkCaller], provider: str, dialect: str, name: str
) -> None:
    for failure, words in WORDS.items():
        error = raised(clients[dialect], provider, failure, name)
        kind, told = RAISED[dialect][meant(provider, failure, name)]
        assert (type_of(error), isinstance(error, kind)) == (told, True), (failure, type(error))
        assert words in str(error)


@pytest.mark.parametrize("dialect", CALLERS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_error_after_some_text_is_raised_with_its_type(
    clients: dict[str, SdkCaller], provider: str, dialect: str
) -> None:
    for failure, words in WORDS.items():
        error = raised(clients[dialect], provider, failure, "later")
        _, told = RAISED[dialect][meant(provider, failure, "later")]
        assert dialect == "ollama" or type_of(error) == told, failure  # a line of Ollama's has no status
        assert words in str(error)
