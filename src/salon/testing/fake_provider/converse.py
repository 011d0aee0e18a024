"""Bedrock's Converse, as the fake provider speaks it; the address names the model and the stream."""

import itertools
import re
from typing import Any
from urllib.parse import unquote

import orjson

from salon.testing.fake_provider.answer import Answer, Asked, JsonObject, as_object, as_objects, join_texts
from salon.testing.fake_provider.aws import event, exception
from salon.testing.fake_provider.frames import Frame

PATH_END = ("/converse", "/converse-stream")
STREAM_TYPE = b"application/vnd.amazon.eventstream"
PING = None
_ADDRESS = re.compile(r"/model/(?P<model>[^/]+)/(?P<method>[\w-]+)$")


def in_address(target: str) -> JsonObject:
    """Return what the address says: model and stream."""
    found = _ADDRESS.search(target)
    return {"model": unquote(found["model"]), "stream": "stream" in found["method"]} if found else {}


def read(body: JsonObject) -> Asked:
    """Read a request, with what its address says. Raises: ValueError as the service refuses it."""
    messages = as_objects(body.get("messages"))
    roles = [message.get("role") for message in messages]
    if any(one == other for one, other in itertools.pairwise(roles)):
        raise ValueError("roles must alternate")
    users = [message.get("content") for message in messages if message.get("role") == "user"]
    config = as_object(body.get("toolConfig"))
    tools = [as_object(tool.get("toolSpec")) for tool in as_objects(config.get("tools"))]
    choice = as_object(config.get("toolChoice"))
    results = [
        as_object(block["toolResult"])
        for block in as_objects(users[-1:] and users[-1])
        if "toolResult" in block
    ]
    return Asked(
        model=str(body["model"]),
        stream=bool(body["stream"]),
        text=join_texts([body.get("system"), *(message.get("content") for message in messages)]),
        last_user_text=join_texts(users[-1:]),
        tools=[
            {"name": tool["name"], "parameters": as_object(tool["inputSchema"]).get("json")} for tool in tools
        ],
        forced_tool="*" if "any" in choice else as_object(choice.get("tool")).get("name"),
        tool_result=join_texts(result.get("content") for result in results) if results else None,
        schema=_schema(body),
        max_tokens=as_object(body.get("inferenceConfig")).get("maxTokens"),
    )


def _schema(body: JsonObject) -> JsonObject | None:
    shape = as_object(as_object(body.get("outputConfig")).get("textFormat"))
    text = as_object(as_object(shape.get("structure")).get("jsonSchema")).get("schema")
    return orjson.loads(text) if isinstance(text, str) else None


def _finish(answer: Answer) -> str:
    words = {"stop": "end_turn", "length": "max_tokens", "tool": "tool_use", "refusal": "content_filtered"}
    return words[answer.finish]


def _usage(answer: Answer) -> JsonObject:
    given, made = answer.input_tokens, answer.output_tokens
    return {"inputTokens": given, "outputTokens": made, "totalTokens": given + made}


def body(answer: Answer) -> bytes:
    """Write a finished answer."""
    content: list[JsonObject] = []
    if answer.thinking:
        content.append({"reasoningContent": {"reasoningText": {"text": "".join(answer.thinking)}}})
    if answer.text:
        content.append({"text": "".join(answer.text)})
    for call in answer.calls:
        given = orjson.loads(call.arguments)
        content.append({"toolUse": {"toolUseId": call.id, "name": call.name, "input": given}})
    return orjson.dumps(
        {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": _finish(answer),
            "usage": _usage(answer),
            "metrics": {"latencyMs": 1},
        }
    )


def frames(answer: Answer, asked: Asked) -> list[Frame]:
    """Write the events of a streamed answer."""
    del asked  # every stream of this dialect carries usage
    roles = {"metadata": "usage"}
    return [
        event(kind, value, tokens=tokens, role=roles.get(kind, "content"))
        for kind, value, tokens in events(answer)
    ]


def events(answer: Answer) -> list[tuple[str, JsonObject, int]]:
    """Return the events of a streamed answer: what each is, what it says, and how many tokens it holds."""
    out: list[tuple[str, JsonObject, int]] = [("messageStart", {"role": "assistant"}, 0)]
    index = 0
    for pieces, kind in ((answer.thinking, "reasoningContent"), (answer.text, "text")):
        for piece in pieces:
            delta = {kind: piece if kind == "text" else {"text": piece}}
            out.append(_block("contentBlockDelta", index, delta=delta, tokens=1))
        if pieces:
            out.append(_block("contentBlockStop", index))
            index += 1
    for at, call in enumerate(answer.calls, index):
        start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
        out.append(_block("contentBlockStart", at, start=start))
        out += [
            _block("contentBlockDelta", at, delta={"toolUse": {"input": piece}}, tokens=1)
            for piece in call.pieces
        ]
        out.append(_block("contentBlockStop", at))
    out.append(("messageStop", {"stopReason": _finish(answer)}, 0))
    return [*out, ("metadata", {"usage": _usage(answer), "metrics": {"latencyMs": 1}}, 0)]


def _block(kind: str, index: int, *, tokens: int = 0, **fields: Any) -> tuple[str, JsonObject, int]:
    return kind, {"contentBlockIndex": index, **fields}, tokens


def error_value(status: int, message: str) -> JsonObject:
    """Return the error object for ``status``."""
    del status
    return {"message": message}


def stream_error() -> Frame:
    """Return an exception inside a stream that began well."""
    return exception("modelStreamErrorException", "fake failure in the stream")
