"""Pictures of Gemini's models, spoken to providers: generateContent with pictures, and Imagen's predict."""

import base64
import math
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from salon.foundation.kit.errors import Unsupported, UpstreamBroken, UpstreamContentFiltered
from salon.foundation.messages import (
    Attachment,
    ImageEditRequest,
    ImagePart,
    ImageRequest,
    ImageResponse,
    MadeImage,
    OpaquePart,
    Response,
    Usage,
    UsageDetails,
)
from salon.gateway.protocols import whole
from salon.gateway.protocols.base import EncodedRequest, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.gemini.response import decode_response as decode_chat
from salon.gateway.protocols.losses import LossName, Lost
from salon.gateway.protocols.wire_json import JsonObject, dumps, is_object

_RATIOS: Final = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_IMAGEN_RATIOS: Final = ("1:1", "3:4", "4:3", "9:16", "16:9")
_SIZES: Final[Mapping[str, str]] = {"1024": "1K", "2048": "2K", "4096": "4K"}
"""Words for the longer side, where it is one of these."""
_UNKNOWN: Final[tuple[LossName, ...]] = (
    "quality",
    "background",
    "compression",
    "style",
    "moderation",
    "partial_images",
    "user",
)
_WITHHELD: Final = "its provider withheld the picture"


# -- generateContent ------------------------------------------------------------------------------
def encode_request(request: ImageRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request. Raises: Unsupported for more than one picture: an answer has one."""
    lost = _losses(request, "format")
    return _written(request, [{"text": request.prompt}], lost)


def encode_edit(request: ImageEditRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request with pictures. Raises: Unsupported for a mask, and for pictures that are addresses."""
    if request.mask is not None:
        raise Unsupported(field="mask", problem="This provider takes no mask. Say in words what to change.")
    lost = _losses(request, "format", "fidelity")
    return _written(request, [*(_inline(one) for one in request.images), {"text": request.prompt}], lost)


def _written(request: ImageRequest, parts: list[JsonObject], lost: Lost) -> EncodedRequest:
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="This model makes one picture at a time.")
    config: JsonObject = {"responseModalities": ["IMAGE"]}
    shape = _shape(request.size, _RATIOS, lost)
    if shape:
        config["imageConfig"] = shape
    wire = {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def _losses(request: ImageRequest, *more: LossName) -> Lost:
    lost: Lost = {}
    split_extra(request, "gemini", lost)
    for name in (*_UNKNOWN, *more):
        if getattr(request, name) is not None:
            lost[name] = None
    return lost


def _inline(picture: Attachment | ImagePart) -> JsonObject:
    if isinstance(picture, ImagePart):
        raise Unsupported(field="images", problem="This provider takes files. Send data: addresses.")
    data = base64.b64encode(picture.data).decode("ascii")
    return {"inlineData": {"mimeType": picture.media_type or "image/png", "data": data}}


def _shape(size: str | None, ratios: tuple[str, ...], lost: Lost) -> JsonObject:
    """Return the proportions of a size, and a word for it; what has no such words is lost."""
    if size is None or size == "auto":
        return {}
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        lost["size"] = None
        return {}
    wide, high = int(width), int(height)
    shared = math.gcd(wide, high)
    ratio = f"{wide // shared}:{high // shared}"
    word = _SIZES.get(str(max(wide, high)))
    if ratio not in ratios or word is None:
        lost["size"] = None
    told = {"aspectRatio": ratio} if ratio in ratios else {}
    return {**told, "imageSize": word} if word not in {None, "1K"} else told


def decode_response(body: bytes) -> ImageResponse:
    """Read the picture out of an answer. Raises: UpstreamContentFiltered, UpstreamBroken, or its error."""
    answer = decode_chat(body)
    pictures = tuple(MadeImage(data=data, media_type=kind) for kind, data in inline(answer, "image/"))
    if not pictures:
        raise without(answer, "picture")
    usage = answer.usage or Usage()
    details = msgspec.structs.replace(usage.details or UsageDetails(), images=len(pictures))
    return ImageResponse(
        model=answer.model, images=pictures, usage=msgspec.structs.replace(usage, details=details)
    )


def inline(answer: Response, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the media type and the base64 of what an answer has in it of a kind, thoughts left out."""
    for part in answer.parts:
        raw: JsonObject = part.raw if isinstance(part, OpaquePart) and is_object(part.raw) else {}
        held = raw.get("inlineData")
        if is_object(held) and not raw.get("thought") and str(held.get("mimeType")).startswith(kind):
            yield str(held["mimeType"]), str(held.get("data", ""))


def without(answer: Response, what: str) -> UpstreamContentFiltered | UpstreamBroken:
    """Return the error for an answer that lacks what was asked for, with what it says instead."""
    if answer.finish is not None and answer.finish.reason in {"content-filter", "refusal"}:
        detail = answer.text[:300] or answer.finish.raw or _WITHHELD
        return UpstreamContentFiltered(provider="The provider", detail=detail)
    said = f": {answer.text[:300]}" if answer.text else ""
    return UpstreamBroken(provider="The provider", detail=f"its answer has no {what}{said}")


# -- Imagen ---------------------------------------------------------------------------------------
class _Prediction(msgspec.Struct, rename="camel"):
    bytes_base64_encoded: str | None = None
    mime_type: str | None = None
    prompt: str | None = None
    rai_filtered_reason: str | None = None


class _Predictions(msgspec.Struct):
    predictions: list[_Prediction]


def encode_imagen(request: ImageRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a request for Imagen."""
    lost = _losses(request)
    parameters: JsonObject = {"sampleCount": request.n or 1}
    shape = _shape(request.size, _IMAGEN_RATIOS, lost)
    parameters |= {("sampleImageSize" if name == "imageSize" else name): word for name, word in shape.items()}
    if request.format in {"png", "jpeg"}:
        parameters["outputOptions"] = {"mimeType": f"image/{request.format}"}
    elif request.format is not None:
        lost["format"] = None
    wire = {"instances": [{"prompt": request.prompt}], "parameters": parameters}
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def decode_imagen(body: bytes) -> ImageResponse:
    """Read Imagen's pictures. Raises: UpstreamContentFiltered, UpstreamBroken, or the error that came."""
    try:
        answer = msgspec.json.decode(body, type=_Predictions)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if body.strip() == b"{}":  # so it says that every picture was withheld
            raise UpstreamContentFiltered(provider="The provider", detail=_WITHHELD) from error
        whole.answer_object(body, provider="The provider", field="predictions")
        raise UpstreamBroken(provider="The provider", detail="its answer is no list of pictures") from error
    pictures = tuple(
        MadeImage(data=one.bytes_base64_encoded, media_type=one.mime_type, revised_prompt=one.prompt)
        for one in answer.predictions
        if one.bytes_base64_encoded is not None
    )
    if not pictures:
        reasons = [one.rai_filtered_reason for one in answer.predictions if one.rai_filtered_reason]
        raise UpstreamContentFiltered(provider="The provider", detail=(reasons or [_WITHHELD])[0])
    return ImageResponse(images=pictures, usage=Usage(details=UsageDetails(images=len(pictures))))
