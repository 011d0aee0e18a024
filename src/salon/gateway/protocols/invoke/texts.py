"""Answers of models that continue one prompt: one text, counted, whole or in pieces."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.messages import (
    Finish,
    FinishReason,
    Response,
    ResponseStart,
    StreamEvent,
    StreamFinish,
    TextDelta,
    TextPart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols.classify import error_instead
from salon.gateway.protocols.event_streams import EventDecoder
from salon.gateway.protocols.part_track import PartTrack
from salon.gateway.protocols.sse import block_data
from salon.gateway.protocols.wire_json import BrokenJsonError, JsonObject, count_of, is_object, loads_lenient

_PROVIDER: Final = "Bedrock"
_GUARDRAIL: Final = "amazon-bedrock-guardrailAction"
_METRICS: Final = "amazon-bedrock-invocationMetrics"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a model calls the parts of its answers."""

    text: str
    finish: str
    given: str
    """Its count of the prompt's tokens."""
    made: str
    """Its count of the answer's."""
    finishes: dict[str, FinishReason]


class TextReader:
    """Reads one answer, whose pieces all have the same form."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._finish: Finish | None = None
        self._counts: JsonObject = {}
        self._is_stopped = False

    def read(self, value: JsonObject) -> str | None:
        """Return the text of a piece; None for one that holds none."""
        words = self._words
        reason, text = value.get(words.finish), value.get(words.text)
        if isinstance(reason, str) and reason:
            self._finish = Finish(reason=words.finishes.get(reason, "unknown"), raw=reason)
        self._is_stopped = self._is_stopped or value.get(_GUARDRAIL) == "INTERVENED"
        measured = value.get(_METRICS)
        told: JsonObject = measured if is_object(measured) else {}
        for name, other in ((words.given, "inputTokenCount"), (words.made, "outputTokenCount")):
            count = value.get(name)
            if count is not None:
                self._counts[name] = count
            elif name not in self._counts and told.get(other) is not None:
                self._counts[name] = told[other]
        return text if isinstance(text, str) else None

    @property
    def usage(self) -> Usage | None:
        """What was counted, the last of each count."""
        if not self._counts:
            return None
        given, made = (count_of(self._counts.get(name)) for name in (self._words.given, self._words.made))
        return Usage(input_tokens=given, output_tokens=made, raw=dict(self._counts))

    @property
    def finish(self) -> Finish | None:
        """Why it ended: as told, or because a guardrail answered in the model's place."""
        if self._finish is None and self._is_stopped:
            return Finish(reason="content-filter", raw="INTERVENED")
        return self._finish


def decode(body: bytes, words: Words, unfold: Callable[[JsonObject], JsonObject]) -> Response:
    """Read a finished answer, which ``unfold`` makes a piece. Raises: UpstreamBroken, or the error in it."""
    try:
        value = loads_lenient(body)
    except BrokenJsonError as error:
        raise UpstreamBroken(provider=_PROVIDER, detail=f"it is not JSON: {error}") from error
    if not is_object(value):
        raise error_instead(value, provider=_PROVIDER)
    reader = TextReader(words)
    text = reader.read(unfold(value))
    if text is None:
        raise error_instead(value, provider=_PROVIDER)
    parts = (TextPart(text=text),) if text else ()
    return Response(id=None, model=None, parts=parts, finish=reader.finish, usage=reader.usage)


class TextStreamDecoder(EventDecoder):
    """Reads a provider's stream, unpacked. There is no end mark: a finish was told before the body ends."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._reader = TextReader(words)
        self._track = PartTrack()

    def _block(self, block: bytes, out: list[StreamEvent], *, last: bool = False) -> None:
        data = block_data(block)
        if self._over or not data:
            return
        try:
            value: Any = loads_lenient(data)
        except BrokenJsonError as error:
            if not last:
                self._fail(out, f"The provider sent an event that is not JSON: {error}", "invalid_event")
            return
        if not is_object(value):
            self._fail(out, "The provider sent an event that is not an object.", "invalid_event")
        elif value.get("type") == "error":
            self._tell_error(value.get("error"), out)
        else:
            self._piece(value, out)

    def _piece(self, value: JsonObject, out: list[StreamEvent]) -> None:
        if not self._started:
            self._started = True
            out.append(ResponseStart())
        text = self._reader.read(value)
        if text:
            out.append(TextDelta(index=self._track.run("text", out), text=text))

    def _end_unmarked(self, out: list[StreamEvent]) -> bool:
        finish, usage = self._reader.finish, self._reader.usage
        if finish is None:
            return False
        self._track.end_run(out)
        if usage is not None:
            out.append(UsageReported(usage=usage))
        out.append(StreamFinish(finish=finish))
        return True
