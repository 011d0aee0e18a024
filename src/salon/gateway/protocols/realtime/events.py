"""Reading and writing the few events of a realtime session that a relay must understand.

Sessions exist in two forms: today's, and the beta one that ``OpenAI-Beta: realtime=v1`` asks for. What
differs (``max_output_tokens`` and ``max_response_output_tokens``, where the transcription is set) is read in
both; all other events pass as they came.
"""

from typing import Any, Final, NamedTuple

import msgspec

from salon.foundation.kit.errors import SalonError
from salon.gateway.protocols.openai_errors import error_object
from salon.gateway.protocols.wire_json import JsonObject, dumps_text, is_object, loads

SESSION_UPDATES: Final = frozenset({"session.update", "transcription_session.update"})
SESSION_TOLD: Final = frozenset({"session.created", "session.updated"})
TRANSCRIBED: Final = "conversation.item.input_audio_transcription.completed"
TEXT_DELTAS: Final = frozenset(
    {
        "response.output_text.delta",
        "response.text.delta",
        "response.output_audio_transcript.delta",
        "response.audio_transcript.delta",
        "response.function_call_arguments.delta",
        "response.mcp_call_arguments.delta",
    }
)
AUDIO_DELTAS: Final = frozenset({"response.output_audio.delta", "response.audio.delta"})
_LIMITS: Final = ("max_output_tokens", "max_response_output_tokens")
_NARROW_AUDIO: Final = frozenset({"audio/pcmu", "audio/pcma", "g711_ulaw", "g711_alaw"})


class Head(msgspec.Struct, frozen=True):
    """What is read of every event."""

    type: str
    response_id: str | None = None
    delta: msgspec.Raw = msgspec.Raw(b"")


_HEADS: Final = msgspec.json.Decoder(Head)


def read_head(message: str | bytes) -> Head | None:
    """Return what kind of event a message is; None when it is none."""
    try:
        return _HEADS.decode(message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read_event(message: str | bytes) -> JsonObject:
    """Return a whole event of which ``read_head`` knows the kind."""
    value = loads(message.encode() if isinstance(message, str) else message)
    return value if is_object(value) else {}


def inner(value: Any, *names: str) -> Any:
    """Return what lies at a path of objects; None when there is nothing."""
    for name in names:
        if not is_object(value):
            return None
        value = value.get(name)
    return value


def text_at(value: Any, *names: str) -> str | None:
    """Return the text at a path of objects; None when there is none."""
    found = inner(value, *names)
    return found if isinstance(found, str) and found else None


def limit_in(value: Any) -> int | None:
    """Return the most output tokens that a session or a request for a response names; None for no number."""
    found = next((inner(value, name) for name in _LIMITS if inner(value, name) is not None), None)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def transcriber_in(session: Any) -> str | None:
    """Return the model that is to transcribe what is said; None when the session names none."""
    named = text_at(session, "audio", "input", "transcription", "model")
    return named or text_at(session, "input_audio_transcription", "model")


def speaks_narrow(session: Any) -> bool | None:
    """Tell whether a session speaks telephone audio; None when it does not say."""
    named = text_at(session, "audio", "output", "format", "type") or text_at(session, "output_audio_format")
    return None if named is None else named in _NARROW_AUDIO


class ResponseEnd(NamedTuple):
    """What a ``response.done`` says."""

    id: str
    status: str
    """``completed``, ``cancelled``, ``failed`` or ``incomplete``."""
    usage: JsonObject | None
    is_apart: bool
    """It is no part of the conversation, which grows no longer by it."""
    failure: tuple[str, str | None, str | None]
    """What went wrong: message, type and code."""


def read_end(event: JsonObject) -> ResponseEnd:
    """Read a ``response.done``."""
    response = inner(event, "response")
    usage = inner(response, "usage")
    error = inner(response, "status_details", "error")
    failure = text_at(error, "message") or "the response failed"
    return ResponseEnd(
        id=text_at(response, "id") or "",
        status=text_at(response, "status") or "completed",
        usage=usage if is_object(usage) and usage else None,
        is_apart=is_object(response)
        and "conversation_id" in response
        and response["conversation_id"] is None,
        failure=(failure, text_at(error, "type"), text_at(error, "code")),
    )


def error_event(error: SalonError, *, mark: str, caused_by: Any = None) -> str:
    """Write ``error`` as an event; ``mark`` makes its id, ``caused_by`` is the id of the event at fault."""
    told = {**error_object(error), "event_id": caused_by if isinstance(caused_by, str) else None}
    return dumps_text({"type": "error", "event_id": f"event_{mark}", "error": told})


def session_update(session: JsonObject) -> str:
    """Write the event that sets a session up."""
    return dumps_text({"type": "session.update", "session": session})


def response_cancel(response_id: str) -> str:
    """Write the event that stops a response."""
    return dumps_text({"type": "response.cancel", "response_id": response_id})
