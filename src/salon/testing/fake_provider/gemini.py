"""Gemini generateContent, as the fake provider speaks it; the address names the model and the stream."""

import base64
import itertools
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import orjson

from salon.testing.fake_provider.answer import SIGNATURE, Answer, Asked, JsonObject, as_object, as_objects
from salon.testing.fake_provider.frames import Frame, sse
from salon.testing.fake_provider.likely import likely_candidates
from salon.testing.fake_provider.png import picture

PATH_END = (":generateContent", ":streamGenerateContent")
STREAM_TYPE = b"text/event-stream"
PING = Frame(data=b": fake\n\n")
_ADDRESS = re.compile(r"/models/(?P<model>[^/]+):(?P<method>\w+)(?:\?(?P<query>.*))?$")


def in_address(target: str) -> JsonObject:
    """Return what the address says: model, stream, and whether the stream is one JSON array."""
    found = _ADDRESS.search(target)
    if found is None:
        return {}
    stream = found["method"] == "streamGenerateContent"
    is_array = stream and "alt=sse" not in (found["query"] or "").split("&")
    return {"model": unquote(found["model"]), "stream": stream, "array": is_array}


def _texts(content: Any) -> str:
    parts = as_objects(as_object(content).get("parts"))
    return "\n".join(str(part["text"]) for part in parts if "text" in part and not part.get("thought"))


def read(body: JsonObject) -> Asked:
    """Read a request, with what its address says."""
    contents = as_objects(body.get("contents"))
    users = [content for content in contents if content.get("role") != "model" and _texts(content)]
    settings = as_object(body.get("generationConfig"))
    thinking = as_object(settings.get("thinkingConfig"))
    declared = [
        function
        for tool in as_objects(body.get("tools"))
        for function in as_objects(tool.get("functionDeclarations") or tool.get("function_declarations"))
    ]
    return Asked(
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        as_array=bool(body.get("array")),
        text="\n".join(filter(None, map(_texts, [body.get("systemInstruction"), *contents]))),
        last_user_text=_texts(users[-1]) if users else "",
        tools=[
            {"name": tool["name"], "parameters": _schema(tool, "parametersJsonSchema", "parameters")}
            for tool in declared
        ],
        forced_tool=_forced(as_object(as_object(body.get("toolConfig")).get("functionCallingConfig"))),
        tool_result=_tool_result(contents),
        schema=_wanted(settings),
        thinks=bool(thinking.get("includeThoughts")),
        max_tokens=settings.get("maxOutputTokens"),
        choices=settings.get("candidateCount") or 1,
        likely=(settings.get("logprobs") or 0) if settings.get("responseLogprobs") else None,
        wanted=(settings.get("responseModalities") or ["TEXT"])[0],
    )


def _wanted(settings: JsonObject) -> JsonObject | None:
    found = _schema(settings, "responseJsonSchema", "responseSchema")
    if found is not None:
        return found
    return {} if settings.get("responseMimeType") == "application/json" else None


def _schema(value: JsonObject, plain: str, own: str) -> JsonObject | None:
    snake = re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), plain)
    found = value.get(plain, value.get(snake, value.get(own)))  # Google's own client mixes the spellings
    return None if found is None else _lower(found)


def _lower(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_lower(item) for item in schema]  # type: ignore[reportUnknownVariableType] - any JSON
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else _lower(value)
        for name, value in as_object(schema).items()
    }


def _forced(config: JsonObject) -> str | None:
    if config.get("mode") != "ANY":
        return None
    names = config.get("allowedFunctionNames") or ["*"]
    return str(names[0])


def _tool_result(contents: list[JsonObject]) -> str | None:
    parts = as_objects(contents[-1].get("parts")) if contents else []
    told = [part.get("functionResponse") or part.get("function_response") for part in parts]
    responses = [as_object(as_object(each).get("response")) for each in told if each]
    return "\n".join(map(_returned, responses)) if responses else None


def _returned(response: JsonObject) -> str:
    said = response.get("output", response.get("result", response.get("error")))
    return said if isinstance(said, str) else orjson.dumps(response).decode()


def _usage(answer: Answer, output_tokens: int) -> JsonObject:
    prompt, thoughts = answer.input_tokens, len(answer.thinking)
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": max(0, output_tokens - thoughts),
        "totalTokenCount": prompt + output_tokens,
        "thoughtsTokenCount": min(thoughts, output_tokens),
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        **({"serviceTier": answer.tier} if answer.tier is not None else {}),
        **answer.more_usage,
    }


def _candidate(parts: list[JsonObject], finish: str | None, index: int, likely: JsonObject) -> JsonObject:
    content = {"parts": parts, "role": "model"}
    ended = {} if finish is None else {"finishReason": finish}
    return {"content": content, "index": index, **ended, **likely}


def _likely(answer: Answer, pieces: Sequence[str]) -> JsonObject:
    wanted = answer.likely is not None and bool(pieces)
    return {"logprobsResult": likely_candidates(answer, pieces)} if wanted else {}


def _chunk(
    answer: Answer,
    parts: list[JsonObject],
    tokens: int,
    finish: str | None = None,
    *,
    index: int = 0,
    pieces: Sequence[str] = (),
) -> JsonObject:
    return {
        "candidates": [_candidate(parts, finish, index, _likely(answer, pieces))],
        "usageMetadata": _usage(answer, tokens),
        "modelVersion": answer.model,
        "responseId": f"fake-{answer.number}",
    }


def _finish(answer: Answer) -> str:
    return {"length": "MAX_TOKENS", "refusal": "PROHIBITED_CONTENT"}.get(answer.finish, "STOP")


def _calls(answer: Answer) -> list[JsonObject]:
    """Of calls made together only the first is signed."""
    return [
        {
            "functionCall": {"id": call.id, "name": call.name, "args": orjson.loads(call.arguments)},
            **({} if at else {"thoughtSignature": SIGNATURE}),
        }
        for at, call in enumerate(answer.calls)
    ]


def body(answer: Answer) -> bytes:
    """Write a finished answer: words, or the picture or the sound that is wanted."""
    parts: list[JsonObject] = []
    if answer.wanted in {"IMAGE", "AUDIO"} and answer.finish == "stop":
        return orjson.dumps(_of_other_kind(answer))
    if answer.thinking:
        parts.append({"text": "".join(answer.thinking), "thought": True})
    if answer.text:
        parts.append({"text": "".join(answer.text)})
    parts += _calls(answer)
    whole = _chunk(answer, parts, answer.output_tokens, _finish(answer), pieces=answer.text)
    for index, text in enumerate(answer.texts[1:], 1):
        others = [{"text": "".join(text)}]
        whole["candidates"].append(_candidate(others, _finish(answer), index, _likely(answer, text)))
    return orjson.dumps(whole)


def _of_other_kind(answer: Answer) -> JsonObject:
    said = "".join(answer.text)
    if answer.wanted == "IMAGE":
        held = {"mimeType": "image/png", "data": picture(said)}
    else:
        held = {
            "mimeType": "audio/L16;codec=pcm;rate=24000",
            "data": base64.b64encode(said.encode()).decode(),
        }
    told = _chunk(answer, [{"inlineData": held}], answer.output_tokens, "STOP")
    counted = {"modality": answer.wanted, "tokenCount": answer.output_tokens}
    told["usageMetadata"]["candidatesTokensDetails"] = [counted]
    return told


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the chunks of a streamed answer."""
    del asked  # every stream of this dialect carries usage
    told: list[tuple[int, JsonObject, list[str]]]
    told = [(0, {"text": piece, "thought": True}, []) for piece in answer.thinking]
    # The answers come together, each a token at a time.
    for together in itertools.zip_longest(*answer.texts):
        told += [(at, {"text": piece}, [piece]) for at, piece in enumerate(together) if piece is not None]
    out = [
        sse(_chunk(answer, [part], i + 1, index=at, pieces=said), tokens=1)
        for i, (at, part, said) in enumerate(told)
    ]
    for call, part in zip(answer.calls, _calls(answer), strict=True):
        out.append(sse(_chunk(answer, [part], answer.output_tokens), tokens=len(call.pieces)))
    last = _chunk(answer, [{"text": ""}], answer.output_tokens, _finish(answer))
    for index in range(1, answer.choices):
        last["candidates"].append(_candidate([{"text": ""}], _finish(answer), index, {}))
    return [*out, sse(last, role="counts")]


def as_array(frames: Sequence[Frame]) -> list[Frame]:
    """Frame a stream as the provider does without ``alt=sse``."""
    out: list[Frame] = []
    for i, frame in enumerate(frames):
        data = frame.data.removeprefix(b"data: ").strip()
        head = b"[" if not i else b",\r\n"
        out.append(Frame(data=head + data, tokens=frame.tokens, role=frame.role))
    return [*out, Frame(data=b"]", role="end")]


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    words = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
    word = words.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    return {"error": {"code": status, "message": message, "status": word}}


def stream_error() -> Frame:
    """Return an error inside a stream that began well."""
    return sse(error_value(503, "fake failure in the stream"))


def publisher_models(names: list[str], *, after: str | None) -> JsonObject:
    """List the models as Vertex does, on two pages, with others that are for nothing we ask."""
    if after is None:
        others = (
            "veo-3.0-generate",
            "imagen-4.0-generate-001",
            "gemini-embedding-001",
            "gemini-live-2.5-flash-preview-native-audio",
        )
        listed = [{"name": f"publishers/google/models/{name}", "versionId": "default"} for name in others]
        return {"publisherModels": listed, "nextPageToken": "two"}
    return {"publisherModels": [{"name": f"publishers/google/models/gemini-{name}"} for name in names]}


def models(names: list[str]) -> JsonObject:
    """List the models, with one that is for embeddings only and one that is for nothing we ask."""
    methods = ["generateContent", "countTokens", "embedContent", "batchEmbedContents"]
    listed: list[JsonObject] = [
        {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}
        for name in names
    ]
    others: list[JsonObject] = [
        {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/paint", "supportedGenerationMethods": ["predict"]},
    ]
    return {"models": [*listed, *others]}
