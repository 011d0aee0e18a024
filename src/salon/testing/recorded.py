"""Recorded provider answers and what the official SDKs made of them, compared by the written rules.

The rules are those of the README beside the recordings; the numbers in comments are its own.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import orjson

_OTHER_PROTOCOLS = ("-generation-", "-moderation-", "-speech-to-text-")
"""Ollama's /api/generate, and what is filed under chat without being one."""

APIS = {
    "chat": "openai",
    "responses": "responses",
    "messages": "anthropic",
    "ollama": "ollama",
    "gemini": "gemini",
}
"""Which dialect each recorded API is, of those that are spoken here."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One recording with its reading."""

    name: str
    """``provider/api/id``."""
    dialect: str
    stream: bool
    status: int
    features: tuple[str, ...]
    expected: Mapping[str, Any] | None

    @property
    def is_failure(self) -> bool:
        """Whether it is an error: by status, inside a stream, or an error object under status 200."""
        found = self.expected
        if self.status >= 400 or (found is not None and "raises" in found):
            return True
        said = ("text", "refusal", "thinking", "finish", "usage", "tool_calls", "part_kinds")
        return found is not None and not any(found.get(name) for name in said)


def recordings(folder: Path) -> Iterator[Recorded]:
    """Yield the chat recordings of the dialects spoken here."""
    for row in (folder / "index.jsonl").read_bytes().splitlines():
        entry = orjson.loads(row)
        dialect = APIS.get(entry["api"])
        if dialect is None or any(word in entry["dir"] for word in _OTHER_PROTOCOLS):
            continue
        if "-structured-with-multiple-tools-" in entry["dir"]:
            dialect = "openai"  # Ollama's OpenAI-compatible address, filed under its own API
        place = folder / entry["dir"] / "expected.json"
        yield Recorded(
            name=entry["dir"],
            dialect=dialect,
            stream=entry["transport"] in {"sse", "ndjson", "json-array"},
            status=int(entry["status"] or 200),
            features=tuple(entry["features"]),
            expected=orjson.loads(place.read_bytes()) if place.is_file() else None,
        )


def without_nulls(value: Any) -> Any:
    """Drop nulls at every depth (rule 4)."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {name: without_nulls(inner) for name, inner in pairs if inner is not None}
    return value


def missing_numbers(expected: Any, ours: Any, path: str = "") -> list[str]:
    """Return where a number of ``expected`` is not equal in ``ours``; more keys of ours are fine."""
    if isinstance(expected, dict):
        found: list[str] = []
        given = cast("dict[str, Any]", ours) if isinstance(ours, dict) else {}
        for name, inner in cast("dict[str, Any]", expected).items():
            found += missing_numbers(inner, given.get(name), f"{path}.{name}")
        return found
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return []
    return [] if expected == ours else [f"usage{path}: {ours!r} instead of {expected!r}"]


def json_value(text: Any) -> Any:
    """Return tool arguments as a value if they parse, else as they are (rule 6)."""
    if not isinstance(text, str):
        return text
    try:
        return orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return text


def _calls(reading: Mapping[str, Any]) -> list[tuple[str, Any]]:
    calls = cast("list[dict[str, Any]]", reading.get("tool_calls") or [])
    return [(call["name"], json_value(call["arguments"])) for call in calls]


def compare(expected: Mapping[str, Any], ours: Mapping[str, Any], *, strict: bool = True) -> list[str]:
    """Return the differences between two readings; empty when they are equal by the rules.

    Without ``strict`` only what every dialect carries is compared: text, thinking and tool calls.
    """
    found: list[str] = []
    for name in ("text", "refusal", "thinking", "finish", "model") if strict else ("text", "thinking"):
        wanted, got = expected.get(name) or "", ours.get(name) or ""
        if wanted != got:
            found.append(f"{name}: {got!r:.300} instead of {wanted!r:.300}")
    wanted_calls, got_calls = _calls(expected), _calls(ours)
    if wanted_calls != got_calls:
        found.append(f"tool_calls: {got_calls!r:.400} instead of {wanted_calls!r:.400}")
    if strict and expected.get("usage") is not None:
        found += missing_numbers(without_nulls(expected["usage"]), without_nulls(ours.get("usage")))
    return found
