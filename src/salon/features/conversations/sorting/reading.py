"""Lists of conversations as one person sees them, and how far that person has read each."""

from typing import Any

import msgspec

from salon.features.conversations.models import Conversation
from salon.features.conversations.sorting import store
from salon.features.conversations.sorting.folders import the_folder
from salon.features.conversations.sorting.listing_store import count_unread, list_ids, list_sorted
from salon.features.conversations.sorting.models import Filter, Listed, ListedPage, Order
from salon.features.conversations.store.participants import speakers_of
from salon.features.conversations.tree import Desk, author_id, the_conversation
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.storage import Transaction


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    order: Order
    value: int | str
    id: str


class Reading:
    """Lists for one person at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(
        self,
        caller: Caller,
        wanted: Filter,
        *,
        order: Order = "changed",
        cursor: str | None = None,
        limit: int = 50,
    ) -> ListedPage:
        """Return conversations that fit, newest first or by title, with tags, speakers and what is unread.

        Raises: InvalidRequest for a foreign cursor, NotFound for the folder.
        """
        scope, after = SpaceScope(caller.space_id), _read_cursor(cursor, order)
        reader = author_id(caller) or ""

        def read(tx: Transaction) -> ListedPage:
            if wanted.folder_id is not None:
                the_folder(tx, scope, wanted.folder_id)
            found = list_sorted(tx, scope, wanted, reader=reader, order=order, after=after, limit=limit + 1)
            page = found[:limit]
            ids = [one.id for one in page]
            tags, unread = store.tags_of(tx, scope, ids), count_unread(tx, scope, reader, ids)
            speakers = speakers_of(tx, scope, ids)
            items = tuple(
                Listed(
                    conversation=one,
                    tags=tuple(name for _, name in tags.get(one.id, ())),
                    unread=unread.get(one.id, 0),
                    speakers=speakers.get(one.id, ()),
                )
                for one in page
            )
            return ListedPage(items=items, next=_cursor(order, page[-1]) if len(found) > limit else None)

        return await self._desk.storage.read(read)

    async def ids(self, caller: Caller, wanted: Filter, *, limit: int) -> list[str]:
        """Return the ids of conversations that fit, the one changed last first. Raises: NotFound."""
        scope, reader = SpaceScope(caller.space_id), author_id(caller) or ""

        def find(tx: Transaction) -> list[str]:
            if wanted.folder_id is not None:
                the_folder(tx, scope, wanted.folder_id)
            return list_ids(tx, scope, wanted, reader=reader, limit=limit)

        return await self._desk.storage.read(find)

    async def read(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        message_id: str | None = None,
        is_read: bool = True,
        client_id: str | None = None,
    ) -> int:
        """Note that a person has read a conversation up to a message, or to its end; return what is unread.

        With ``is_read`` False the message, or the last one, is unread again. Raises: NotFound, ActDiffers.
        """
        scope, reader = SpaceScope(caller.space_id), author_id(caller) or ""

        def do(tx: Transaction, now_ms: int) -> Ids:
            the_conversation(tx, scope, conversation_id)
            if message_id is not None and not store.has_message(tx, scope, conversation_id, message_id):
                raise NotFound(what="message", id=message_id[:100])
            seen = message_id or store.last_message(tx, scope, conversation_id)
            if not is_read and seen is not None:
                seen = store.last_message(tx, scope, conversation_id, before=seen)
            before = count_unread(tx, scope, reader, [conversation_id])[conversation_id]
            store.set_read(tx, scope, reader, conversation_id, seen or "", now_ms=now_ms)
            unread = count_unread(tx, scope, reader, [conversation_id])[conversation_id]
            if unread != before:  # the person's other devices show it, too
                event = Event(type="conversation.read", subject=conversation_id, created_by=reader)
                publish(tx, scope, event)
            return {"unread": unread}

        return await self._desk.act(
            caller,
            do,
            lambda _, made: int(made["unread"]),
            act="conversation.read",
            asked={
                "conversation": conversation_id, "message": message_id, "is_read": is_read, "reader": reader,
            },
            client_id=client_id,
        )  # fmt: skip


def _cursor(order: Order, last: Conversation) -> str:
    values: dict[Order, Any] = {
        "changed": last.changed_at_ms,
        "created": last.created_at_ms,
        "title": last.title,
    }
    return msgspec.json.encode(_Cursor(order, values[order], last.id)).hex()


def _read_cursor(cursor: str | None, order: Order) -> tuple[Any, str] | None:
    if cursor is None:
        return None
    try:
        read = msgspec.json.decode(bytes.fromhex(cursor), type=_Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidRequest(field="cursor", problem="Send “next” of the page before, as it was.") from error
    if read.order != order or isinstance(read.value, str) != (order == "title"):
        raise InvalidRequest(field="cursor", problem="It belongs to a list in another order.")
    return read.value, read.id
