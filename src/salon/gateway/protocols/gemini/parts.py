"""Parts of the Gemini dialect, read: those of requests strictly, those of answers as they come."""

from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    TextPart,
    VideoPart,
)
from salon.gateway.protocols.fields import Fields, invalid
from salon.gateway.protocols.gemini.proto import camel, proto_fields, standard_base64
from salon.gateway.protocols.wire_json import JsonObject, own_data

DATA_KEYS = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)
"""What a part may hold; of these it holds one."""
_BESIDE = ("thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata")
SIGNATURE = "thoughtSignature"
OWN_FILES = ("https://generativelanguage.googleapis.com/", "gs://", "files/")
"""Addresses in the provider's own file stores; nobody else can read them."""


def kind_of(raw: JsonObject) -> str:
    """Return the name of what a part holds, in camelCase; an unknown one keeps its own."""
    names = [camel(name) for name in raw]
    known = next((name for name in DATA_KEYS if name in names), None)
    return known or next((name for name in names if name not in _BESIDE), SIGNATURE)


def own_values(fields: Fields) -> JsonObject | None:
    """Return what nobody took of a part, as provider data."""
    rest = fields.rest
    if isinstance(rest.get(SIGNATURE), str):
        rest[SIGNATURE] = standard_base64(rest[SIGNATURE])
    return {"gemini": rest} if rest else None


def read_text(fields: Fields, raw: JsonObject) -> Part | None:
    """Read a text part; None for one that says nothing. Raises: InvalidRequest."""
    text, thought = fields.text("text") or "", fields.flag("thought")
    if thought:
        signature = fields.text(SIGNATURE)
        return ReasoningPart(
            text=text,
            signature=standard_base64(signature) if signature else None,
            provider_data={"gemini": {**fields.rest, "thought": True}},
        )
    own = own_values(fields)
    if text:
        return TextPart(text=text, provider_data=own)
    return OpaquePart(dialect="gemini", type=SIGNATURE, raw=raw) if own else None


def read_media(fields: Fields, name: str) -> Part:
    """Read ``inlineData`` or ``fileData``. Raises: InvalidRequest."""
    source = proto_fields(fields.take(name), fields.path(name))
    media_type, title = source.text("mimeType"), source.text("displayName")
    fields.take("thought")
    values: JsonObject = {"media_type": media_type, "name": title, "provider_data": own_values(fields)}
    if name == "inlineData":
        values["data"] = standard_base64(source.required_text("data"))
        if not values["data"]:
            raise invalid(source.path("data"), "It must not be empty.")
    else:
        address = source.required_text("fileUri")
        if not address:
            raise invalid(source.path("fileUri"), "It must not be empty.")
        if address.startswith(OWN_FILES):
            own = own_data(values["provider_data"], "gemini")
            values |= {"file_id": address, "provider_data": {"gemini": {**own, "file_id": address}}}
        else:
            values["url"] = address
    return _media(media_type or "", values)


def _media(media_type: str, values: JsonObject) -> Part:
    kind = media_type.partition("/")[0].lower()
    address = values.get("url") or ""
    if kind == "image":
        return ImagePart(**values)
    if kind == "audio":
        return AudioPart(**values)
    if kind == "video" or "youtube.com/" in address or "youtu.be/" in address:
        return VideoPart(**values)
    return FilePart(**values)


def opaque(raw: JsonObject) -> OpaquePart:
    """Return a part that only this dialect understands, as it is."""
    return OpaquePart(dialect="gemini", type=kind_of(raw), raw=raw)
