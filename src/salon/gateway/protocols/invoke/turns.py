"""Conversations for models that read one prompt: who said what, and what such a prompt cannot hold."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from salon.foundation.kit.errors import Unsupported
from salon.foundation.messages import (
    CitationPart,
    FilePart,
    Message,
    ModelRequest,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.extras import split_extra
from salon.gateway.protocols.losses import Lost
from salon.gateway.protocols.media import document_text
from salon.gateway.protocols.part_names import part_name

Author = Literal["system", "user", "assistant"]
Turn = tuple[Author, str]
_NOT_KNOWN: Final = (
    "top_k", "presence_penalty", "frequency_penalty", "seed", "logprobs", "top_logprobs", "user", "metadata",
    "reasoning_effort", "reasoning_budget_tokens",
)  # fmt: skip
_ELSEWHERE: Final = "Ask for it over Converse: leave the provider's option api out."


def name_lost(request: ModelRequest, lost: Lost) -> None:
    """Name what such a model has no word for. Raises: Unsupported for tools and for more answers than one."""
    split_extra(request, "invoke", lost)
    if request.n is not None and request.n > 1:
        raise Unsupported(field="n", problem="Bedrock gives one answer per request.")
    if request.tools and (request.tool_choice is None or request.tool_choice.mode != "none"):
        raise Unsupported(field="tools", problem=f"A prompt of one text has no tools. {_ELSEWHERE}")
    for name in _NOT_KNOWN:
        if getattr(request, name):
            lost[name] = None
    if request.service_tier not in {None, "auto", "default"}:
        lost["service_tier"] = None
    wanted = request.response_format
    if wanted is not None and wanted.kind != "text":
        is_schema = wanted.kind == "json-schema"
        lost["response_format.json_schema" if is_schema else "response_format.json_object"] = None


def turns_of(messages: Sequence[Message], lost: Lost, *, marks: re.Pattern[str] | None = None) -> list[Turn]:
    """Return the turns, those of one author together; the system's first words are a turn of their own.

    ``marks`` are what divides turns in the prompt: a text that holds one is refused, for it could speak
    as somebody else. Raises: Unsupported.
    """
    turns: list[Turn] = []
    for i, message in enumerate(messages):
        if message.name:
            lost["messages.name"] = None
        author: Author = "assistant" if message.role == "assistant" else "user"
        if message.role in {"system", "developer"}:
            if all(one == "system" for one, _ in turns):
                author = "system"
            else:
                lost["messages.system_position"] = None
        told = _text(message.parts, f"messages[{i}]", author, lost)
        if marks is not None and marks.search(told):
            problem = f"It holds marks that divide the turns of this model's prompt. {_ELSEWHERE}"
            raise Unsupported(field=f"messages[{i}].content", problem=problem)
        if turns and turns[-1][0] == author:
            told = f"{turns.pop()[1]}\n\n{told}"
        turns.append((author, told))
    if turns and turns[-1][0] == "system":
        turns[-1] = ("user", turns[-1][1])
    return turns


def _text(parts: Sequence[Part], path: str, author: Author, lost: Lost) -> str:
    found: list[str] = []
    for i, part in enumerate(parts):
        if getattr(part, "cache", False):
            lost["cache_control"] = None
        if isinstance(part, TextPart | RefusalPart):
            found.append(part.text)
        elif isinstance(part, FilePart) and part.text is not None:
            found.append(document_text(part.name, part.text))
        elif isinstance(part, ReasoningPart | CitationPart) or (
            author == "assistant" and isinstance(part, OpaquePart)
        ):
            lost[losses.in_messages(part)] = None
        else:
            problem = f"A prompt of one text has no place for {part_name(part)}. {_ELSEWHERE}"
            raise Unsupported(field=f"{path}.content[{i}]", problem=problem)
    return "".join(found)
