"""OpenAI's changes and variations of pictures, both sides: forms with files, JSON with addresses."""

import base64
import binascii
from typing import Any

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import Attachment, ImageEditRequest, ImagePart, ImageVariationRequest
from salon.gateway.protocols import forms
from salon.gateway.protocols.base import EncodedRequest, Envelope, Quirks
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.fields import Fields, invalid, object_at, parse_all
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import data_url, split_data_url
from salon.gateway.protocols.openai import images
from salon.gateway.protocols.wire_json import JsonObject, dumps

Picture = Attachment | ImagePart
_FILES = frozenset({"image", "mask"})


# -- served: forms --------------------------------------------------------------------------------
def read_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    return forms.envelope_of(body, required=("image", "prompt"))


def decode_request(envelope: Envelope) -> ImageEditRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    assert isinstance(envelope, forms.FormEnvelope)
    pictures = forms.files_of(envelope.parts, "image")
    masks = forms.files_of(envelope.parts, "mask")
    fields = _form_fields(envelope)
    asked = images.read_common(fields)
    fidelity, rest = fields.text("input_fidelity"), fields.rest
    return ImageEditRequest(
        model=envelope.model,
        stream=envelope.stream,
        images=tuple(pictures),
        mask=masks[0] if masks else None,
        fidelity=fidelity,
        extra={"openai": rest} if rest else None,
        **asked,
    )


def _form_fields(envelope: Envelope) -> Fields:
    """Return the texts of a form; those that are numbers as numbers. Raises: InvalidRequest."""
    texts = {name: value for name, value in parse_all(envelope.fields).items() if name not in _FILES}
    for name in images.NUMBERS:
        if isinstance(texts.get(name), str):
            texts[name] = _whole(texts[name], name)
    return Fields(texts, "")


def _whole(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise invalid(name, "It must be a whole number.")
    return int(text)


def read_variation_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    return forms.envelope_of(body, required=("image",))


def decode_variation(envelope: Envelope) -> ImageVariationRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    assert isinstance(envelope, forms.FormEnvelope)
    pictures = forms.files_of(envelope.parts, "image")
    if len(pictures) != 1:
        raise invalid("image", "It must be one file.")
    fields = _form_fields(envelope)
    fields.take("model")
    return ImageVariationRequest(
        model=envelope.model,
        image=pictures[0],
        n=images.check_number(fields.whole("n")),
        size=fields.text("size"),
        delivery=fields.text("response_format"),
        user=fields.text("user"),
        extra={"openai": fields.rest} if fields.rest else None,
    )


# -- served: JSON ---------------------------------------------------------------------------------
def read_json_envelope(body: bytes) -> Envelope:
    """Read what routing needs. Raises: InvalidRequest naming the field."""
    envelope = images.read_envelope(body)
    if "images" not in envelope.fields and "image" not in envelope.fields:
        raise invalid("images", "It is missing.")
    return envelope


def decode_json(envelope: Envelope) -> ImageEditRequest:
    """Read the whole request. Raises: InvalidRequest naming the field."""
    fields = Fields(parse_all(envelope.fields), "")
    asked = images.read_common(fields)
    one, several = fields.take("image"), fields.array("images")
    given = several if several is not None else [one]
    mask, fidelity = fields.take("mask"), fields.text("input_fidelity")
    rest = fields.rest
    return ImageEditRequest(
        model=envelope.model,
        stream=envelope.stream,
        images=tuple(_reference(one, f"images[{place}]") for place, one in enumerate(given)),
        mask=_reference(mask, "mask") if mask is not None else None,
        fidelity=fidelity,
        extra={"openai": rest} if rest else None,
        **asked,
    )


def _reference(value: Any, path: str) -> Picture:
    fields = Fields(object_at(value, path), path)
    url = fields.text("image_url") or fields.text("url")
    if url is None:
        raise Unsupported(field=path, problem="Only its maker knows a file by its id. Send image_url.")
    inline = split_data_url(url)
    if inline is None:
        return ImagePart(url=url)
    try:
        return Attachment(data=base64.b64decode(inline[1], validate=True), media_type=inline[0])
    except (binascii.Error, ValueError) as error:
        raise invalid(f"{path}.image_url", "Its base64 is broken.") from error


# -- spoken ---------------------------------------------------------------------------------------
def encode_request(request: ImageEditRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a form for a provider. Raises: Unsupported for pictures that are addresses."""
    lost: Lost = {}
    wire = {"model": request.model, **images.common_fields(request, quirks, lost)}
    if request.fidelity is not None:
        wire["input_fidelity"] = request.fidelity
    name = "image" if len(request.images) == 1 else "image[]"
    files = [(name, _file(one, place)) for place, one in enumerate(request.images)]
    if request.mask is not None:
        files.append(("mask", _file(request.mask, 0)))
    return EncodedRequest(body=forms.form_of(wire, files=files), lost=tuple(lost))


def _file(picture: Picture, place: int) -> Attachment:
    if isinstance(picture, ImagePart):
        raise Unsupported(field="images", problem="This provider takes files. Send data: addresses.")
    kind = picture.media_type or "image/png"
    name = picture.name or f"picture-{place}.{kind.rpartition('/')[2]}"
    return Attachment(data=picture.data, media_type=kind, name=name)


def encode_variation(request: ImageVariationRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write a form for a provider."""
    lost: Lost = {}
    wire: JsonObject = {"model": request.model, **split_extra(request, "openai", lost)}
    for name, value in (
        ("n", request.n),
        ("size", request.size),
        ("response_format", request.delivery),
        ("user", request.user),
    ):
        if value is not None:
            wire[name] = value
    return EncodedRequest(
        body=forms.form_of(wire, files=[("image", _file(request.image, 0))]), lost=tuple(lost)
    )


def encode_json(request: ImageEditRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write JSON for a provider: files as ``data:`` addresses."""
    lost: Lost = {}
    wire = {"model": request.model, **images.common_fields(request, quirks, lost)}
    wire["images"] = [{"image_url": address(one)} for one in request.images]
    if request.mask is not None:
        wire["mask"] = {"image_url": address(request.mask)}
    if request.fidelity is not None:
        wire["input_fidelity"] = request.fidelity
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def encode_xai(request: ImageEditRequest, *, quirks: Quirks) -> EncodedRequest:
    """Write JSON for xAI, where a picture is an object with its address. Raises: Unsupported for a mask."""
    if request.mask is not None:
        raise Unsupported(field="mask", problem="This provider takes no mask.")
    lost: Lost = {}
    wire = {"model": request.model, **images.common_fields(request, quirks, lost)}
    pictures = [{"url": address(one), "type": "image_url"} for one in request.images]
    wire |= {"image": pictures[0]} if len(pictures) == 1 else {"images": pictures}
    if request.fidelity is not None:
        lost["input_fidelity"] = None
    return EncodedRequest(body=dumps(wire), lost=tuple(lost))


def address(picture: Picture) -> str:
    """Return where a picture is; a file as a ``data:`` address."""
    if isinstance(picture, ImagePart):
        return picture.url or data_url(picture.media_type, picture.data or "")
    return data_url(picture.media_type or "image/png", base64.b64encode(picture.data).decode("ascii"))
