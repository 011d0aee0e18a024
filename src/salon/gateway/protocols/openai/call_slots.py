"""Tool calls of one choice of a chat stream, put together from deltas.

Official streams give each call an index, and id and name in its first delta. Others leave out the
index or the id, repeat the name, or use one index for several calls; what is meant is decided here.
"""

from salon.foundation.kit.ids import new_id
from salon.foundation.messages import StreamEvent, ToolCallDelta, ToolCallEnd, ToolCallStart
from salon.gateway.protocols.openai.messages import arguments_text
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, is_object, loads

_CALL_KEYS = {"index", "id", "type", "function", "custom"}


class _Call:
    __slots__ = ("arguments", "ended", "index")

    def __init__(self, index: int) -> None:
        self.index = index
        self.arguments: list[str] = []
        self.ended = False

    def is_complete(self) -> bool:
        """Tell whether the arguments so far are a whole JSON object."""
        if not self.arguments or not self.arguments[-1].rstrip().endswith("}"):
            return False
        try:
            loads("".join(self.arguments).encode("utf-8", "replace"))
        except BrokenJsonError:
            return False
        return True


class CallSlots:
    """The tool calls of one choice so far."""

    __slots__ = ("_by_id", "_by_slot", "_calls", "_track")

    def __init__(self, track: PartTrack) -> None:
        self._track = track
        self._calls: list[_Call] = []
        self._by_slot: dict[int, _Call] = {}
        self._by_id: dict[str, _Call] = {}

    @property
    def any(self) -> bool:
        """Whether a tool was called."""
        return bool(self._calls)

    def add(self, delta: JsonObject, out: list[StreamEvent], *, legacy: bool = False) -> None:
        """Take one entry of ``delta.tool_calls``."""
        given = delta.get("function") or delta.get("custom")
        function: JsonObject = given if is_object(given) else {}
        name, call_id, slot = function.get("name"), delta.get("id"), delta.get("index")
        name = name if isinstance(name, str) else ""
        call_id = call_id if isinstance(call_id, str) else ""
        slot = slot if isinstance(slot, int) and not isinstance(slot, bool) else None
        arguments = arguments_text(function.get("arguments") or function.get("input"))
        call = self._find(slot, call_id, name, arguments)
        if call is None:
            kept: JsonObject = {k: v for k, v in delta.items() if k not in _CALL_KEYS}
            if legacy:
                kept["legacy_function"] = True
            elif delta.get("type") == "custom":
                kept["custom"] = True
            call = self._open(slot, call_id or new_id("call"), name=name, kept=kept, out=out)
        if arguments and not (call.ended and arguments.isspace()):
            call.arguments.append(arguments)
            out.append(ToolCallDelta(choice=self._track.choice, index=call.index, arguments=arguments))

    def end(self, out: list[StreamEvent]) -> None:
        """End every call that is still open."""
        for call in self._calls:
            self._end(call, out)

    def _end(self, call: _Call, out: list[StreamEvent]) -> None:
        if not call.ended:
            call.ended = True
            out.append(ToolCallEnd(choice=self._track.choice, index=call.index))

    def _find(self, slot: int | None, call_id: str, name: str, arguments: str) -> _Call | None:
        """Return the call this delta continues; None when it begins another."""
        if call_id and (found := self._by_id.get(call_id)):
            return found
        if slot is not None:
            found = self._by_slot.get(slot)
        else:
            found = self._calls[-1] if self._calls and not (call_id or name) else None
        if found is None or not name:
            return found
        if call_id:
            return None  # another id on the same index is another call
        return None if arguments and found.is_complete() else found

    def _open(
        self, slot: int | None, call_id: str, *, name: str, kept: JsonObject, out: list[StreamEvent]
    ) -> _Call:
        track = self._track
        track.end_run(out)
        replaced = None if slot is None else self._by_slot.get(slot)
        for other in self._calls:
            if not other.ended and (other is replaced or other.is_complete()):
                self._end(other, out)
        call = _Call(track.allot())
        self._calls.append(call)
        self._by_id[call_id] = call
        if slot is not None:
            self._by_slot[slot] = call
        own = {"openai": kept} if kept else None
        out.append(
            ToolCallStart(choice=track.choice, index=call.index, id=call_id, name=name, provider_data=own)
        )
        return call
