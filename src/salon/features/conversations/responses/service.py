"""Stores responses on the tree, and finds what a request goes on from."""

from collections.abc import Callable, Sequence
from typing import Final, get_args

import msgspec

from salon.features.conversations.models import Message
from salon.features.conversations.responses import store
from salon.features.conversations.responses.chain import FIELD, Items, PreviousResponseMissing
from salon.features.conversations.responses.items import items_of, sent, with_ids
from salon.features.conversations.responses.models import OPEN, Chain, ResponseStatus, StoredResponse
from salon.features.conversations.responses.place import Place
from salon.features.conversations.store.messages import path
from salon.features.conversations.tree import author_id, readable, the_branch, the_conversation
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, NotFound
from salon.foundation.storage import Storage, Transaction
from salon.gateway.protocols.wire_json import JsonObject, objects_in

_DAY_MS: Final = 24 * 3_600_000
_PAGE: Final = 500
_STATUSES: Final[tuple[ResponseStatus, ...]] = get_args(ResponseStatus)


class StoredResponses:
    """The stored responses of all spaces."""

    def __init__(self, storage: Storage, clock: Clock, *, keep_days: int = 30) -> None:
        """Keep a response for ``keep_days``, 0 for ever; its conversation stays as others do."""
        self._storage = storage
        self._clock = clock
        self._keep_ms = keep_days * _DAY_MS

    # -- what a request goes on from ----------------------------------------------------------------
    async def chain(self, caller: Caller, *, previous: str | None, conversation: str | None) -> Chain:
        """Return what was said before. Raises: PreviousResponseMissing, NotFound, Conflict."""
        scope = SpaceScope(caller.space_id)
        if previous is not None:
            return await self._storage.read(lambda tx: _after_response(tx, scope, previous))
        if conversation is not None:
            key = row_id(conversation)
            return await self._storage.read(lambda tx: _after_conversation(tx, scope, key))
        return Chain()

    async def items(self, caller: Caller, ids: Sequence[str]) -> dict[str, JsonObject]:
        """Return items that stored responses of the caller's space gave, by id."""
        scope = SpaceScope(caller.space_id)
        found = await self._storage.read(lambda tx: store.responses_with(tx, scope, ids))
        return {
            item["id"]: item
            for key, response in found.items()
            for item in objects_in(response.told.get("output"))
            if item.get("id") == key
        }

    # -- keeping ------------------------------------------------------------------------------------
    async def begin(
        self,
        caller: Caller,
        chain: Chain,
        *,
        new: Sequence[JsonObject],
        told: JsonObject,
        also: Callable[[Transaction, StoredResponse], str | None],
    ) -> StoredResponse:
        """Keep what is asked before it is answered; ``also`` begins its run in the same transaction."""
        scope, now_ms = SpaceScope(caller.space_id), self._clock.now_ms()

        def write(tx: Transaction) -> StoredResponse:
            response = self._new(caller, chain, told, now_ms=now_ms, is_background=True)
            place = Place(tx, caller, now_ms=now_ms)
            conversation_id, asked_id = place.say(chain, with_ids(new), model=str(told.get("model")))
            response = msgspec.structs.replace(response, conversation_id=conversation_id, asked_id=asked_id)
            response = msgspec.structs.replace(response, run_id=also(tx, response))
            store.insert_response(tx, scope, response)
            return response

        return await self._storage.write(write)

    async def keep(
        self,
        caller: Caller,
        chain: Chain,
        *,
        new: Sequence[JsonObject],
        told: JsonObject,
        also: Callable[[Transaction], None] | None = None,
    ) -> StoredResponse:
        """Keep what was asked and answered, in one transaction with what is ``also`` to be written."""
        scope, now_ms = SpaceScope(caller.space_id), self._clock.now_ms()

        def write(tx: Transaction) -> StoredResponse:
            response = self._new(caller, chain, told, now_ms=now_ms, is_background=False)
            place = Place(tx, caller, now_ms=now_ms)
            conversation_id, asked_id = place.say(chain, with_ids(new), model=str(told.get("model")))
            message_id = place.answer(conversation_id, asked_id, told)
            response = msgspec.structs.replace(
                response, conversation_id=conversation_id, asked_id=asked_id, message_id=message_id
            )
            store.insert_response(tx, scope, response)
            if also is not None:
                also(tx)
            return response

        return await self._storage.write(write)

    def ending(
        self, caller: Caller, response: StoredResponse, told: JsonObject
    ) -> Callable[[Transaction], StoredResponse]:
        """Return what writes the end of a response that was begun, for the transaction of its run."""
        scope, now_ms = SpaceScope(caller.space_id), self._clock.now_ms()

        def write(tx: Transaction) -> StoredResponse:
            known = store.get_response(tx, scope, response.id)
            if known is None or known.status not in OPEN:
                return known or response
            place = Place(tx, caller, now_ms=now_ms)
            message_id = place.answer(known.conversation_id, known.asked_id, told)
            ended = msgspec.structs.replace(known, message_id=message_id, status=_status(told), told=told)
            store.end_response(tx, scope, ended)
            return ended

        return write

    # -- reading and deleting -----------------------------------------------------------------------
    async def get(self, caller: Caller, response_id: str) -> StoredResponse:
        """Return a response. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        found = await self._storage.read(lambda tx: store.get_response(tx, scope, response_id))
        if found is None:
            raise NotFound(what="response", id=response_id)
        return found

    async def of_run(self, run_id: str) -> StoredResponse | None:
        """Return the response that a run makes."""
        scope = SystemScope("responses: find what a run of the background answers")
        return await self._storage.read(lambda tx: store.response_of_run(tx, scope, run_id))

    async def delete(self, caller: Caller, response_id: str) -> None:
        """Delete a response; what was said stays in its conversation. Raises: NotFound, Conflict."""
        response = await self.get(caller, response_id)
        if response.status in OPEN:
            raise Conflict(problem="This response is still being made. Cancel it first.")
        scope = SpaceScope(caller.space_id)

        def write(tx: Transaction) -> None:
            store.delete_response(tx, scope, response_id)
            publish(tx, scope, Event(type="response.deleted", subject=response_id))

        await self._storage.write(write)

    async def asked(self, caller: Caller, response_id: str) -> Items:
        """Return all items a response was asked with, oldest first. Raises: NotFound."""
        response = await self.get(caller, response_id)
        scope = SpaceScope(caller.space_id)
        return await self._storage.read(
            lambda tx: path_items(tx, scope, response.conversation_id, response.asked_id)
        )

    async def expire(self) -> int:
        """Delete responses whose time is over; return how many."""
        scope, now_ms = SystemScope("responses: delete what has expired"), self._clock.now_ms()
        return await self._storage.write(lambda tx: store.delete_expired(tx, scope, now_ms=now_ms))

    def _new(
        self, caller: Caller, chain: Chain, told: JsonObject, *, now_ms: int, is_background: bool
    ) -> StoredResponse:
        return StoredResponse(
            id=str(told["id"]),
            space_id=caller.space_id,
            created_by=author_id(caller),
            conversation_id=chain.conversation_id or "",
            previous_id=chain.previous_id,
            asked_id=None,
            message_id=None,
            is_background=is_background,
            run_id=None,
            status=_status(told),
            told=told,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + self._keep_ms if self._keep_ms else None,
        )


def row_id(conversation: str) -> str:
    """Return the id in the house of a conversation as OpenAI's clients name it."""
    return f"cnv_{conversation.removeprefix('conv_')}"


def shown_id(conversation_id: str) -> str:
    """Return the id of a conversation as OpenAI's clients name it."""
    return f"conv_{conversation_id.removeprefix('cnv_')}"


def path_messages(
    tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str | None
) -> list[Message]:
    """Return the messages up to one, oldest first; deleted ones say nothing, excluded ones are left out."""
    pages: list[list[Message]] = []
    while last_id is not None:
        page = path(tx, scope, conversation_id, last_id, limit=_PAGE)
        pages.append(page)
        last_id = page[0].parent_id if len(page) == _PAGE else None
    found = (readable(message) for page in reversed(pages) for message in page)
    return [message for message in found if message.excluded_at_ms is None]


def path_items(tx: Transaction, scope: SpaceScope, conversation_id: str, last_id: str | None) -> Items:
    """Return what was said up to a message as items, oldest first."""
    return [
        item for message in path_messages(tx, scope, conversation_id, last_id) for item in items_of(message)
    ]


def _after_response(tx: Transaction, scope: SpaceScope, previous: str) -> Chain:
    found = store.get_response(tx, scope, previous)
    if found is None:
        raise PreviousResponseMissing(field=FIELD, id=previous[:100])
    if found.status in OPEN:
        raise Conflict(problem=f"The response {previous} is still being made. Wait for it, or cancel it.")
    last_id = found.message_id or found.asked_id
    return Chain(
        conversation_id=found.conversation_id,
        parent_id=last_id,
        previous_id=previous,
        items=sent(path_items(tx, scope, found.conversation_id, last_id)),
    )


def _after_conversation(tx: Transaction, scope: SpaceScope, conversation_id: str) -> Chain:
    found = the_conversation(tx, scope, conversation_id)
    branch = the_branch(tx, scope, conversation_id, str(found.branch_id))
    return Chain(
        conversation_id=conversation_id,
        parent_id=branch.head_id,
        items=sent(path_items(tx, scope, conversation_id, branch.head_id)),
        is_named=True,
    )


def _status(told: JsonObject) -> ResponseStatus:
    """Return how a response stands; a provider's own word for it is no reason to keep nothing."""
    status = told.get("status")
    return status if status in _STATUSES else "incomplete"
