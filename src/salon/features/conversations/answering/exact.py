"""How an answer came to be: the exact request, its tokens by part, attempts, cost and times."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from salon.features.conversations.answering.context import Contexts
from salon.features.conversations.answering.seeing import message_in_space
from salon.features.conversations.models import Answer, Message
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.store.messages import get_messages
from salon.features.conversations.tree.desk import Desk
from salon.features.conversations.tree.lookups import readable
from salon.features.turns import Asked, ContextMessage, rebuilt
from salon.foundation.kit.caller import Caller, Scope, SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.kit.ids import RequestId
from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.foundation.storage import Transaction


class Books(Protocol):
    """The ledger, as far as it tells of one request."""

    async def request(self, scope: Scope, request_id: RequestId) -> tuple[RequestEntry, list[AttemptEntry]]:
        """Return a request and its attempts. Raises: NotFound."""
        ...


class AskedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an answer to a model."""

    step: dict[str, Any]
    """Its id, route, usage, cost, times and end."""
    request: dict[str, Any] | None
    """What was asked, word for word, without what files hold; None when a message of it is gone."""
    attempts: tuple[dict[str, Any], ...]
    """At which providers, by the ledger."""


class ExactRequest(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer came to be."""

    answer: Answer
    context: dict[str, Any] | None
    """The tokens of the prompt by part, and what was left out of it."""
    mode: str
    error: dict[str, Any] | None
    steps: tuple[AskedStep, ...]


class Exact:
    """Reads how answers came to be."""

    def __init__(self, desk: Desk, contexts: Contexts, books: Books) -> None:
        self._desk = desk
        self._contexts = contexts
        self._books = books

    async def request(self, caller: Caller, message_id: str) -> ExactRequest:
        """Return how an answer came to be. Raises: NotFound, also for a message that no model wrote."""
        scope = SpaceScope(caller.space_id)
        message, answer, asked, told = await self._desk.storage.read(lambda tx: _read(tx, scope, message_id))
        kept = answer.asked or {}
        messages = await self._contexts.by_id(scope, told)
        steps = [
            AskedStep(
                step=step,
                request=_rebuilt(asked, messages, message, number),
                attempts=await self._attempts(scope, step),
            )
            for number, step in enumerate(answer.steps or _unended(asked), start=1)
        ]
        return ExactRequest(
            answer=answer,
            context=kept.get("context"),
            mode=kept.get("mode", "answer"),
            error=kept.get("error"),
            steps=tuple(steps),
        )

    async def _attempts(self, scope: SpaceScope, step: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        request_id = step.get("request_id")
        if not request_id:
            return ()
        try:
            _, attempts = await self._books.request(scope, RequestId(request_id))
        except NotFound:
            return tuple(step.get("attempts", ()))
        return tuple(_attempt(one) for one in attempts) or tuple(step.get("attempts", ()))


def _read(
    tx: Transaction, scope: SpaceScope, message_id: str
) -> tuple[Message, Answer, Asked | None, Sequence[Message]]:
    message = message_in_space(tx, scope, message_id)
    answer = answers_of(tx, scope, [message_id]).get(message_id)
    if answer is None or message.deleted_at_ms is not None:
        raise NotFound(what="request of the message", id=message_id[:100])
    kept = (answer.asked or {}).get("asked")
    asked = msgspec.convert(kept, Asked) if kept else None
    found = get_messages(tx, scope, [] if asked is None else _named(asked))
    return message, answer, asked, [readable(one) for one in found.values()]


def _named(asked: Asked) -> list[str]:
    """Return the ids of the messages that prompts name."""
    sent = [one for prompt in asked.prompts for one in prompt.sent or ()]
    quotes = [quote.id for one in sent if one.quoting is not None for quote in one.quoting.quotes]
    return list(dict.fromkeys([*(one.id for one in sent if one.id is not None), *quotes]))


def _unended(asked: Asked | None) -> tuple[dict[str, Any], ...]:
    """Return the steps of an answer whose process ended before it could say what became of them."""
    return () if asked is None else tuple({"number": n + 1} for n in range(len(asked.prompts)))


def _rebuilt(
    asked: Asked | None, messages: Mapping[str, ContextMessage], message: Message, number: int
) -> dict[str, Any] | None:
    if asked is None:
        return None
    answer = () if message.content is None else message.content.parts
    try:
        request = rebuilt(asked, messages, answer=answer, step=number)
    except NotFound:
        return None
    return msgspec.to_builtins(request)


def _attempt(entry: AttemptEntry) -> dict[str, Any]:
    return {
        "provider": entry.provider_id,
        "model": entry.model,
        "status": entry.status,
        "http_status": entry.http_status,
        "error": entry.error_code,
        "input_tokens": entry.input_tokens,
        "output_tokens": entry.output_tokens,
        "cost_e10": entry.cost_e10,
        "currency": entry.currency,
        "first_byte_ms": entry.first_byte_ms,
        "duration_ms": entry.duration_ms,
    }
