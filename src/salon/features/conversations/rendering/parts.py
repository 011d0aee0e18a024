"""A part of a message as HTML: words, a tool's call and result, a source, a picture or a file."""

from collections.abc import Callable
from html import escape
from typing import Final

import msgspec

from salon.features.conversations.rendering.markdown import is_harmless, to_html
from salon.features.conversations.rendering.media import MediaPart, kind_of
from salon.foundation.messages import (
    CitationPart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

_LONG: Final = 120


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """How a picture or a file of a turn is shown."""

    address: str | None = None
    """Where its bytes are: a path here, or a ``data:`` address; None where they are not handed out."""
    is_picture: bool = False
    name: str = ""
    size_bytes: int | None = None


Show = Callable[[MediaPart], Shown]
"""Says how a picture or a file is shown; asked in the order of ``media_of``."""


def part_html(part: Part, show: Show) -> str:
    """Return a part of a message as HTML; nothing for one that has nothing to show."""
    match part:
        case TextPart() | ReasoningPart():
            return _words(part)
        case RefusalPart():
            return f'<div class="text" dir="auto"><p class="plain">{escape(part.text)}</p></div>'
        case ToolCallPart() | ToolResultPart():
            return _call(part) if isinstance(part, ToolCallPart) else _result(part, show)
        case CitationPart():
            return _citation(part)
        case OpaquePart():
            return f'<p class="file">Something only {escape(part.dialect)} can show ({escape(part.type)})</p>'
        case _:
            return _media(part, show(part))


def _words(part: TextPart | ReasoningPart) -> str:
    if not part.text.strip():
        return ""
    said = f'<div class="text" dir="auto">{to_html(part.text)}</div>'
    is_thought = isinstance(part, ReasoningPart)
    return f"<details><summary>Reasoning</summary>{said}</details>" if is_thought else said


def _call(part: ToolCallPart) -> str:
    summary = f"Asked the tool <strong>{escape(part.name)}</strong>"
    return f"<details><summary>{summary}</summary><pre>{escape(part.arguments)}</pre></details>"


def _result(part: ToolResultPart, show: Show) -> str:
    who = f" of <strong>{escape(part.name)}</strong>" if part.name else ""
    word = "Error" if part.is_error else "Result"
    texts = "".join(
        f"<pre>{escape(one.text)}</pre>" if isinstance(one, TextPart) else part_html(one, show)
        for one in part.parts
    )
    return f"<details><summary>{word}{who}</summary>{texts}</details>"


def _citation(part: CitationPart) -> str:
    title = escape(part.title or part.url or part.text or "")
    if part.url is not None and is_harmless(part.url):
        rel = 'rel="noopener noreferrer nofollow ugc"'
        title = f'<a href="{escape(part.url)}" {rel}>{title}</a>'
    return f'<p class="cited">Source: {title}</p>' if title else ""


def _media(part: MediaPart, shown: Shown) -> str:
    kind = kind_of(part)
    name = escape(shown.name or part.name or "")
    size = f", {size_of(shown.size_bytes)}" if shown.size_bytes is not None else ""
    label = f"{kind}: {name}" if name else kind
    if shown.address is not None and shown.is_picture:
        caption = f"<figcaption>{name}{size}</figcaption>" if name else ""
        return f'<figure><img src="{escape(shown.address)}" alt="{label}">{caption}</figure>'
    if shown.address is not None:
        return f'<p class="file"><a href="{escape(shown.address)}" download>{label}</a>{size}</p>'
    if part.url is not None and is_harmless(part.url):
        rel = 'rel="noopener noreferrer nofollow ugc"'
        shown_url = escape(part.url if len(part.url) <= _LONG else f"{part.url[:_LONG]}…")
        return f'<p class="file">{kind}: <a href="{escape(part.url)}" {rel}>{name or shown_url}</a></p>'
    return f'<p class="file">{label}{size}</p>'


def size_of(size_bytes: int) -> str:
    """Return a size for a person."""
    amount = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
