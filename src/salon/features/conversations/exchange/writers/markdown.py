"""Conversations as Markdown: front matter, then what was said, branch after branch."""

import json
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.exchange.writers.base import ModelUse, Outline
from salon.features.conversations.exchange.writers.facts import at, figures, machine_time
from salon.features.conversations.exchange.writers.files import Attachments
from salon.features.conversations.exchange.writers.tame import escaped, fenced, quoted, tame
from salon.features.conversations.rendering.markdown import is_harmless
from salon.features.conversations.rendering.media import MediaPart, kind_of
from salon.features.conversations.rendering.paths import Segment, segments
from salon.features.conversations.rendering.turns import name_of
from salon.foundation.kit.money import to_decimal
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

_ODD: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_OUTCOMES: Final = {"complete": "", "interrupted": "*Interrupted here.*", "failed": "*Failed here.*"}


class MarkdownWriter:
    """Writes one conversation to a file."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    def begin(self) -> bytes:
        """Return nothing: the front matter comes first."""
        return b""

    def conversation(self, conversation: ArchivedConversation, outline: Outline) -> bytes:
        """Return the front matter and the title."""
        title = escaped(conversation.title) or "Conversation"
        return f"{front_matter(conversation, outline)}\n# {title}\n".encode()

    def stretches(self, outline: Outline) -> Sequence[Segment]:
        """Return the first branch whole, then what others have besides."""
        return segments(outline.nodes, outline.heads)

    def stretch(self, segment: Segment) -> bytes:
        """Return a heading for whatever is not the first branch."""
        name = f"Branch “{escaped(segment.name)}”" if segment.name else "Another branch"
        after = f", after the message `{segment.after_id}`" if segment.after_id else ""
        return f"\n# {name}{after}\n".encode()

    def messages(self, page: Sequence[ArchivedMessage]) -> bytes:
        """Return some messages."""
        return "".join(map(self._message, page)).encode()

    def end_conversation(self) -> bytes:
        """Return nothing."""
        return b""

    def end(self) -> bytes:
        """Return nothing."""
        return b""

    def _message(self, message: ArchivedMessage) -> str:
        author = message.author
        model = author.id if author.kind == "model" and author.id != author.name else None
        who = escaped(name_of(author)) + (f" ({escaped(model)})" if model else "")
        facts = [at(message.created_at_ms), escaped(figures(message.answer)), f"`{message.id}`"]
        blocks = [f"## {who}", " · ".join(one for one in facts if one)]
        if message.content is None:
            blocks.append("*This message was taken out.*")
        else:
            blocks += [self._part(part) for part in message.content.parts]
            blocks.append(_OUTCOMES[message.status])
        return "\n" + "\n\n".join(block for block in blocks if block) + "\n"

    def _part(self, part: Part) -> str:
        match part:
            case TextPart() | RefusalPart():
                return tame(part.text) if part.text.strip() else ""
            case ReasoningPart():
                return quoted(f"**Reasoning**\n\n{tame(part.text)}") if part.text.strip() else ""
            case ToolCallPart():
                return f"**Asked the tool {escaped(part.name)}**\n\n{fenced(part.arguments, 'json')}"
            case ToolResultPart():
                return self._result(part)
            case CitationPart() | OpaquePart():
                return _source(part) if isinstance(part, CitationPart) else ""
            case _:
                return self._file(part)

    def _result(self, part: ToolResultPart) -> str:
        word = "Error" if part.is_error else "Result"
        blocks = [f"**{word}{' of ' + escaped(part.name) if part.name else ''}**"]
        blocks += [fenced(one.text) if isinstance(one, TextPart) else self._part(one) for one in part.parts]
        return "\n\n".join(block for block in blocks if block)

    def _file(self, part: MediaPart) -> str:
        known = self._attachments.of(part)
        name = escaped((known.name if known else part.name) or kind_of(part))
        if known is not None and known.member is not None:
            return f"{kind_of(part)}: [{name}](<{quote(known.member)}>)"
        if part.url is not None and is_harmless(part.url):
            return f"{kind_of(part)}: [{name}](<{quote(part.url, safe=_IN_ADDRESSES)}>)"
        return f"{kind_of(part)}: {name}"


_IN_ADDRESSES: Final = "%/:=&?~#+!$,;'@[]*"


def _source(part: CitationPart) -> str:
    title = escaped(part.title or part.url or part.text or "")
    if part.url is not None and is_harmless(part.url):
        return f"Source: [{title}](<{quote(part.url, safe=_IN_ADDRESSES)}>)"
    return f"Source: {title}" if title else ""


def front_matter(conversation: ArchivedConversation, outline: Outline) -> str:
    """Return what is known of a conversation as YAML; every text is a quoted scalar that nothing ends."""
    uses = outline.uses
    lines = [
        f"title: {_scalar(conversation.title)}",
        f"id: {_scalar(conversation.id)}",
        *(
            f"{name}: {machine_time(value)}"
            for name, value in (
                ("created", conversation.created_at_ms),
                ("changed", conversation.changed_at_ms),
            )
            if value is not None
        ),
        *([f"folder: {_list(conversation.folder)}"] if conversation.folder else []),
        *([f"tags: {_list(conversation.tags)}"] if conversation.tags else []),
        *([f"origin: {_scalar(conversation.origin)}"] if conversation.origin else []),
        f"messages: {len(outline.nodes)}",
        f"branches: {max(1, len(outline.heads))}",
        f"input_tokens: {sum(use.input_tokens for use in uses)}",
        f"output_tokens: {sum(use.output_tokens for use in uses)}",
        *(["models:", *map(_use, uses)] if uses else []),
    ]
    return "\n".join(["---", *lines, "---", ""])


def _use(use: ModelUse) -> str:
    fields = [f"model: {_scalar(use.model)}", f"answers: {use.answers}"]
    fields += [f"input_tokens: {use.input_tokens}", f"output_tokens: {use.output_tokens}"]
    if use.cost_e10 is not None:
        amount = f"{to_decimal(use.cost_e10):f}"
        fields += [f"cost: {_scalar(amount)}", f"currency: {_scalar(use.currency or 'USD')}"]
    return "  - {" + ", ".join(fields) + "}"


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_scalar, values)) + "]"


def _scalar(text: str) -> str:
    quoted_text = json.dumps(text, ensure_ascii=False)
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted_text)
