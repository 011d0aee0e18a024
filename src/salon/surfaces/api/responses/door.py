"""Finds what answers a call about stored responses or their conversations, and answers it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
import orjson

from salon.features.conversations.responses import Items, ResponseDesk, read_metadata
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest, NotFound
from salon.foundation.kit.ids import new_id
from salon.gateway.exchange import Headers
from salon.gateway.protocols.fields import array_at, object_at
from salon.gateway.protocols.wire_json import JsonObject, loads_lenient
from salon.surfaces.api.asgi_reply import AsgiReply, Send, watch_client
from salon.surfaces.api.asgi_request import Asked, read_body
from salon.surfaces.api.batches.call import Query
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import Matched

_MOST: Final = 100
_RESPONSE: Final = "/v1/responses/{response_id}"
_CONVERSATION: Final = "/v1/conversations/{conversation_id}"


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks what."""

    caller: Caller
    asked: Asked
    parameters: Mapping[str, str]
    most_bytes: int

    async def body(self) -> JsonObject:
        """Return the body, an object. Raises: InvalidRequest, TooLarge."""
        raw = await read_body(self.asked, self.most_bytes)
        try:
            return object_at(loads_lenient(raw or b"{}"), "body")
        except ValueError as error:
            raise InvalidRequest(field="body", problem=f"It is not valid JSON: {error}.") from error

    @property
    def conversation(self) -> str:
        """The conversation that the address names."""
        return self.parameters["conversation_id"]


Answer = Callable[[_Call], Awaitable[JsonObject]]


class ResponseDoor:
    """Answers the rows of stored responses and their conversations."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._answers: Mapping[tuple[str, str], Answer] | None = None

    async def serve(
        self, matched: Matched, identity: KeyIdentity | None, asked: Asked, reply: AsgiReply, send: Send
    ) -> None:
        """Answer one call. Raises: SalonError before anything was sent; ClientCut."""
        assert identity is not None
        row = matched.endpoint
        services = self._door.services.conversations
        if services is None:
            raise NotFound(what="endpoint", id=asked.path[:200])
        desk = (await services.get()).responses
        if self._answers is None:
            self._answers = _Answers(desk).rows()
        call = _Call(
            caller=identity.caller, asked=asked, parameters=matched.parameters, most_bytes=row.max_body_bytes
        )
        if row.key == ("GET", _RESPONSE) and Query(asked.query).text("stream") == "true":
            await self._follow(desk, call, reply, send)
            return
        reply.send(200, _head(), orjson.dumps(await self._answers[row.key](call)))

    async def _follow(self, desk: ResponseDesk, call: _Call, reply: AsgiReply, send: Send) -> None:
        """Tell the events of a response, while it is made or after. Raises: SalonError."""
        response = await desk.stored.get(call.caller, call.parameters["response_id"])
        after = _after(Query(call.asked.query).text("starting_after"))
        if response.run_id is None:
            raise InvalidRequest(
                field="stream", problem="Only what was made in the background can be followed."
            )
        reply.is_pumped = True
        spawn = self._door.supervisor.spawn
        following = spawn(
            desk.background.follow(call.caller, response, reply, after=after),
            name="follow-response",
        )
        watching = spawn(watch_client(call.asked.receive, reply), name="watch-client")
        try:
            await reply.pump(send)
        except OSError:
            reply.leave()
        finally:
            following.cancel()
            watching.cancel()
            reply.leave()


class _Answers:
    """What each row answers."""

    def __init__(self, services: ResponseDesk) -> None:
        self._stored = services.stored
        self._background = services.background
        self._conversations = services.conversations

    def rows(self) -> Mapping[tuple[str, str], Answer]:
        """Return the answers by method and path."""
        items = f"{_CONVERSATION}/items"
        return {
            ("GET", _RESPONSE): self._retrieve,
            ("DELETE", _RESPONSE): self._delete,
            ("POST", f"{_RESPONSE}/cancel"): self._cancel,
            ("GET", f"{_RESPONSE}/input_items"): self._asked,
            ("POST", "/v1/conversations"): self._begin,
            ("GET", _CONVERSATION): self._conversation,
            ("POST", _CONVERSATION): self._change,
            ("DELETE", _CONVERSATION): self._delete_conversation,
            ("GET", items): self._items,
            ("POST", items): self._add,
            ("GET", f"{items}/{{item_id}}"): self._item,
            ("DELETE", f"{items}/{{item_id}}"): self._delete_item,
        }

    # -- responses ----------------------------------------------------------------------------------
    async def _retrieve(self, call: _Call) -> JsonObject:
        return (await self._stored.get(call.caller, call.parameters["response_id"])).told

    async def _delete(self, call: _Call) -> JsonObject:
        response_id = call.parameters["response_id"]
        await self._stored.delete(call.caller, response_id)
        return {"id": response_id, "object": "response", "deleted": True}

    async def _cancel(self, call: _Call) -> JsonObject:
        return (await self._background.cancel(call.caller, call.parameters["response_id"])).told

    async def _asked(self, call: _Call) -> JsonObject:
        return _page(await self._stored.asked(call.caller, call.parameters["response_id"]), call)

    # -- conversations ------------------------------------------------------------------------------
    async def _begin(self, call: _Call) -> JsonObject:
        body = await call.body()
        items = _read_items(body.get("items") or [])
        return await self._conversations.create(
            call.caller, items=items, metadata=read_metadata(body.get("metadata"))
        )

    async def _conversation(self, call: _Call) -> JsonObject:
        return await self._conversations.get(call.caller, call.conversation)

    async def _change(self, call: _Call) -> JsonObject:
        metadata = read_metadata((await call.body()).get("metadata"))
        return await self._conversations.change(call.caller, call.conversation, metadata)

    async def _delete_conversation(self, call: _Call) -> JsonObject:
        await self._conversations.delete(call.caller, call.conversation)
        return {"id": call.conversation, "object": "conversation.deleted", "deleted": True}

    async def _items(self, call: _Call) -> JsonObject:
        return _page(await self._conversations.items(call.caller, call.conversation), call)

    async def _add(self, call: _Call) -> JsonObject:
        items = _read_items((await call.body()).get("items"))
        return _listed(await self._conversations.add(call.caller, call.conversation, items), has_more=False)

    async def _item(self, call: _Call) -> JsonObject:
        return await self._conversations.item(call.caller, call.conversation, call.parameters["item_id"])

    async def _delete_item(self, call: _Call) -> JsonObject:
        return await self._conversations.delete_item(
            call.caller, call.conversation, call.parameters["item_id"]
        )


def _page(items: Items, call: _Call) -> JsonObject:
    """Return the part of a list that is asked for. Raises: InvalidRequest."""
    query = Query(call.asked.query)
    order, after = query.text("order") or "desc", query.text("after")
    if order not in {"asc", "desc"}:
        raise InvalidRequest(field="order", problem="This must be asc or desc.")
    limit = query.limit(most=_MOST)
    ordered = items if order == "asc" else items[::-1]
    place = next((place for place, item in enumerate(ordered) if item.get("id") == after), -1)
    if after is not None and place < 0:
        raise InvalidRequest(field="after", problem="There is no item with this id here.")
    rest = ordered[place + 1 :]
    return _listed(rest[:limit], has_more=len(rest) > limit)


def _listed(items: Items, *, has_more: bool) -> JsonObject:
    ids: list[Any] = [item.get("id") for item in items] or [None]
    return {"object": "list", "data": items, "first_id": ids[0], "last_id": ids[-1], "has_more": has_more}


def _read_items(value: Any) -> Items:
    return [object_at(item, f"items[{place}]") for place, item in enumerate(array_at(value, "items"))]


def _after(value: str | None) -> int:
    if value is None:
        return -1
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise InvalidRequest(field="starting_after", problem="This must be the number of an event.")
    return int(value)


def _head() -> Headers:
    told = new_id("req").encode("ascii")
    return [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-salon-request-id", told),
        (b"x-request-id", told),
    ]
