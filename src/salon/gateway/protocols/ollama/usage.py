"""Token counts, durations and done reasons of Ollama's dialect."""

from typing import Any

from salon.foundation.messages import Finish, FinishReason, Usage
from salon.gateway.protocols.wire_json import JsonObject, count_of

USAGE_KEYS = (
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
)
_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length"}
TOLD = frozenset[FinishReason]({"stop", "length", "tool-calls"})
"""The reasons that have a word here."""


def read_usage(value: JsonObject) -> Usage | None:
    """Read the counts of a last line; None when it has none. A cached prompt may lack its count."""
    raw = {name: value[name] for name in USAGE_KEYS if value.get(name) is not None}
    if "prompt_eval_count" not in raw and "eval_count" not in raw:
        return None
    return Usage(
        input_tokens=count_of(raw.get("prompt_eval_count")),
        output_tokens=count_of(raw.get("eval_count")),
        raw=raw,
    )


def write_usage(usage: Usage | None, *, duration_ns: int | None) -> JsonObject:
    """Write counts and durations; ``duration_ns`` stands in where the provider told no times."""
    if usage is None:
        return {} if duration_ns is None else {"total_duration": duration_ns}
    raw = usage.raw or {}
    wire: JsonObject = {name: raw[name] for name in USAGE_KEYS if name.endswith("_duration") and name in raw}
    if duration_ns is not None:
        for name in ("total_duration", "eval_duration"):
            wire.setdefault(name, duration_ns)
    wire["prompt_eval_count"] = usage.input_tokens
    wire["eval_count"] = usage.output_tokens
    return wire


def read_finish(reason: Any, *, has_tool_calls: bool) -> Finish:
    """Read a done reason; Ollama says ``stop`` also where it called a tool."""
    word = reason if isinstance(reason, str) and reason else None
    found: FinishReason = _FINISH.get(word, "unknown") if word else "stop"
    if has_tool_calls and found == "stop":
        found = "tool-calls"
    return Finish(reason=found, raw=word)


def write_finish(finish: Finish | None) -> str:
    """Return the done reason."""
    return "length" if finish is not None and finish.reason == "length" else "stop"
