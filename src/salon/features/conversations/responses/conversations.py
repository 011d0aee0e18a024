"""Conversations as OpenAI's clients see them: a list of items, with a few words of their own kept beside."""

from collections.abc import Mapping
from typing import Any, Final

from salon.features.conversations.models import Conversation, Message
from salon.features.conversations.responses.chain import Items
from salon.features.conversations.responses.items import items_of, with_ids
from salon.features.conversations.responses.models import Chain
from salon.features.conversations.responses.place import Place
from salon.features.conversations.responses.service import path_messages, row_id, shown_id
from salon.features.conversations.store.conversations import change_conversation
from salon.features.conversations.tree import (
    Tree,
    author_id,
    begin,
    blank,
    the_branch,
    the_conversation,
    turn_of,
)
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.storage import Storage, Transaction
from salon.gateway.protocols.wire_json import JsonObject, is_object

METADATA: Final = "metadata"
_MOST_METADATA: Final = 16
_MOST_KEY, _MOST_VALUE = 64, 512
MOST_ITEMS: Final = 20
"""How many items can be added at once."""


class ItemConversations:
    """The conversations of all spaces, as items."""

    def __init__(self, storage: Storage, tree: Tree, clock: Clock) -> None:
        self._storage = storage
        self._tree = tree
        self._clock = clock

    async def create(self, caller: Caller, *, items: Items, metadata: Mapping[str, str]) -> JsonObject:
        """Begin a conversation with some items. Raises: InvalidRequest, TooLarge."""
        scope, now_ms = SpaceScope(caller.space_id), self._clock.now_ms()

        def write(tx: Transaction) -> Conversation:
            made = blank(
                scope,
                title="",
                settings={METADATA: dict(metadata)},
                kind="chat",
                created_by=author_id(caller),
                now_ms=now_ms,
            )
            begun = begin(tx, scope, made)
            chain = Chain(conversation_id=begun.id)
            Place(tx, caller, now_ms=now_ms).say(chain, with_ids(items), model="")
            return the_conversation(tx, scope, begun.id)

        return shown(await self._storage.write(write))

    async def get(self, caller: Caller, conversation: str) -> JsonObject:
        """Show a conversation. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return shown(await self._storage.read(lambda tx: the_conversation(tx, scope, row_id(conversation))))

    async def change(self, caller: Caller, conversation: str, metadata: Mapping[str, str]) -> JsonObject:
        """Replace the metadata of a conversation. Raises: NotFound."""
        scope, now_ms, key = SpaceScope(caller.space_id), self._clock.now_ms(), row_id(conversation)

        def write(tx: Transaction) -> Conversation:
            tx.take_turn(turn_of(key))
            had = the_conversation(tx, scope, key)
            settings = {**had.settings, METADATA: dict(metadata)}
            change_conversation(tx, scope, key, settings=settings, changed_at_ms=now_ms)
            event = Event(
                type="conversation.changed",
                subject=key,
                data={"changed": ["settings"]},
                created_by=author_id(caller),
            )
            publish(tx, scope, event)
            return the_conversation(tx, scope, key)

        return shown(await self._storage.write(write))

    async def delete(self, caller: Caller, conversation: str) -> None:
        """Delete a conversation, as the house deletes: what was said goes after 30 days. Raises: NotFound."""
        await self._tree.deletion.conversation(caller, row_id(conversation), "delete")

    async def items(self, caller: Caller, conversation: str) -> Items:
        """Return the items of a conversation's first branch, oldest first. Raises: NotFound."""
        found = await self._messages(caller, row_id(conversation))
        return [item for message in found for item in items_of(message)]

    async def add(self, caller: Caller, conversation: str, items: Items) -> Items:
        """Add items at the end; return them as they are kept. Raises: NotFound, InvalidRequest, TooLarge."""
        if not 1 <= len(items) <= MOST_ITEMS:
            raise InvalidRequest(field="items", problem=f"There must be from 1 to {MOST_ITEMS}.")
        scope, now_ms, key = SpaceScope(caller.space_id), self._clock.now_ms(), row_id(conversation)
        new = with_ids(items)

        def write(tx: Transaction) -> None:
            tx.take_turn(turn_of(key))
            had = the_conversation(tx, scope, key)
            branch = the_branch(tx, scope, key, str(had.branch_id))
            chain = Chain(conversation_id=key, parent_id=branch.head_id)
            Place(tx, caller, now_ms=now_ms).say(chain, new, model=str(had.settings.get("model", "")))

        await self._storage.write(write)
        return new

    async def item(self, caller: Caller, conversation: str, item_id: str) -> JsonObject:
        """Show an item. Raises: NotFound."""
        found = await self.items(caller, conversation)
        item = next((item for item in found if item.get("id") == item_id), None)
        if item is None:
            raise NotFound(what="item", id=item_id[:100])
        return item

    async def delete_item(self, caller: Caller, conversation: str, item_id: str) -> JsonObject:
        """Delete the message an item is in, and show the conversation. Raises: NotFound."""
        key = row_id(conversation)
        found = await self._messages(caller, key)
        message = next(
            (one for one in found if any(item.get("id") == item_id for item in items_of(one))), None
        )
        if message is None:
            raise NotFound(what="item", id=item_id[:100])
        await self._tree.deletion.message(caller, key, message.id, "delete")
        return await self.get(caller, conversation)

    async def _messages(self, caller: Caller, conversation_id: str) -> list[Message]:
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> list[Message]:
            had = the_conversation(tx, scope, conversation_id)
            branch = the_branch(tx, scope, conversation_id, str(had.branch_id))
            return path_messages(tx, scope, conversation_id, branch.head_id)

        return await self._storage.read(read)


def shown(conversation: Conversation) -> JsonObject:
    """Return a conversation as OpenAI's clients read it."""
    metadata: Any = conversation.settings.get(METADATA)
    return {
        "id": shown_id(conversation.id),
        "object": "conversation",
        "created_at": conversation.created_at_ms // 1000,
        "metadata": metadata if is_object(metadata) else {},
    }


def read_metadata(value: Any) -> dict[str, str]:
    """Return metadata as it is kept. Raises: InvalidRequest."""
    if value is None:
        return {}
    is_right = is_object(value) and len(value) <= _MOST_METADATA
    if not is_right or not all(_is_pair(name, text) for name, text in value.items()):
        problem = f"It takes {_MOST_METADATA} pairs: names of {_MOST_KEY} letters, texts of {_MOST_VALUE}."
        raise InvalidRequest(field=METADATA, problem=problem)
    return dict(value)


def _is_pair(name: str, text: Any) -> bool:
    return len(name) <= _MOST_KEY and isinstance(text, str) and len(text) <= _MOST_VALUE
