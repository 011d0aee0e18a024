"""What a dialect cannot carry, by name: the closed set of what ``lost`` and ``x-salon-lost`` may say.

A name is one of ``LossName``, or it repeats the word that a caller, a provider or a tool has for the thing;
such names are made by the functions below alone. So the type checker refuses a name of which
``docs/protocols.md`` does not say what it means.
"""

from collections.abc import Iterable, Mapping, Set
from typing import Final, Literal, NewType

from salon.foundation.messages import Finish, FinishReason, OpaquePart, Part
from salon.gateway.protocols.part_names import PartName, known_name, part_name
from salon.gateway.protocols.wire_json import JsonObject

LossName = Literal[
    PartName,
    "background",
    "compression",
    "cache_control",
    "finish_reason.content-filter",
    "finish_reason.error",
    "finish_reason.pause",
    "finish_reason.refusal",
    "finish_reason.unknown",
    "fidelity",
    "format",
    "frequency_penalty",
    "input.reasoning",
    "input_fidelity",
    "instructions",
    "late_content",
    "logprobs",
    "messages.name",
    "messages.reasoning",
    "messages.reasoning_signature",
    "messages.system_position",
    "metadata",
    "moderation",
    "n",
    "parallel_tool_calls",
    "partial_images",
    "presence_penalty",
    "prompt",
    "provider_data",
    "purpose",
    "quality",
    "reasoning_budget_tokens",
    "reasoning_effort",
    "reasoning_signature",
    "redacted_reasoning",
    "response_format",
    "response_format.description",
    "response_format.json_object",
    "response_format.json_schema",
    "seed",
    "service_tier",
    "size",
    "speed",
    "stop",
    "store",
    "style",
    "temperature",
    "title",
    "tool_calls.arguments",
    "tool_result.is_error",
    "tools.provider_data",
    "tools.strict",
    "top_k",
    "top_logprobs",
    "top_p",
    "truncate",
    "truncation",
    "usage.details",
    "user",
    "voice",
]
OwnWord = NewType("OwnWord", str)
"""A name in words that are not ours; a constant one is a ``LossName``."""
Loss = LossName | OwnWord
Lost = dict[Loss, None]
"""What could not be carried, in the order in which it was found."""


def field(name: str) -> Loss:
    """Return what a field is called that only the caller's dialect knows, or that a provider refuses."""
    return OwnWord(name)


def fields(names: Iterable[str]) -> Lost:
    """Return what such fields are called."""
    return dict.fromkeys(map(OwnWord, names))


def built_in_tool(kind: str) -> Loss:
    """Return what another provider's tool of this type is called."""
    return OwnWord(f"tools.{kind}")


def in_messages(part: Part) -> Loss:
    """Return what a part of an earlier message is called."""
    return OwnWord(f"messages.{part_name(part)}")


def in_answer(part: Part) -> Loss:
    """Return what a part of an answer is called."""
    return block(part.type) if isinstance(part, OpaquePart) else known_name(type(part))


def block(kind: str) -> Loss:
    """Return what a block of an answer is called that only its provider's dialect knows."""
    return OwnWord(kind or "a block without a type")


# Every dialect knows the others.
_ENDINGS: Final[Mapping[FinishReason, LossName]] = {
    "content-filter": "finish_reason.content-filter",
    "refusal": "finish_reason.refusal",
    "pause": "finish_reason.pause",
    "error": "finish_reason.error",
    "unknown": "finish_reason.unknown",
}


def ending(finish: Finish | None, words: frozenset[FinishReason]) -> Iterable[LossName]:
    """Return the name of the reason of an end, unless it is among those that a dialect has ``words`` for.

    What a provider gave no reason for is not lost.
    """
    if finish is None or finish.reason in words or (finish.reason == "unknown" and finish.raw is None):
        return ()
    name = _ENDINGS.get(finish.reason)
    return () if name is None else (name,)


def beside(provider_data: JsonObject | None, dialect: str, carried: frozenset[str]) -> Iterable[LossName]:
    """Return the names of what a provider tells beside its answer and ``dialect`` has no place for.

    ``carried``: what of another dialect's it shows.
    """
    untold: set[str] = set()
    for other, values in (provider_data or {}).items():
        if other != dialect:
            untold |= values.keys() - carried
    if "logprobs" in untold:
        untold.discard("logprobs")
        yield "logprobs"
    if untold:
        yield "provider_data"


def in_stream(lost: Set[Loss]) -> JsonObject:
    """Return the field with which a stream's end tells what the stream lost; none where that is nothing.

    Its head was sent before. No client minds a field that it does not know (Groq's is ``x_groq``), while
    comments end some readers of events, and Ollama's lines have none.
    """
    return {"x_salon": {"lost": sorted(lost)}} if lost else {}
