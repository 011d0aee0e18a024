"""What parts are called in ``lost`` and in sentences."""

from typing import Literal

from salon.foundation.messages import (
    AudioPart,
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    VideoPart,
)

PartName = Literal[
    "text",
    "reasoning",
    "images",
    "audio",
    "video",
    "files",
    "tool_calls",
    "tool_results",
    "citations",
    "refusals",
]

_NAMES: dict[type[Part], PartName] = {
    TextPart: "text",
    ReasoningPart: "reasoning",
    ImagePart: "images",
    AudioPart: "audio",
    VideoPart: "video",
    FilePart: "files",
    ToolCallPart: "tool_calls",
    ToolResultPart: "tool_results",
    CitationPart: "citations",
    RefusalPart: "refusals",
}


def part_name(part: Part) -> str:
    """Return what a part is called; one only a dialect knows keeps that dialect's word."""
    if isinstance(part, OpaquePart):
        return part.type or "a part without a type"
    return known_name(type(part))


def known_name(kind: type[Part]) -> PartName:
    """Return what parts of a kind are called that all dialects know."""
    return _NAMES[kind]
