"""Conversations as one page of HTML: nothing beside it is needed, and it asks nobody for anything."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.exchange.writers.base import Outline
from salon.features.conversations.exchange.writers.facts import at, figures
from salon.features.conversations.exchange.writers.files import MOST_PICTURE_BYTES, Attachments
from salon.features.conversations.models import Author
from salon.features.conversations.rendering.document import closing, house_line, opening
from salon.features.conversations.rendering.media import MediaPart, is_picture, stored_id
from salon.features.conversations.rendering.parts import Shown
from salon.features.conversations.rendering.paths import Segment, segments
from salon.features.conversations.rendering.style import style_source
from salon.features.conversations.rendering.turns import Cast, Turn, cast_html, turn_html

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class HtmlWriter:
    """Writes one conversation to a page."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._cast = Cast()

    def begin(self) -> bytes:
        """Return nothing: the head needs the title."""
        return b""

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Return the head of the page and the conversation's own."""
        title = conversation.title or "Conversation"
        policy = f"default-src 'none'; img-src data:; style-src {style_source()}; base-uri 'none'"
        head = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        return "".join(
            [
                opening(title, head=head),
                f"<header>{house_line('A conversation, exported from Salon')}",
                f"<h1><bdi>{escape(title)}</bdi></h1>",
                *(f'<p class="facts">{escape(line)}</p>' for line in _facts(conversation, outline)),
                cast_html(self._known_cast(conversation)),
                "</header>\n<main>\n",
            ]
        ).encode()

    def stretches(self, outline: Outline) -> Sequence[Segment]:
        """Return the first branch whole, then what others have besides."""
        return segments(outline.nodes, outline.heads)

    def stretch(self, segment: Segment) -> bytes:
        """Return a heading for whatever is not the first branch."""
        name = f"Branch “{segment.name}”" if segment.name else "Another branch"
        link = f', after <a href="#{escape(segment.after_id)}">this message</a>' if segment.after_id else ""
        return f'<h2 class="branch"><bdi>{escape(name)}</bdi>{link}</h2>\n'.encode()

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return some messages."""
        return "".join(turn_html(self._turn(message), self._show) for message in page).encode()

    def end_conversation(self) -> bytes:
        """End the page."""
        return f"</main>\n{closing()}".encode()

    def end(self) -> bytes:
        """Return nothing."""
        return b""

    def _known_cast(self, conversation: ArchivedConversation) -> list[tuple[Author, int]]:
        for one in conversation.participants:
            self._cast.voice_of(Author(kind=one.kind, id=one.id, name=one.name))
        return self._cast.authors

    def _turn(self, message: ArchivedMessage) -> Turn:
        return Turn(
            anchor=message.id,
            author=message.author,
            voice=self._cast.voice_of(message.author),
            at_ms=message.created_at_ms,
            parts=None if message.content is None else message.content.parts,
            status=message.status,
            metrics=figures(message.answer),
        )

    def _show(self, part: MediaPart) -> Shown:
        known = self._attachments.of(part)
        if known is None:
            return self._shown_inline(part)
        data = self._attachments.pictures.get(stored_id(part) or "")
        if data is not None and is_picture(known.media_type):
            address = f"data:{known.media_type};base64,{data}"
            return Shown(address=address, is_picture=True, name=known.name)
        address = quote(known.member) if known.member is not None else None
        return Shown(address=address, name=known.name, size_bytes=known.size_bytes)

    def _shown_inline(self, part: MediaPart) -> Shown:
        data, name = part.data, part.name or ""
        is_shown = (
            data is not None and is_picture(part.media_type) and len(data) * 3 // 4 <= MOST_PICTURE_BYTES
        )
        if data is None or not is_shown or _BASE64.fullmatch(data) is None:
            return Shown(name=name)
        kind = (part.media_type or "").partition(";")[0].strip().lower()
        return Shown(address=f"data:{kind};base64,{data}", is_picture=True, name=name)


def _facts(conversation: ArchivedConversation, outline: Outline) -> list[str]:
    count = len(outline.nodes)
    first = [at(conversation.created_at_ms), f"{count} message{'' if count == 1 else 's'}"]
    tokens = sum(use.input_tokens + use.output_tokens for use in outline.uses)
    if tokens:
        first.append(f"{tokens} tokens")
    place = [" / ".join(conversation.folder), ", ".join(conversation.tags)]
    lines = [" · ".join(one for one in line if one) for line in (first, place)]
    return [line for line in lines if line]
