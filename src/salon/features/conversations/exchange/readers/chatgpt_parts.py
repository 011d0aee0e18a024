"""The content of one node of ChatGPT's: a closed set of types that grows without notice."""

from collections.abc import Callable
from typing import Any, Final

from salon.features.conversations.exchange.readers.assets import Assets
from salon.features.conversations.exchange.readers.building import opaque, thought, words
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.exchange.readers.values import Json, mapping, name, objects, sequence, text
from salon.foundation.messages import CitationPart, Part

_PROGRAM: Final = "chatgpt"
_POINTERS: Final = (
    "image_asset_pointer", "audio_asset_pointer", "video_container_asset_pointer", "file_asset_pointer",
)  # fmt: skip


def parts_of(message: Json, notes: Notes, assets: Assets) -> list[Part]:
    """Return what a node says; nothing for an empty one."""
    if not message:
        return []
    content, metadata = mapping(message.get("content")), mapping(message.get("metadata"))
    parts = _content(content, notes, assets)
    seen = {file.member.name for file in assets.files if file.member is not None}
    for attached in objects(metadata.get("attachments")):
        pointer = text(attached.get("id"))
        member = assets.find(pointer)
        if member is not None and member.name in seen:
            continue  # the picture itself is among the parts
        part = assets.stored(
            pointer, name(attached.get("name")), notes, media_type=text(attached.get("mime_type")) or None
        )
        parts.append(part if part is not None else opaque(_PROGRAM, "attachment", attached))
    if parts:
        parts += _citations(metadata)
    return parts


def _content(content: Json, notes: Notes, assets: Assets) -> list[Part]:
    kind = text(content.get("content_type"))
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(content, notes, assets)
    return [opaque(_PROGRAM, kind, content)] if content else []


def _parts(content: Json, notes: Notes, assets: Assets) -> list[Part]:
    return [made for part in sequence(content.get("parts")) for made in _part(part, notes, assets)]


def _said(content: Json, notes: Notes, _: Assets) -> list[Part]:
    return words(text(content.get("text")), notes)


def _screen(content: Json, notes: Notes, assets: Assets) -> list[Part]:
    shot = mapping(content.get("screenshot"))
    return [*_said(content, notes, assets), *(_part(shot, notes, assets) if shot else [])]


def _thoughts(content: Json, notes: Notes, _: Assets) -> list[Part]:
    found = [_thought(one) for one in objects(content.get("thoughts"))]
    return [part for one in found for part in thought(one, notes)]


def _recap(content: Json, notes: Notes, _: Assets) -> list[Part]:
    return thought(text(content.get("content")), notes)


def _instructions(content: Json, notes: Notes, _: Assets) -> list[Part]:
    said = [text(content.get(key)) for key in ("user_profile", "user_instructions", "model_set_context")]
    return words("\n\n".join(one for one in said if one), notes)


def _thought(one: Json) -> str:
    head, body = text(one.get("summary")), text(one.get("content"))
    return f"**{head}**\n\n{body}" if head and body else head or body


def _page(content: Json, notes: Notes, _: Assets) -> list[Part]:
    said = text(content.get("text")) or text(content.get("result")) or text(content.get("summary"))
    address = text(content.get("url"))
    parts = words(said, notes)
    if address:
        parts.append(CitationPart(url=address, title=name(content.get("title")) or None))
    return parts


def _part(part: Any, notes: Notes, assets: Assets) -> list[Part]:
    if isinstance(part, str):
        return words(part, notes)
    inner = mapping(part)
    kind = text(inner.get("content_type"))
    audio = mapping(inner.get("audio_asset_pointer"))
    if kind in _POINTERS or "asset_pointer" in inner:
        return [_pointed(inner, kind, notes, assets)]
    if audio:
        return [_pointed(audio, "audio_asset_pointer", notes, assets)]
    is_text = kind == "audio_transcription" or set(inner) <= {"text", "content_type", "type"}
    if is_text and isinstance(inner.get("text"), str):
        return words(text(inner["text"]), notes)
    return [opaque(_PROGRAM, kind or "part", inner)] if inner else []


def _pointed(part: Json, kind: str, notes: Notes, assets: Assets) -> Part:
    stored = assets.stored(text(part.get("asset_pointer")), "", notes)
    return stored if stored is not None else opaque(_PROGRAM, kind or "asset", part)


def _citations(metadata: Json) -> list[Part]:
    """Return the pages an answer names; where they stand in the text is kept with the message."""
    found: dict[str, Part] = {}
    for one in objects(metadata.get("citations")):
        page = mapping(one.get("metadata"))
        if address := text(page.get("url")):
            found[address] = CitationPart(
                url=address, title=name(page.get("title")) or None, text=text(page.get("text"))[:2000] or None
            )
    for one in objects(metadata.get("content_references")):
        for item in [one, *objects(one.get("items"))]:
            if address := text(item.get("url")):
                found.setdefault(address, CitationPart(url=address, title=name(item.get("title")) or None))
    return list(found.values())


_READERS: Final[dict[str, Callable[[Json, Notes, Assets], list[Part]]]] = {
    "": _parts,
    "text": _parts,
    "multimodal_text": _parts,
    "code": _said,
    "execution_output": _said,
    "system_error": _said,
    "computer_output": _screen,
    "thoughts": _thoughts,
    "reasoning_recap": _recap,
    "user_editable_context": _instructions,
    "model_editable_context": _instructions,
    "tether_quote": _page,
    "sonic_webpage": _page,
    "tether_browsing_display": _page,
}
