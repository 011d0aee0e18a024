"""OpenAI's moderations, both sides; Mistral answers nearly the same."""

from typing import Any

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken
from salon.foundation.messages import (
    ImagePart,
    Judged,
    ModerationRequest,
    ModerationResponse,
    TextPart,
)
from salon.gateway.protocols import losses, whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, field_value, invalid, object_at, parse_all, read_fields
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_list, is_object

USUAL_MODEL = "omni-moderation-latest"
"""What OpenAI takes where a request names no model."""
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""What OpenAI's document says is always told."""
_Input = tuple[TextPart | ImagePart, ...]


class _Result(msgspec.Struct):
    categories: dict[str, bool | None]
    category_scores: dict[str, float | None]
    flagged: bool | None = None
    """Mistral leaves it to the reader."""
    category_applied_input_types: dict[str, list[str]] | None = None


class _Answer(msgspec.Struct):
    results: list[_Result]
    model: str | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    fields = read_fields(body)
    if field_value(fields, "model") is None:
        fields["model"] = msgspec.Raw(dumps(USUAL_MODEL))
    return whole.envelope_of_fields(fields, body, required="input")


def decode_request(envelope: Envelope) -> ModerationRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    fields.take("model")
    inputs = _read_inputs(fields.take("input"))
    return ModerationRequest(
        model=envelope.model, inputs=inputs, extra={"openai": fields.rest} if fields.rest else None
    )


def _read_inputs(value: Any) -> tuple[_Input, ...]:
    if isinstance(value, str):
        return ((TextPart(text=value),),)
    if not is_list(value) or not value:
        raise invalid("input", "It must be a text, an array of texts, or an array of parts; and not empty.")
    if is_object(value[0]):
        return (tuple(_read_part(one, f"input[{place}]") for place, one in enumerate(value)),)
    texts: list[_Input] = []
    for place, one in enumerate(value):
        if not isinstance(one, str):
            raise invalid(f"input[{place}]", "It must be a text.")
        texts.append((TextPart(text=one),))
    return tuple(texts)


def _read_part(value: Any, path: str) -> TextPart | ImagePart:
    part = Fields(object_at(value, path), path)
    kind = part.text("type")
    if kind == "text":
        return TextPart(text=part.required_text("text"))
    if kind != "image_url":
        raise invalid(f"{path}.type", "It must be “text” or “image_url”.")
    return ImagePart(url=Fields(part.take("image_url"), f"{path}.image_url").required_text("url"))


def encode_response(response: ModerationResponse, context: EncodeContext) -> EncodedRequest:
    """Write judgements."""
    results = [_written(one) for one in response.results]
    mark = context.request_id.removeprefix("req_")
    return EncodedRequest(body=dumps({"id": f"modr-{mark}", "model": context.model, "results": results}))


def _written(one: Judged) -> JsonObject:
    """Write a judgement; a category that nobody judged by is not flagged, and applies to no kind of input."""
    kinds = one.applied if one.applied is not None else {name: ["text"] for name in one.categories}
    return {
        "flagged": one.flagged,
        "categories": {**dict.fromkeys(CATEGORIES, False), **one.categories},
        "category_scores": {**dict.fromkeys(CATEGORIES, 0.0), **one.scores},
        "category_applied_input_types": {**{name: [] for name in CATEGORIES}, **kinds},
    }


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: ModerationRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider. Raises: Unsupported for several inputs that are more than text."""
    lost: Lost = {}
    extra = split_extra(request, "openai", lost)
    body = dumps({"model": request.model, "input": _write_inputs(request.inputs), **extra})
    return EncodedRequest(body=body, lost=tuple(lost))


def _write_inputs(inputs: tuple[_Input, ...]) -> list[Any]:
    texts = [part.text for one in inputs for part in one if isinstance(part, TextPart)]
    if len(texts) == len(inputs) == sum(len(one) for one in inputs):
        return list(texts)
    if len(inputs) != 1:
        raise Unsupported(field="input", problem="Texts with pictures are judged one at a time.")
    return [_write_part(part) for part in inputs[0]]


def _write_part(part: TextPart | ImagePart) -> JsonObject:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": part.url}}


def encode_mistral(request: ModerationRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for Mistral. Raises: Unsupported for pictures."""
    if any(isinstance(part, ImagePart) for one in request.inputs for part in one):
        raise Unsupported(field="input", problem="This provider judges texts, not pictures.")
    texts = ["\n".join(part.text for part in one if isinstance(part, TextPart)) for one in request.inputs]
    lost: Lost = {}
    lost.update(losses.fields(split_extra(request, "openai", lost)))
    return EncodedRequest(body=dumps({"model": request.model, "input": texts}), lost=tuple(lost))


def decode_response(body: bytes) -> ModerationResponse:
    """Read judgements. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="The provider", field="results")
        raise UpstreamBroken(provider="The provider", detail="its answer is no list of judgements") from error
    return ModerationResponse(model=answer.model, results=tuple(_read(one) for one in answer.results))


def _read(one: _Result) -> Judged:
    categories = {name: bool(value) for name, value in one.categories.items()}
    return Judged(
        flagged=any(categories.values()) if one.flagged is None else one.flagged,
        categories=categories,
        scores={name: value or 0.0 for name, value in one.category_scores.items()},
        applied=one.category_applied_input_types,
    )


class _Seen(msgspec.Struct):
    results: msgspec.Raw


def read_answer(body: bytes) -> whole.Answer:
    """Tell that an answer that is passed on as it is has judgements; it counts nothing."""
    try:
        msgspec.json.decode(body, type=_Seen)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    return None, whole.DONE, 0
