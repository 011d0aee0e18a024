"""Makes the exact request of a step again, from what was asked and the immutable messages."""

from collections.abc import Mapping, Sequence

import msgspec

from salon.features.turns.context import instructions_message, summary_message
from salon.features.turns.expanding import expanded
from salon.features.turns.models import Asked, ContextMessage, Prompt, Sent, Summary
from salon.features.turns.quoting import named, quoting_message, said_again, words_of
from salon.features.turns.shortening import shortened
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import ModelRequest, Part


def rebuilt(
    asked: Asked, messages: Mapping[str, ContextMessage], *, answer: Sequence[Part] = (), step: int = 1
) -> ModelRequest:
    """Return the request of a step (from 1), as it was handed to the gateway.

    ``messages`` has every message the prompt names; ``answer`` is the parts of the answer itself, whose
    first ones a later step was told. Raises: NotFound for a message that is gone, or a step there was not.
    """
    if not 1 <= step <= len(asked.prompts):
        raise NotFound(what="step of the answer", id=str(step))
    prompt = asked.prompts[step - 1]
    told = [instructions_message(asked.instructions)] if asked.instructions else []
    told += [_message(sent, messages) for sent in _sent(asked, step)]
    if prompt.own_parts:
        own = ContextMessage(role="assistant", parts=tuple(answer[: prompt.own_parts]))
        told.append(shortened(own, prompt.own_shortened))
    values = msgspec.structs.asdict(asked.parameters)
    values["max_output_tokens"] = prompt.max_output_tokens
    return ModelRequest(
        model=asked.model,
        messages=expanded(told),
        tools=asked.tools,
        stream=True,
        include_usage=True,
        **values,
    )


def compact(prompt: Prompt, before: Asked) -> Prompt:
    """Return a prompt without what it has in common with the step before."""
    if before.prompts and _sent(before, len(before.prompts)) == prompt.sent:
        return msgspec.structs.replace(prompt, sent=None)
    return prompt


def _sent(asked: Asked, step: int) -> tuple[Sent, ...]:
    for prompt in reversed(asked.prompts[:step]):
        if prompt.sent is not None:
            return prompt.sent
    return ()


def _message(sent: Sent, messages: Mapping[str, ContextMessage]) -> ContextMessage:
    if sent.summary is not None:
        return summary_message(_said(sent.summary, sent, messages))
    if sent.quoting is not None:
        return quoting_message(said_again(sent.quoting, messages))
    return shortened(sent.message or named(sent.id, messages), sent.shortened)


def _said(summary: Summary, sent: Sent, messages: Mapping[str, ContextMessage]) -> Summary:
    """Return a summary with its words, which the message that keeps it says where it does not itself."""
    if summary.text:
        return summary
    return msgspec.structs.replace(summary, text=words_of(named(sent.id, messages)))
