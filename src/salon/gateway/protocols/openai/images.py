"""OpenAI's pictures: requests as JSON and what is answered to all of them, both sides."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import ImageRequest, ImageResponse, MadeImage, Usage
from salon.gateway.protocols import losses, whole
from salon.gateway.protocols.base import EncodeContext, EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, field_value, invalid, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import data_url, split_data_url
from salon.gateway.protocols.openai.media_usage import read_media_usage
from salon.gateway.protocols.openai.named_events import named_events
from salon.gateway.protocols.wire_json import JsonObject, dumps

TEXTS: Final[Mapping[str, str]] = {
    "size": "size",
    "quality": "quality",
    "background": "background",
    "output_format": "format",
    "style": "style",
    "response_format": "delivery",
    "moderation": "moderation",
    "user": "user",
}
"""Fields that are texts, and where they stand in our requests."""
NUMBERS: Final[Mapping[str, str]] = {
    "n": "n",
    "output_compression": "compression",
    "partial_images": "partial_images",
}
_MOST: Final = 100


class _Picture(msgspec.Struct):
    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None
    mime_type: str | None = None
    media_type: str | None = None


class _Answer(msgspec.Struct):
    data: list[_Picture]
    model: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    usage: JsonObject | None = None


# -- served ---------------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = whole.envelope_of(body, required="prompt")
    envelope.stream = field_value(envelope.fields, "stream") is True
    # A picture may be many tokens: as many are held as for an answer of unknown length.
    envelope.max_output_tokens = None
    return envelope


def decode_request(envelope: Envelope) -> ImageRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    asked = read_common(fields)
    rest = fields.rest
    return ImageRequest(
        model=envelope.model, stream=envelope.stream, extra={"openai": rest} if rest else None, **asked
    )


def read_common(fields: Fields) -> dict[str, Any]:
    """Take what requests for pictures have in common. Raises: InvalidRequest naming the field."""
    fields.take("model")
    fields.take("stream")
    asked: dict[str, Any] = {"prompt": fields.required_text("prompt")}
    asked |= {ours: fields.text(theirs) for theirs, ours in TEXTS.items()}
    asked |= {ours: fields.whole(theirs) for theirs, ours in NUMBERS.items()}
    check_number(asked["n"])
    return asked


def check_number(number: int | None) -> int | None:
    """Return how many pictures are asked for. Raises: InvalidRequest."""
    if number is not None and not 1 <= number <= _MOST:
        raise invalid("n", f"It must be from 1 to {_MOST}.")
    return number


def encode_response(response: ImageResponse, context: EncodeContext) -> EncodedRequest:
    """Write pictures, or the events that a stream of them ends with."""
    return write_answer(response, context, event="image_generation.completed")


def encode_edit(response: ImageResponse, context: EncodeContext) -> EncodedRequest:
    """Do as ``encode_response`` for changed pictures."""
    return write_answer(response, context, event="image_edit.completed")


def write_answer(response: ImageResponse, context: EncodeContext, *, event: str) -> EncodedRequest:
    """Write pictures as they were asked for; ``event`` is what ends a stream of them."""
    asked = dict(context.fields or {})
    wants_url = field_value(asked, "response_format") == "url"
    pictures = [_written(one, wants_url=wants_url) for one in response.images]
    common = {
        name: value
        for name, value in (
            ("size", response.size),
            ("quality", response.quality),
            ("background", response.background),
            ("output_format", response.format),
            ("usage", _usage(response.usage)),
        )
        if value is not None
    }
    if field_value(asked, "stream") in {True, "true"}:
        told = [{"type": event, "created_at": context.created_at_s, **one, **common} for one in pictures]
        return named_events(*told)
    return EncodedRequest(body=dumps({"created": context.created_at_s, "data": pictures, **common}))


def _written(one: MadeImage, *, wants_url: bool) -> JsonObject:
    told: JsonObject = {}
    if one.data is not None and wants_url:
        told["url"] = data_url(one.media_type, one.data)
    elif one.data is not None:
        told["b64_json"] = one.data
    else:
        told["url"] = one.url
    if one.revised_prompt is not None:
        told["revised_prompt"] = one.revised_prompt
    return told


def _usage(usage: Usage | None) -> JsonObject | None:
    if usage is None or not usage.total_tokens:
        return None
    shown = usage.details.image_input_tokens if usage.details is not None else 0
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"image_tokens": shown, "text_tokens": usage.input_tokens - shown},
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: ImageRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for a provider. Quirks: ``image_fields``, as in ``common_fields``."""
    lost: Lost = {}
    wire = {"model": request.model, **common_fields(request, quirks, lost)}
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def common_fields(request: ImageRequest, quirks: Quirks, lost: Lost) -> JsonObject:
    """Return what requests for pictures have in common.

    Quirks: ``image_fields`` (all: the fields a provider takes beside prompt and number; others are lost).
    """
    extra = split_extra(request, "openai", lost)
    wire: JsonObject = {"prompt": request.prompt}
    known: Any = quirks.get("image_fields")
    for theirs, ours in (*TEXTS.items(), *NUMBERS.items()):
        value = getattr(request, ours)
        if value is None or ours == "partial_images":  # of streams, which only its own callers get
            continue
        if known is None or theirs in known or theirs == "n":
            wire[theirs] = value
        else:
            lost[losses.field(theirs)] = None
    return {**wire, **extra}


def decode_response(body: bytes) -> ImageResponse:
    """Read pictures. Raises: UpstreamBroken, or the error that came instead."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        whole.answer_object(body, provider="The provider", field="data")
        raise UpstreamBroken(provider="The provider", detail="its answer is no list of pictures") from error
    return ImageResponse(
        model=answer.model,
        images=tuple(_read(one, answer.output_format) for one in answer.data),
        size=answer.size,
        quality=answer.quality,
        background=answer.background,
        format=answer.output_format,
        usage=read_media_usage(
            answer.usage, images=len(answer.data), size=answer.size, quality=answer.quality
        ),
    )


def _read(one: _Picture, form: str | None) -> MadeImage:
    media_type = one.media_type or one.mime_type or (f"image/{form}" if form else None)
    if one.b64_json is None and one.url is None:
        raise UpstreamBroken(provider="The provider", detail="one of its pictures is empty")
    inline = split_data_url(one.url) if one.url is not None else None
    if inline is not None:
        return MadeImage(data=inline[1], media_type=inline[0], revised_prompt=one.revised_prompt)
    return MadeImage(data=one.b64_json, url=one.url, media_type=media_type, revised_prompt=one.revised_prompt)


class _Seen(msgspec.Struct):
    data: list[msgspec.Raw]
    usage: JsonObject | None = None
    size: Any = None
    quality: Any = None


def read_answer(body: bytes) -> whole.Answer:
    """Return the usage of an answer that is passed on as it is; no end if it is none."""
    try:
        seen = msgspec.json.decode(body, type=_Seen)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None, 0
    if not seen.data:
        return None, None, 0
    usage = read_media_usage(seen.usage, images=len(seen.data), size=seen.size, quality=seen.quality)
    return usage, whole.DONE, 0
