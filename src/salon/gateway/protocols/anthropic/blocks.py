"""Content blocks of the messages dialect, read: parts of requests and of answers."""

from typing import Any

from salon.foundation.messages import (
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from salon.gateway.protocols.fields import Fields, invalid, object_at
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_list, is_object, own_data


def read_content(value: Any, path: str) -> tuple[Part, ...]:
    """Read ``content``: a string or an array of blocks. Raises: InvalidRequest."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (TextPart(text=value),) if value else ()
    if not is_list(value):
        raise invalid(path, "It must be a string or an array of content blocks.")
    return tuple(read_block(item, f"{path}[{i}]") for i, item in enumerate(value))


def read_block(value: Any, path: str) -> Part:
    """Read one block; an unknown one stays as it is. Raises: InvalidRequest."""
    raw: JsonObject = object_at(value, path)
    fields = Fields(raw, path)
    kind = fields.required_text("type")
    reader = _READERS.get(kind)
    return OpaquePart(dialect="anthropic", type=kind, raw=raw) if reader is None else reader(fields, raw)


def _kept(fields: Fields) -> tuple[bool, JsonObject | None]:
    """Take the cache mark and what only this dialect understands."""
    mark = fields.take("cache_control")
    own = fields.rest
    if is_object(mark) and mark != {"type": "ephemeral"}:
        own["cache_control"] = mark
    return mark is not None, {"anthropic": own} if own else None


def _text(fields: Fields, raw: JsonObject) -> Part:
    text = fields.required_text("text")
    cache, own = _kept(fields)
    return TextPart(text=text, cache=cache, provider_data=own)


def _image(fields: Fields, raw: JsonObject) -> Part:
    source = Fields(fields.take("source"), fields.path("source"))
    kind = source.required_text("type")
    if kind == "base64":
        data, media_type = source.required_text("data"), source.text("media_type")
        cache, own = _kept(fields)
        return ImagePart(data=data, media_type=media_type, cache=cache, provider_data=own)
    if kind == "url":
        url = source.required_text("url")
        cache, own = _kept(fields)
        return ImagePart(url=url, cache=cache, provider_data=own)
    if kind == "file":
        file_id = source.required_text("file_id")
        cache, own = _kept(fields)
        return ImagePart(file_id=file_id, cache=cache, provider_data=_with_file(own, file_id))
    return OpaquePart(dialect="anthropic", type="image", raw=raw)


def _with_file(own: JsonObject | None, file_id: str) -> JsonObject:
    return {"anthropic": {**(own or {}).get("anthropic", {}), "file_id": file_id}}


def _document(fields: Fields, raw: JsonObject) -> Part:
    source = Fields(fields.take("source"), fields.path("source"))
    kind = source.required_text("type")
    name = fields.text("title")
    if kind not in {"base64", "text", "url", "file"}:
        return OpaquePart(dialect="anthropic", type="document", raw=raw)
    field = {"base64": "data", "text": "data", "url": "url", "file": "file_id"}[kind]
    value, media_type = source.required_text(field), source.text("media_type")
    cache, own = _kept(fields)
    if kind == "base64":
        return FilePart(data=value, media_type=media_type, name=name, cache=cache, provider_data=own)
    if kind == "text":
        return FilePart(text=value, media_type=media_type, name=name, cache=cache, provider_data=own)
    if kind == "url":
        return FilePart(url=value, name=name, cache=cache, provider_data=own)
    return FilePart(file_id=value, name=name, cache=cache, provider_data=_with_file(own, value))


def _tool_use(fields: Fields, raw: JsonObject) -> Part:
    call_id, name = fields.required_text("id"), fields.required_text("name")
    arguments = fields.take("input")
    cache, own = _kept(fields)
    text = dumps_text(arguments) if arguments is not None else "{}"
    return ToolCallPart(id=call_id, name=name, arguments=text, cache=cache, provider_data=own)


def _tool_result(fields: Fields, raw: JsonObject) -> Part:
    call_id = fields.required_text("tool_use_id")
    parts = read_content(fields.take("content"), fields.path("content"))
    is_error = fields.flag("is_error") or False
    cache, own = _kept(fields)
    return ToolResultPart(
        tool_call_id=call_id, parts=parts, is_error=is_error, cache=cache, provider_data=own
    )


def _thinking(fields: Fields, raw: JsonObject) -> Part:
    text, signature = fields.text("thinking") or "", fields.text("signature")
    own = fields.rest
    return ReasoningPart(
        text=text, signature=signature or None, provider_data={"anthropic": own} if own else None
    )


def _redacted(fields: Fields, raw: JsonObject) -> Part:
    return ReasoningPart(redacted=fields.required_text("data"))


_READERS = {
    "text": _text,
    "image": _image,
    "document": _document,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
}


def read_citation(raw: JsonObject) -> CitationPart:
    """Read one citation of an answer; its raw form is kept."""
    start, end = raw.get("start_char_index"), raw.get("end_char_index")
    url = raw.get("url")
    title = raw.get("title") or raw.get("document_title")
    text = raw.get("cited_text")
    return CitationPart(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        text=text if isinstance(text, str) else None,
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
        provider_data={"anthropic": {"citation": raw}},
    )


def write_citation(part: CitationPart) -> JsonObject | None:
    """Write a citation; None where this dialect has no kind for it."""
    kept = own_data(part.provider_data, "anthropic").get("citation")
    if is_object(kept):
        return kept
    if not part.url:
        return None
    return {
        "type": "web_search_result_location",
        "url": part.url,
        "title": part.title,
        "cited_text": part.text or "",
        "encrypted_index": "",
    }
