"""The events of the fake provider's realtime sessions, in OpenAI's two forms. Written here, not recorded."""

from collections.abc import Iterator
from typing import Any

import orjson

from salon.testing.fake_provider.answer import as_object, as_objects, example
from salon.testing.fake_provider.plan import Plan

AUDIO = "AAAA" * 16
"""Base64 of 48 silent bytes: what one delta of audio holds."""
AUDIO_TOKENS_IN = 20
"""Of each utterance."""
AUDIO_TOKENS_PER_WORD = 2


class State:
    """What a session was told and has said."""

    def __init__(self, model: str, *, is_beta: bool, number: int) -> None:
        self.model = model
        self.is_beta = is_beta
        self.number = number
        self.session: dict[str, Any] = {}
        self.responses = 0
        self.items = 0
        self.text_tokens = 0
        self.audio_tokens = 0
        self.cached_tokens = 0
        self.last_text = ""
        self.tool_result: str | None = None
        """What the latest call returned, until it was answered."""

    def shown(self) -> dict[str, Any]:
        """Return the session as it is told."""
        base = {"id": f"sess_fake_{self.number}", "object": "realtime.session"}
        if self.is_beta:
            return {
                **base,
                "modalities": ["text"],
                "output_audio_format": "pcm16",
                **self.session,
                "model": self.model,
            }
        fresh = {"type": "realtime", "output_modalities": ["text"]}
        return {**base, **fresh, **self.session, "model": self.model}

    @property
    def speaks(self) -> bool:
        """Whether answers are spoken."""
        named = self.session.get("modalities" if self.is_beta else "output_modalities") or ["text"]
        return "audio" in named

    def heard_by(self, name: str) -> Any:
        """Return a setting of the audio that comes in."""
        if self.is_beta:
            return self.session.get({"transcription": "input_audio_transcription"}.get(name, name))
        return as_object(as_object(self.session.get("audio")).get("input")).get(name)

    def hear(self, item: dict[str, Any]) -> None:
        """Take an item into the conversation."""
        self.items += 1
        parts = as_objects(item.get("content"))
        text = "".join(str(part.get("text") or "") for part in parts)
        if item.get("role") == "user":
            self.last_text = text
        if item.get("type") == "function_call_output":
            self.tool_result = str(item.get("output"))
        self.text_tokens += -(-len(text.encode()) // 4)

    def hear_speech(self) -> str:
        """Take an utterance into the conversation; returns its item's id."""
        self.items += 1
        self.audio_tokens += AUDIO_TOKENS_IN
        return f"item_fake_{self.items}"

    def usage(self, words: int) -> dict[str, Any]:
        """Return the usage of a response of so many words; what went in before is cached now."""
        cached, self.cached_tokens = self.cached_tokens, self.text_tokens
        audio = words * AUDIO_TOKENS_PER_WORD if self.speaks else 0
        entry = self.text_tokens + self.audio_tokens
        kept = {"text_tokens": cached, "audio_tokens": 0, "image_tokens": 0}
        return {
            "total_tokens": entry + words + audio,
            "input_tokens": entry,
            "output_tokens": words + audio,
            "input_token_details": {
                "text_tokens": self.text_tokens,
                "audio_tokens": self.audio_tokens,
                "image_tokens": 0,
                "cached_tokens": cached,
                "cached_tokens_details": kept,
            },
            "output_token_details": {"text_tokens": words, "audio_tokens": audio},
        }


def error(message: str, *, code: str | None = None, event_id: Any = None) -> dict[str, Any]:
    """Return an ``error`` event."""
    told = {"type": "invalid_request_error", "code": code, "message": message, "param": None}
    return {"type": "error", "error": {**told, "event_id": event_id}}


def response(state: State, plan: Plan, conversation: str | None) -> Iterator[dict[str, Any]]:
    """Yield the events of one response."""
    state.responses += 1
    name, item_id = (
        f"resp_fake_{state.number}_{state.responses}",
        f"item_fake_{state.number}_a{state.responses}",
    )
    shown: dict[str, Any] = {
        "id": name,
        "object": "realtime.response",
        "conversation_id": conversation,
        "output": [],
    }
    at = {"response_id": name, "item_id": item_id, "output_index": 0, "content_index": 0}
    words = (plan.text or "tok " * plan.tokens).split(" ") if plan.text else ["tok"] * plan.tokens
    if plan.fault("no-ids"):
        name = shown["id"] = ""
        at["response_id"] = ""
    tool = next(iter(as_objects(state.session.get("tools"))), None)
    if plan.call and tool is not None and state.tool_result is None:
        yield from _call(state, tool, at, shown)
        return
    if state.tool_result is not None:
        words, state.tool_result = f"The tool said: {state.tool_result}".split(" "), None
    kind, delta, done = _names(state)
    item = {"id": item_id, "object": "realtime.item", "type": "message", "role": "assistant"}
    if not plan.fault("no-start"):
        yield {"type": "response.created", "response": {**shown, "status": "in_progress", "usage": None}}
    fresh: dict[str, Any] = {**item, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "response_id": name, "output_index": 0, "item": fresh}
    yield {"type": "response.content_part.added", **at, "part": {"type": kind, "text": ""}}
    for place, word in enumerate(words):
        text = word if place == len(words) - 1 else word + " "
        if state.speaks:
            yield {"type": delta.replace("_transcript", ""), **at, "delta": AUDIO}
        yield {"type": delta, **at, "delta": text}
    whole = " ".join(words)
    yield {"type": done, **at, "text" if not state.speaks else "transcript": whole}
    said = {**item, "status": "completed", "content": [{"type": kind, "text": whole}]}
    yield {"type": "response.output_item.done", "response_id": name, "output_index": 0, "item": said}
    usage = None if plan.fault("no-usage") else state.usage(len(words))
    end = {**shown, "status": "completed", "output": [said], "usage": usage}
    yield {"type": "response.done", "response": end}
    if plan.fault("usage-twice"):
        yield {"type": "response.done", "response": end}


def _call(
    state: State, tool: dict[str, Any], at: dict[str, Any], shown: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the events of a response that calls a tool."""
    place = {name: value for name, value in at.items() if name != "content_index"}
    arguments = orjson.dumps(example(as_object(tool.get("parameters")))).decode()
    cut = len(arguments) // 2
    item = {"id": at["item_id"], "object": "realtime.item", "type": "function_call", "name": tool["name"]}
    item |= {"call_id": f"call_fake_{state.number}_{state.responses}", "status": "completed"}
    at = {"response_id": at["response_id"], "output_index": 0}
    yield {"type": "response.created", "response": {**shown, "status": "in_progress", "usage": None}}
    yield {"type": "response.output_item.added", **at, "item": {**item, "arguments": ""}}
    kind, call_id = "response.function_call_arguments", {"call_id": item["call_id"]}
    for piece in (arguments[:cut], arguments[cut:]):
        yield {"type": f"{kind}.delta", **place, **call_id, "delta": piece}
    yield {"type": f"{kind}.done", **place, **call_id, "name": tool["name"], "arguments": arguments}
    called = {**item, "arguments": arguments}
    yield {"type": "response.output_item.done", **at, "item": called}
    usage = state.usage(2)
    yield {
        "type": "response.done",
        "response": {**shown, "status": "completed", "output": [called], "usage": usage},
    }


def _names(state: State) -> tuple[str, str, str]:
    mark = "" if state.is_beta else "output_"
    what = f"{mark}audio_transcript" if state.speaks else f"{mark}text"
    kind = (
        ("audio" if state.speaks else "text")
        if state.is_beta
        else mark + ("audio" if state.speaks else "text")
    )
    return kind, f"response.{what}.delta", f"response.{what}.done"


def transcription(state: State, item_id: str) -> Iterator[dict[str, Any]]:
    """Yield what becomes of an utterance that is to be transcribed."""
    wanted = as_object(state.heard_by("transcription"))
    if not wanted:
        return
    base = {"item_id": item_id, "content_index": 0}
    name = "conversation.item.input_audio_transcription"
    usage: dict[str, Any] = {"type": "duration", "seconds": 1.5}
    if wanted.get("model") != "whisper-1":
        details = {"audio_tokens": 14, "text_tokens": 0}
        usage = {"type": "tokens", "input_tokens": 14, "output_tokens": 3, "total_tokens": 17}
        usage["input_token_details"] = details
    yield {"type": f"{name}.delta", **base, "delta": "hello"}
    yield {"type": f"{name}.completed", **base, "transcript": "hello", "usage": usage}
