"""Streams of the responses dialect, written: events in, semantic events out.

Every event has its number; words and refusals that follow each other are parts of one message item.
"""

from collections.abc import Sequence

from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import (
    CitationAdded,
    Finish,
    OpaqueReceived,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    ResponseStart,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    TextEnd,
    TextStart,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import EncodeContext, InStreamError
from salon.gateway.protocols.classify import stream_error
from salon.gateway.protocols.losses import Loss
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.proofs import LOST, is_proof_lost
from salon.gateway.protocols.responses.errors import failure
from salon.gateway.protocols.responses.open_items import (
    EventWriter,
    OpenCall,
    OpenCustomCall,
    OpenItem,
    OpenMessage,
    OpenReasoning,
)
from salon.gateway.protocols.responses.output import ItemMaker, write_annotation
from salon.gateway.protocols.responses.response import ResponseObject
from salon.gateway.protocols.wire_json import JsonObject, is_list, is_object, own_data


class ResponsesStreamEncoder:
    """Writes one stream in the responses dialect."""

    def __init__(self, context: EncodeContext) -> None:
        self.lost: set[Loss] = set()
        self._whole = ResponseObject(context)
        self._maker = ItemMaker(context)
        self._events = EventWriter()
        self._items: list[JsonObject] = []
        self._open: dict[int, OpenItem] = {}
        self._message: OpenMessage | None = None
        self._usage: Usage | None = None
        self._finish: Finish | None = None
        self._begun = False
        self._over = False

    def encode(self, events: Sequence[StreamEvent]) -> bytes:
        """Return the wire bytes for ``events``."""
        for event in events:
            message = self._message
            if (
                isinstance(event, TextDelta)
                and message is not None
                and message.index == event.index
                and not event.choice
                and not event.provider_data
            ):
                message.more_text(event.text)
            elif not self._over:
                self._event(event)
        return self._events.take()

    def finish(self) -> bytes:
        """Return the bytes that end the stream well."""
        if self._over:
            return b""
        self._begin()
        self._end_all()
        whole = self._whole.ended(self._items, self._finish, self._usage)
        self._over = True
        self.lost.update(self._whole.lost)
        told = {"response": {**whole, **losses.in_stream(self.lost)}}
        self._events.add(f"response.{whole['status']}", told)
        return self._events.take()

    def error(self, error: SalonError) -> bytes:
        """Return the bytes that end the stream with an error: told by itself, and in the failed answer."""
        if self._over:
            return b""
        self._begin()
        self._over = True
        said = error_object(error)
        told: JsonObject = {"code": said["code"], "message": said["message"], "param": said["param"]}
        # Official clients raise for an event with an error object; the schema has the fields flat.
        self._events.add("error", {**told, "error": said})
        whole = self._whole.ended(self._items, None, self._usage)
        failed = {"status": "failed", "incomplete_details": None, "error": failure(error)}
        self._events.add("response.failed", {"response": {**whole, **failed}})
        return self._events.take()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._events.add("response.created", {"response": self._whole.begun()})
            self._events.add("response.in_progress", {"response": self._whole.begun()})

    def _event(self, event: StreamEvent) -> None:
        if isinstance(event, UsageReported):
            self._usage = event.usage
        elif isinstance(event, ResponseStart):
            self._usage = event.usage or self._usage
            self._whole.keep(event.provider_data)
            self._begin()
        elif isinstance(event, StreamError):
            found = InStreamError(
                message=event.message, type=event.type, code=event.code, status=event.status
            )
            self._fail(found)
        elif event.choice:
            self.lost.add("n")
        elif isinstance(event, StreamFinish):
            self._finish = event.finish
            self._whole.keep(event.provider_data)
        else:
            self._begin()
            self._content(event)

    def _fail(self, found: InStreamError) -> None:
        written = self.error(stream_error(found, provider="The provider"))
        self._events.put(written)

    def _content(self, event: StreamEvent) -> None:  # noqa: PLR0912 - one branch a kind
        if isinstance(event, TextStart):
            self._speak().start_text(event.index)
        elif isinstance(event, TextDelta):
            logprobs = own_data(own_data(event.provider_data, "openai"), "logprobs").get("content")
            message = self._speak()
            message.start_text(event.index)
            message.more_text(event.text, logprobs if is_list(logprobs) else None)
        elif isinstance(event, TextEnd):
            if self._message is not None and event.whole is not None:
                self._message.correct(event.index, event.whole)
        elif isinstance(event, RefusalDelta):
            self._speak().refuse(event.index, event.text)
        elif isinstance(event, CitationAdded):
            note = write_annotation(event.citation)
            if note is None or self._message is None or not self._message.cite(note):
                self.lost.add("citations")
        elif isinstance(event, ReasoningStart):
            self._reasoning(event.index).redacted = event.redacted
        elif isinstance(event, ReasoningDelta):
            if is_proof_lost(event.provider_data, "responses"):
                self.lost.add(LOST)
            self._reasoning(event.index).more(event)
        elif isinstance(event, ToolCallStart):
            if is_proof_lost(event.provider_data, "responses"):
                self.lost.add(LOST)
            self._end_message()
            own = own_data(event.provider_data, "responses")
            item = self._maker.call(event.id, event.name, own)
            kind = OpenCall if item["type"] == "function_call" else OpenCustomCall
            self._open[event.index] = kind(self._events, item, self._place(item))
        elif isinstance(event, ToolCallDelta):
            call = self._open.get(event.index)
            if isinstance(call, OpenCall | OpenCustomCall):
                call.more(event.arguments)
            else:
                self.lost.add("late_content")
        elif isinstance(event, ToolCallEnd | ReasoningEnd):
            ended = self._open.pop(event.index, None)
            if ended is not None:
                ended.end()
        elif isinstance(event, OpaqueReceived):
            self._opaque(event)

    def _speak(self) -> OpenMessage:
        """Return the open message, beginning one."""
        if self._message is None:
            for index, item in list(self._open.items()):
                if isinstance(item, OpenReasoning):
                    self._open.pop(index).end()
            item = self._maker.message()
            self._message = OpenMessage(self._events, item, self._place(item))
        return self._message

    def _end_message(self) -> None:
        if self._message is not None:
            self._message.end()
            self._message = None

    def _place(self, item: JsonObject) -> int:
        """Give an item its place in the output."""
        self._items.append(item)
        return len(self._items) - 1

    def _reasoning(self, index: int) -> OpenReasoning:
        found = self._open.get(index)
        if isinstance(found, OpenReasoning):
            return found
        self._end_message()
        item = self._maker.reasoning()
        found = self._open[index] = OpenReasoning(self._events, item, self._place(item))
        return found

    def _opaque(self, event: OpaqueReceived) -> None:
        item = event.raw
        if event.dialect != "responses" or not is_object(item):
            self.lost.add(losses.block(event.type))
            return
        self._end_message()
        at = self._place(item)
        self._events.add("response.output_item.added", {"output_index": at, "item": item})
        self._events.add("response.output_item.done", {"output_index": at, "item": item})

    def _end_all(self) -> None:
        self._end_message()
        for item in self._open.values():
            item.end()
        self._open.clear()
