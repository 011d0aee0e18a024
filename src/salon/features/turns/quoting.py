"""Messages that are told once and say what others say.

A request keeps what they quote by its ids, so that it forgets with the tree.
"""

from collections.abc import Mapping

import msgspec

from salon.features.turns.models import ContextMessage, Quote, Quoting, Summary
from salon.foundation.kit.errors import NotFound
from salon.foundation.messages import TextPart


def quoting_message(quoting: Quoting) -> ContextMessage:
    """Return the message as a model is told it."""
    lines = (f"{quote.by}: {quote.text}" for quote in quoting.quotes)
    text = "\n\n".join((quoting.words, *lines))
    return ContextMessage(role="user", parts=(TextPart(text=text),), quoting=quoting)


def by_name(quoting: Quoting) -> Quoting:
    """Return the same with the ids of what it quotes alone."""
    quotes = tuple(msgspec.structs.replace(quote, text="") for quote in quoting.quotes)
    return msgspec.structs.replace(quoting, quotes=quotes)


def said_again(quoting: Quoting, messages: Mapping[str, ContextMessage]) -> Quoting:
    """Return the same with what the messages it names say. Raises: NotFound for one that is gone."""
    quotes = tuple(
        msgspec.structs.replace(quote, text=words_of(named(quote.id, messages))) for quote in quoting.quotes
    )
    return msgspec.structs.replace(quoting, quotes=quotes)


def quoted(quote: Quote | Summary) -> ContextMessage:
    """Return what is quoted as a message of its own."""
    return ContextMessage(id=quote.id, role="user", parts=(TextPart(text=quote.text),))


def words_of(message: ContextMessage) -> str:
    """Return the text of a message."""
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def named(message_id: str | None, messages: Mapping[str, ContextMessage]) -> ContextMessage:
    """Return a message that a prompt names. Raises: NotFound when it is gone."""
    found = messages.get(message_id or "")
    if found is None:
        raise NotFound(what="message", id=message_id)
    return found
