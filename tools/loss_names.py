"""What each name in ``x-salon-lost`` means: a row for every one that the codecs can say."""

from collections.abc import Callable
from typing import Final

from salon.gateway.protocols.losses import LossName

_PICTURE: Final = "a wish about pictures: left out"
_REASON: Final = "the reason of the end has no word there; the nearest is told"
_SAMPLING: Final = "a setting of the sampling: left out, or moved to the nearest that is taken"

MEANINGS: Final[dict[LossName, str]] = {
    "audio": "sound in an answer",
    "background": _PICTURE,
    "cache_control": "a mark of what to keep in the provider's prompt cache",
    "citations": "a source in an answer: it has no address, or there is no place for sources",
    "compression": _PICTURE,
    "fidelity": _PICTURE,
    "files": "a file in an answer",
    "finish_reason.content-filter": _REASON,
    "finish_reason.error": _REASON,
    "finish_reason.pause": _REASON,
    "finish_reason.refusal": _REASON,
    "finish_reason.unknown": _REASON,
    "format": "the form of a picture's file: left out",
    "frequency_penalty": _SAMPLING,
    "images": "a picture in an answer",
    "input.reasoning": "reasoning of another provider that this one could not read back",
    "input_fidelity": _PICTURE,
    "instructions": "how a text is to be spoken: left out",
    "late_content": "more of a part of an answer after its end was told",
    "logprobs": "log probabilities, asked for or answered",
    "messages.name": "who wrote a message",
    "messages.reasoning": "earlier reasoning, which this provider would refuse or has no place for",
    "messages.reasoning_signature": "the proof of earlier reasoning; its words go back",
    "messages.system_position": "later instructions: they stand at the beginning, or among the user's words",
    "metadata": "labels of a request",
    "moderation": _PICTURE,
    "n": "all answers but the first",
    "parallel_tool_calls": "the wish for one tool call at a time",
    "partial_images": _PICTURE,
    "presence_penalty": _SAMPLING,
    "prompt": "what guides the spelling of a recording",
    "provider_data": "what the provider tells beside its answer: fingerprints, filters, safety ratings",
    "purpose": "what an embedding is for",
    "quality": _PICTURE,
    "reasoning": "reasoning in an answer",
    "reasoning_budget_tokens": "a budget of reasoning: an effort stands for it, or the model decides",
    "reasoning_effort": "an effort of reasoning: the model does not think, or decides by itself",
    "reasoning_signature": "the proof of reasoning; its words are told",
    "redacted_reasoning": "reasoning that its provider hides",
    "refusals": "that words of an answer are a refusal; the words are told",
    "response_format": "the form of an answer",
    "response_format.description": "the description of a JSON Schema",
    "response_format.json_object": "the wish for an answer in JSON without a schema",
    "response_format.json_schema": "the schema of an answer: it is asked for JSON alone",
    "seed": _SAMPLING,
    "service_tier": "the service tier: the usual one is asked for",
    "size": _PICTURE,
    "speed": "the speed of speech",
    "stop": "words that end an answer",
    "store": "the wish that an answer be stored: nothing is",
    "style": _PICTURE,
    "temperature": _SAMPLING,
    "text": "text where there is no place for it",
    "title": "the title of a text to be embedded",
    "tool_calls": "tool calls in an answer",
    "tool_calls.arguments": "arguments of a call that are no JSON: they are told as `unreadable_arguments`",
    "tool_result.is_error": "that a tool's result is a failure; its words are told",
    "tool_results": "a tool's result in an answer",
    "tools.provider_data": "what another dialect says of a tool beside its name and schema",
    "tools.strict": "that a tool's schema is to be kept to the letter",
    "top_k": _SAMPLING,
    "top_logprobs": "the likeliest other tokens",
    "top_p": _SAMPLING,
    "truncate": "whether to cut what is too long",
    "truncation": "whether to cut what is too long",
    "usage.details": "which tokens were cached or of reasoning; the sums are told",
    "user": "who asks",
    "video": "a film in an answer",
    "voice": "the voice: the provider has none of that name",
}
OWN_WORDS: Final = {
    "`tools.TYPE`": "a built-in tool of another provider, by its type",
    "`messages.KIND`": "a part of an earlier message, by its kind, such as `messages.citations`",
    "the name of a field": "a field that only the caller's dialect knows, or that a provider refuses",
    "the type of a block": "a block of the answer that only its provider's dialect knows",
}


def loss_lines(table: Callable[[list[str], list[list[str]]], list[str]]) -> list[str]:
    """Return the section on names."""
    rows = [[f"`{name}`", meaning] for name, meaning in sorted(MEANINGS.items())]
    return [
        "## What each name of a loss means",
        "",
        *table(["name", "what is lost"], [*rows, *map(list, OWN_WORDS.items())]),
    ]
