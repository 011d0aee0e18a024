"""What a model is told for an answer: the path to it, with its files, under the settings in force."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.attachments import AnswerFiles
from salon.features.conversations.answering.beginning import caller_of
from salon.features.conversations.answering.models import TurnData
from salon.features.conversations.answering.settings import (
    Overrides,
    Settings,
    limits_of,
    over,
    policy_of,
    read,
)
from salon.features.conversations.models import Message
from salon.features.conversations.sorting import folder_settings
from salon.features.conversations.store.conversations import get_conversation
from salon.features.conversations.store.messages import get_messages, path
from salon.features.conversations.store.walking import places_up
from salon.features.conversations.tree.lookups import the_conversation, the_message
from salon.features.turns import ContextMessage, Quote, Quoting, TurnSpec, apart, quoting_message, words_of
from salon.foundation.files import is_own
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import TextPart
from salon.foundation.storage import Storage, Transaction

MOST_MESSAGES: Final = 20_000
MOST_BYTES: Final = 8 * 1024 * 1024
"""What of a path is looked at for one answer: over two million tokens, which is more than models read."""
_PAGE: Final = 500
CONTINUE_WORDS: Final = (
    "Your last answer was cut off. Go on exactly where it stopped: repeat nothing of it, and begin with no"
    " introduction."
)
BRIDGE_WORDS: Final = (
    "The conversation above went on in another way from an earlier point, too. What was said there follows."
    " Write one message that brings both together: what both agree on, where they differ, and what follows"
    " from it. The conversation goes on from your message."
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and of what it is made."""

    spec: TurnSpec
    messages: tuple[ContextMessage, ...]


def settings_of(tx: Transaction, scope: SpaceScope, conversation_id: str) -> Settings:
    """Return the settings in force in a conversation: its own over those of its folders, over the space's."""
    usual, _ = store.get_defaults(tx, scope)
    conversation = get_conversation(tx, scope, conversation_id)
    if conversation is None:
        return read(usual)
    folders = folder_settings(tx, scope, conversation.folder_id)
    return over(read(usual), *map(read, folders), read(conversation.settings))


def model_of(settings: Settings, named: str | None = None) -> str:
    """Return the model that answers. Raises: InvalidRequest when nobody named one."""
    model = named or settings.model
    if model is None:
        problem = "Name the model that is to answer, or set one for the conversation or the space."
        raise InvalidRequest(field="model", problem=problem)
    return model


def spec_of(settings: Settings, overrides: Overrides, *, model: str) -> TurnSpec:
    """Return what is asked of a model under these settings."""
    laid = over(settings, overrides)
    return TurnSpec(
        model=model,
        instructions=laid.instructions or None,
        parameters=laid.parameters,
        context=policy_of(laid),
        limits=limits_of(laid),
    )


class Contexts:
    """Reads what models are told."""

    def __init__(self, storage: Storage, files: AnswerFiles) -> None:
        self._storage = storage
        self._files = files

    async def of_turn(self, scope: SpaceScope, data: TurnData) -> Told:
        """Return what the model of an answer under way is told. Raises: StorageError."""
        settings, found, other = await self._storage.read(lambda tx: self._read(tx, scope, data))
        spec = spec_of(settings, data.settings, model=data.model)
        messages = [*await self.messages(scope, found, model=data.model), *_besides(data, other)]
        return Told(spec=spec, messages=tuple(messages))

    async def of_path(
        self, scope: SpaceScope, conversation_id: str, last_id: str | None
    ) -> tuple[Settings, list[Message]]:
        """Return the settings of a conversation and the path to a message. Raises: NotFound."""

        def load(tx: Transaction) -> tuple[Settings, list[Message]]:
            the_conversation(tx, scope, conversation_id)
            if last_id is not None:
                the_message(tx, scope, conversation_id, last_id)
            return settings_of(tx, scope, conversation_id), whole_path(tx, scope, conversation_id, last_id)

        return await self._storage.read(load)

    async def messages(
        self, scope: SpaceScope, found: Sequence[Message], *, model: str
    ) -> list[ContextMessage]:
        """Return messages of the tree as they may be sent to a model, with the files they name."""
        caller = caller_of(scope.space_id, None)
        out, with_files = await apart(len(found), lambda: _sendable(found))
        for place in with_files:
            parts = await self._files.resolved(caller, out[place].parts, model=model)
            out[place] = msgspec.structs.replace(out[place], parts=parts)
        return out

    async def by_id(self, scope: SpaceScope, found: Sequence[Message]) -> Mapping[str, ContextMessage]:
        """Return messages by id as a prompt names them; what files hold is not repeated."""
        return {message.id: context_message(message) for message in found if message.content is not None}

    def _read(
        self, tx: Transaction, scope: SpaceScope, data: TurnData
    ) -> tuple[Settings, list[Message], list[Message]]:
        found = whole_path(tx, scope, data.conversation_id, data.parent_id)
        other = [] if data.other_id is None else whole_path(tx, scope, data.conversation_id, data.other_id)
        known = {message.id for message in found}
        apart = [message for message in other if message.id not in known]
        return settings_of(tx, scope, data.conversation_id), found, apart


def whole_path(
    tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str | None
) -> list[Message]:
    """Return the path to a message, oldest first: as much of it as any model could read, and what is pinned.

    What is further up could not be sent, and would be read for nothing at each answer.
    """
    found: list[Message] = []
    size_bytes, above = 0, last_id
    while above is not None and len(found) < MOST_MESSAGES and size_bytes < MOST_BYTES:
        page = path(tx, scope, conversation_id, above, limit=_PAGE)
        if not page or page[-1].id in {message.id for message in found}:
            above = None
            break
        found = page + found
        size_bytes += sum(message.size_bytes for message in page)
        above = page[0].parent_id
    if above is not None and found:
        found = _pinned(tx, scope, conversation_id, above, depth=found[0].depth) + found
    return found


def _pinned(
    tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str, *, depth: int
) -> list[Message]:
    """Return the pinned messages of the path to a message."""
    pinned = store.pinned_above(tx, scope, conversation_id, depth=depth)
    if not pinned:
        return []
    on_path = {place.id for place in places_up(tx, scope, conversation_id, last_id)}
    found = get_messages(tx, scope, [one for one in pinned if one in on_path])
    return sorted(found.values(), key=lambda message: message.depth)


def _sendable(found: Sequence[Message]) -> tuple[list[ContextMessage], list[int]]:
    """Return messages as they may be sent, and which of them name files of the house."""
    out = [context_message(message) for message in found if _says_something(message)]
    return out, [place for place, message in enumerate(out) if any(map(is_own, message.parts))]


def _says_something(message: Message) -> bool:
    return message.content is not None and message.deleted_at_ms is None and bool(message.content.parts)


def context_message(message: Message) -> ContextMessage:
    """Return a message of the tree as a model is told it."""
    assert message.content is not None
    return ContextMessage(
        id=message.id,
        role=message.role,
        parts=message.content.parts,
        is_pinned=message.pinned_at_ms is not None,
        is_excluded=message.excluded_at_ms is not None,
    )


def _besides(data: TurnData, other: Sequence[Message]) -> list[ContextMessage]:
    """Return what is told for this answer alone, and kept in its request only; what others said by its id."""
    if data.mode == "continue":
        return [ContextMessage(role="user", parts=(TextPart(text=CONTINUE_WORDS),))]
    if data.mode == "bridge":
        told = (message for message in other if message.excluded_at_ms is None and _says_something(message))
        quotes = tuple(map(_quote, told))
        return [quoting_message(Quoting(words=data.words or BRIDGE_WORDS, quotes=quotes))]
    return []


def _quote(message: Message) -> Quote:
    words = words_of(context_message(message))
    return Quote(id=message.id, by=message.author.name or message.role, text=words)
