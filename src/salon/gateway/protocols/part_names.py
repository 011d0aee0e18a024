"""What parts are called in ``lost`` and in sentences."""

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

_NAMES: dict[type[Part], str] = {
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
    return (part.type or "a part without a type") if isinstance(part, OpaquePart) else _NAMES[type(part)]
