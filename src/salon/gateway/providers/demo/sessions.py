"""The demo's realtime sessions: text in, text out, in OpenAI's events; it hears and speaks nothing."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import orjson

from salon.foundation.egress import SocketClosed
from salon.gateway.providers.demo import wire
from salon.gateway.providers.demo.script import Plan, as_list, as_object, count_tokens, plan

_DEAF: Final = "The demo hears and speaks nothing. Send text: conversation.item.create, then response.create."
_MOST_ITEMS: Final = 200
"""Older ones are forgotten."""
_MOST_WAITING: Final = 64
_STALL_S: Final = 3600.0


class DemoSession:
    """One session, as a provider's WebSocket would show it. Answers are made as they are read."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(_MOST_WAITING)
        self._saying: Iterator[tuple[dict[str, Any], float]] = iter(())
        self._heard: list[dict[str, Any]] = []
        self._settings: dict[str, Any] = {"type": "realtime", "output_modalities": ["text"]}
        self._count = 0
        self._is_stopped = False
        self._is_closed = False
        self._saying = iter([({"type": "session.created", "session": self._shown()}, 0.0)])

    # -- as a socket ------------------------------------------------------------------------------
    async def receive(self) -> str:
        """Return the next event. Raises: SocketClosed."""
        while not self._is_closed:
            answer = next(self._saying, None)
            if answer is not None:
                event, delay_s = answer
                await asyncio.sleep(delay_s)
                return orjson.dumps({"event_id": self._name("event"), **event}).decode()
            asked = await self._inbox.get()
            if asked is not None:
                self._saying = self._answered(asked)
        raise SocketClosed(1000, "", "")

    async def send(self, message: str | bytes) -> None:
        """Take an event. Raises: SocketClosed."""
        if self._is_closed:
            raise SocketClosed(1000, "", "")
        try:
            event = as_object(orjson.loads(message))
        except ValueError:
            event = {}
        if event.get("type") == "response.cancel":
            self._is_stopped = True
        await self._inbox.put(event)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End."""
        del code, reason
        self.abort()

    def abort(self) -> None:
        """End at once."""
        self._is_closed = True
        while not self._inbox.empty():
            self._inbox.get_nowait()
        self._inbox.put_nowait(None)

    # -- what it says -----------------------------------------------------------------------------
    def _answered(self, event: dict[str, Any]) -> Iterator[tuple[dict[str, Any], float]]:
        match event.get("type"):
            case "session.update":
                asked = as_object(event.get("session"))
                if "audio" in as_list(asked.get("output_modalities")):
                    yield self._error(_DEAF, event), 0.0
                    return
                self._settings |= asked
                yield {"type": "session.updated", "session": self._shown()}, 0.0
            case "conversation.item.create":
                yield from self._taken(as_object(event.get("item")))
            case "response.create":
                yield from self._response(as_object(event.get("response")))
            case "response.cancel":
                return
            case kind if str(kind).startswith("input_audio_buffer."):
                yield self._error(_DEAF, event), 0.0
            case kind:
                yield self._error(f"The demo does not know events of type {str(kind)[:80]}.", event), 0.0

    def _taken(self, item: dict[str, Any]) -> Iterator[tuple[dict[str, Any], float]]:
        shown = {"id": self._name("item"), "object": "realtime.item", "status": "completed", **item}
        self._heard = [*self._heard[1 - _MOST_ITEMS :], shown]
        for kind in ("added", "done"):
            yield {"type": f"conversation.item.{kind}", "previous_item_id": None, "item": shown}, 0.0

    def _response(self, asked: dict[str, Any]) -> Iterator[tuple[dict[str, Any], float]]:
        planned = plan({"messages": [_message(item) for item in self._heard]})
        if planned.status != 200:
            yield {"type": "error", **orjson.loads(wire.error(planned.status))}, 0.0
            return
        name, item_id = self._name("resp"), self._name("item")
        conversation = None if asked.get("conversation") == "none" else "conv_demo"
        shown: dict[str, Any] = {
            "id": name,
            "object": "realtime.response",
            "conversation_id": conversation,
            "output": [],
        }
        at = {"response_id": name, "output_index": 0}
        part = {**at, "item_id": item_id, "content_index": 0}
        item = {"id": item_id, "object": "realtime.item", "type": "message", "role": "assistant"}
        fresh: dict[str, Any] = {**item, "status": "in_progress", "content": []}
        yield {"type": "response.created", "response": {**shown, "status": "in_progress", "usage": None}}, 0.0
        yield {"type": "response.output_item.added", **at, "item": fresh}, 0.0
        yield (
            {"type": "response.content_part.added", **part, "part": {"type": "output_text", "text": ""}},
            0.0,
        )
        self._is_stopped, said_so_far = False, ""
        for place, piece in enumerate(wire.pieces(planned.text)):
            if self._is_stopped:
                break
            delay_s = _STALL_S if planned.trouble is not None and place == 3 else planned.delay_s
            said_so_far += piece
            yield {"type": "response.output_text.delta", **part, "delta": piece}, delay_s
        status = "cancelled" if self._is_stopped else "completed"
        yield {"type": "response.output_text.done", **part, "text": said_so_far}, 0.0
        said = {**item, "status": "completed", "content": [{"type": "output_text", "text": said_so_far}]}
        yield {"type": "response.output_item.done", **at, "item": said}, 0.0
        if conversation is not None:
            self._heard.append(said)
        usage = _usage(planned, count_tokens(said_so_far))
        done = {**shown, "status": status, "output": [said], "usage": usage}
        yield {"type": "response.done", "response": done}, 0.0

    # -- own --------------------------------------------------------------------------------------
    def _shown(self) -> dict[str, Any]:
        return {"id": "sess_demo", "object": "realtime.session", **self._settings, "model": "demo"}

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_demo_{self._count}"

    def _error(self, message: str, event: dict[str, Any]) -> dict[str, Any]:
        told = {"type": "invalid_request_error", "code": None, "message": message, "param": None}
        return {"type": "error", "error": {**told, "event_id": event.get("event_id")}}


def _message(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as a message of a chat."""
    if item.get("type") == "function_call_output":
        return {"role": "tool", "content": str(item.get("output"))}
    return {"role": item.get("role"), "content": item.get("content")}


def _usage(planned: Plan, made: int) -> dict[str, Any]:
    return {
        "total_tokens": planned.prompt_tokens + made,
        "input_tokens": planned.prompt_tokens,
        "output_tokens": made,
        "input_token_details": {"text_tokens": planned.prompt_tokens, "audio_tokens": 0, "cached_tokens": 0},
        "output_token_details": {"text_tokens": made, "audio_tokens": 0},
    }
