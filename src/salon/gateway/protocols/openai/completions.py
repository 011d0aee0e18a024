"""OpenAI's older completions, where they differ from chat: one prompt in, one text out.

Answers and streams of a provider are read by the same code as those of chat, which knows both forms.
"""

from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    ModelRequest,
    RefusalPart,
    Response,
    TextPart,
    Usage,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.fields import field_value, invalid, whole
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.openai import request, request_writer
from salon.gateway.protocols.openai.usage import TOLD, write_finish, write_usage
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, is_object, objects_in, own_data

_ONE_PROMPT: Final = "This provider's dialect takes one prompt, as text."
_NEVER: Final = {
    "suffix": "This provider's dialect does not insert text.",
    "echo": "This provider's dialect does not repeat the prompt.",
}
CARRIED: Final = frozenset({"logprobs", "system_fingerprint"})
"""What is shown of that which a provider tells beside the answer."""
_CHAT_ONLY: Final = ("messages", "tools", "functions", "reasoning", "reasoning_effort", "response_format")


def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    return request.read_envelope(body, said="prompt")


def decode_request(envelope: Envelope) -> ModelRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = {name: raw for name, raw in envelope.fields.items() if name not in _CHAT_ONLY}
    prompt = _prompt(field_value(fields, "prompt"))
    for name, problem in _NEVER.items():
        if name in fields and field_value(fields, name):
            raise Unsupported(field=name, problem=problem)
    wanted, tried = (whole(field_value(fields, name), name) for name in ("n", "best_of"))
    if wanted is not None and wanted < 1:
        raise invalid("n", "It must be 1 or more.")
    if tried is not None and tried > (wanted or 1):
        raise Unsupported(field="best_of", problem="This provider gives every answer it makes.")
    for name in ("prompt", "best_of", *_NEVER):
        fields.pop(name, None)
    fields["messages"] = msgspec.Raw(dumps([{"role": "user", "content": prompt}]))
    if "logprobs" in fields:
        likely = whole(field_value(fields, "logprobs"), "logprobs")
        del fields["logprobs"]
        if likely is not None:
            fields["logprobs"], fields["top_logprobs"] = msgspec.Raw(b"true"), msgspec.Raw(b"%d" % likely)
    return request.decode_request(msgspec.structs.replace(envelope, fields=fields))


def _prompt(value: Any) -> str:
    if is_list(value) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value
    if is_list(value) or isinstance(value, int):
        raise Unsupported(field="prompt", problem=_ONE_PROMPT)
    raise invalid("prompt", "It must be a string, or an array with one.")


def encode_request(asked: ModelRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider's completions. Quirks: those of chat. Raises: Unsupported."""
    parts = asked.messages[0].parts if len(asked.messages) == 1 else ()
    text = "".join(part.text for part in parts if isinstance(part, TextPart))
    if not parts or not all(isinstance(part, TextPart) for part in parts):
        raise Unsupported(field="messages", problem=_ONE_PROMPT)
    if asked.tools:
        raise Unsupported(field="tools", problem="Completions have no tools.")
    if asked.response_format is not None and asked.response_format.kind != "text":
        raise Unsupported(field="response_format", problem="Completions have no format.")
    encoded = request_writer.encode_request(asked, quirks=quirks)
    wire = msgspec.json.decode(encoded.body, type=dict[str, Any])
    unsaid = [name for name in _CHAT_ONLY[1:] if wire.pop(name, None) is not None]
    lost: Lost = {**dict.fromkeys(encoded.lost), **losses.fields(unsaid)}
    if asked.messages[0].name:
        lost["messages.name"] = None
    del wire["messages"]
    limit = wire.pop("max_completion_tokens", None)
    if limit is not None:
        wire["max_tokens"] = limit
    if wire.pop("logprobs", None):
        wire["logprobs"] = wire.pop("top_logprobs", 0)
    return EncodedRequest(body=dumps({**wire, "prompt": text}), lost=tuple(lost))


def answer_id(context: EncodeContext) -> str:
    """Return the id a caller sees: ours, in this dialect's form."""
    return "cmpl-" + context.request_id.removeprefix("req_")


def encode_response(response: Response, context: EncodeContext) -> EncodedRequest:
    """Write a finished answer; ``lost`` names what could not be carried."""
    lost: Lost = {}
    answers = (response, *response.alternatives)
    wire: JsonObject = {
        "id": answer_id(context),
        "object": "text_completion",
        "created": response.created_at_s or context.created_at_s,
        "model": context.model,
        "choices": [_write_choice(answer, i, lost) for i, answer in enumerate(answers)],
        "usage": write_usage(response.usage or Usage()),
    }
    fingerprint = own_data(response.provider_data, "openai").get("system_fingerprint")
    if fingerprint is not None:
        wire["system_fingerprint"] = fingerprint
    lost.update(dict.fromkeys(losses.beside(response.provider_data, "completions", CARRIED)))
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def _write_choice(response: Response, index: int, lost: Lost) -> JsonObject:
    text: list[str] = []
    for part in response.parts:
        if isinstance(part, TextPart | RefusalPart):
            text.append(part.text)
            if isinstance(part, RefusalPart):
                lost["refusals"] = None
        else:
            lost[losses.in_answer(part)] = None
    lost.update(dict.fromkeys(losses.ending(response.finish, TOLD)))
    return {
        "index": index,
        "text": "".join(text),
        "logprobs": write_logprobs(own_data(response.provider_data, "openai").get("logprobs"), 0),
        "finish_reason": finish_word(write_finish(response.finish)),
    }


def finish_word(word: str) -> str:
    """Return the reason of a chat's end as completions know it."""
    return word if word in {"stop", "length", "content_filter"} else "stop"


def write_logprobs(value: Any, offset: int) -> JsonObject | None:
    """Turn chat's log probabilities into four lists; ``offset`` is where the first token stands."""
    if not is_object(value):
        return None
    if "tokens" in value:
        return value
    found: JsonObject = {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}
    for item in objects_in(value.get("content")):
        token = str(item.get("token"))
        others = {str(one.get("token")): one.get("logprob") for one in objects_in(item.get("top_logprobs"))}
        for name, told in (("tokens", token), ("token_logprobs", item.get("logprob"))):
            found[name].append(told)
        found["top_logprobs"].append(others)
        found["text_offset"].append(offset)
        offset += len(token)
    return found
