"""Readings of recorded answers, and the rule by which they are compared with what official clients read."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

from salon.foundation.messages import (
    CitationPart,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    Response,
    StreamError,
    TextPart,
    ToolCallPart,
)
from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, SpokenDialect
from salon.gateway.protocols.collect import ResponseCollector
from salon.gateway.protocols.responses.reasoning import joined
from salon.gateway.protocols.wire_json import own_data

DIALECTS: dict[str, Dialect] = {
    "chat": openai.DIALECT,
    "responses": responses.DIALECT,
    "messages": anthropic.DIALECT,
    "ollama": ollama.DIALECT,
    "gemini": gemini.DIALECT,
}


SMALL_CUTS = (1, 2, 3)


@pytest.fixture(autouse=True)
def small_cuts_are_not_traced(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave the smallest cuts out of the coverage: they cost most, and 7 bytes reach the same lines."""
    tracing = coverage.Coverage.current()
    case = getattr(request.node, "callspec", None)
    if tracing is None or case is None or case.params.get("cut") not in SMALL_CUTS:
        yield
        return
    tracing.stop()
    try:
        yield
    finally:
        tracing.start()


@dataclass(frozen=True)
class Recording:
    """One recorded HTTP answer."""

    id: str
    api: str
    transport: str
    status: int
    body: bytes
    headers: dict[str, str]
    expected: dict[str, Any] | None
    url: str

    @property
    def dialect(self) -> Dialect:
        return DIALECTS[self.api]

    @property
    def is_stream(self) -> bool:
        return self.transport != "json"


@pytest.fixture(scope="session")
def all_recordings(shared_dir: Path) -> list[Recording]:
    """Every recording of the chat dialects."""
    root = shared_dir / "recorded-streams"
    found: list[Recording] = []
    for line in (root / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["api"] not in DIALECTS:
            continue
        folder = root / row["dir"]
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        expected = folder / "expected.json"
        found.append(
            Recording(
                id=row["dir"],
                api=row["api"],
                transport=row["transport"],
                status=row["status"],
                body=(folder / f"response.{row['transport'].removesuffix('-array')}").read_bytes(),
                headers={name.lower(): value for name, value in meta["headers"].items()},
                expected=json.loads(expected.read_text("utf-8")) if expected.exists() else None,
                url=meta.get("url") or "",
            )
        )
    return found


@pytest.fixture(scope="session")
def recordings(all_recordings: list[Recording]) -> Callable[..., list[Recording]]:
    """Select recordings by api, and by being a stream or not."""

    def select(api: str | None = None, *, stream: bool | None = None) -> list[Recording]:
        return [
            recording
            for recording in all_recordings
            if (api is None or recording.api == api) and (stream is None or recording.is_stream == stream)
        ]

    return select


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into pieces of ``size``; 0 means whole."""
    if not size:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]


def collect(dialect: SpokenDialect, body: bytes, size: int = 0) -> ResponseCollector:
    """Decode a stream cut into pieces."""
    collector = ResponseCollector()
    decoder = dialect.stream_decoder()
    for piece in pieces(body, size):
        collector.add(decoder.feed(piece))
    collector.add(decoder.finish())
    return collector


def reading_of(response: Response, error: StreamError | None = None) -> dict[str, Any]:
    """Say a response the way an expected.json does."""
    usage = response.usage
    completed = response.finish is not None and response.finish.raw == "completed"
    return {
        "model": response.model,
        "text": response.text,
        "refusal": "".join(part.text for part in response.parts if isinstance(part, RefusalPart)),
        "thinking": "".join(_thinking(part) for part in response.parts if isinstance(part, ReasoningPart)),
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments} for call in response.tool_calls
        ],
        "finish": response.finish.raw if response.finish else None,
        "usage": usage.raw if usage else None,
        "citations": sum(isinstance(part, CitationPart) for part in response.parts),
        "block_types": [kind for part in response.parts if (kind := _block_type(part))],
        "status": response.finish and ("completed" if response.finish.raw == "completed" else "incomplete"),
        "incomplete": None if completed or not response.finish else {"reason": response.finish.raw},
        "annotations": sum(isinstance(part, CitationPart) for part in response.parts),
        "item_types": _item_types(response),
        "error": {"message": error.message, "code": error.code, "type": error.type} if error else None,
    }


def _thinking(part: ReasoningPart) -> str:
    """Of a reasoning item of the responses dialect only the summary is compared (rule 10)."""
    item = own_data(part.provider_data, "responses").get("item")
    return joined(item, "summary") if item else part.text


def _item_types(response: Response) -> list[str]:
    """Name the items a response was, in the responses dialect."""
    found: list[tuple[str, object]] = []
    for part in response.parts:
        if isinstance(part, TextPart | RefusalPart):
            message = own_data(part.provider_data, "responses").get("item") or {}
            if ("message", message.get("id")) != (found[-1] if found else None):
                found.append(("message", message.get("id")))
        elif isinstance(part, ReasoningPart):
            found.append(("reasoning", None))
        elif isinstance(part, ToolCallPart | OpaquePart):
            found.append((part.type if isinstance(part, OpaquePart) else "function_call", None))
    return [kind for kind, _ in found]


def _block_type(part: object) -> str | None:
    if isinstance(part, TextPart):
        return "text"
    if isinstance(part, ReasoningPart):
        return "thinking" if part.redacted is None else "redacted_thinking"
    if isinstance(part, ToolCallPart):
        return "tool_use"
    return part.type if isinstance(part, OpaquePart) else None


def read(recording: Recording, size: int = 0) -> dict[str, Any]:
    """Read a recorded answer, a stream cut into pieces of ``size`` bytes."""
    if not recording.is_stream:
        reading = reading_of(recording.dialect.decode_response(recording.body))
    else:
        collector = collect(recording.dialect, recording.body, size)
        reading = reading_of(collector.response(), collector.error)
    if recording.api == "gemini":  # rule 5: the client names counts in snake_case
        reading["usage"] = _snake(reading["usage"])
    return reading


def _snake(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k): _snake(v) for k, v in value.items()}
    return [_snake(item) for item in value] if isinstance(value, list) else value


def same_json(ours: str, theirs: str) -> bool:
    """Tell whether two argument texts mean the same."""
    try:
        return json.loads(ours or "{}") == json.loads(theirs or "{}")
    except ValueError:
        return ours == theirs


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: kept for k, v in value.items() if (kept := _without_nulls(v)) is not None}
    return value


def _usage_gaps(expected: Any, ours: Any, path: str) -> list[str]:
    if isinstance(expected, dict):
        if not isinstance(ours, dict):
            return [f"{path}: expected an object, got {ours!r}"]
        return [gap for k, v in expected.items() for gap in _usage_gaps(v, ours.get(k), f"{path}.{k}")]
    return [] if expected == ours else [f"{path}: expected {expected!r}, got {ours!r}"]


_COMPARED = (
    "model", "text", "refusal", "thinking", "finish", "citations", "block_types",
    "status", "incomplete", "annotations", "item_types",
)  # fmt: skip


def _of_a_list(expected: dict[str, Any], skip: frozenset[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """Rule 9: of a content list the client keeps raw only the text parts are compared."""
    content = expected.get("text")
    if not isinstance(content, list):
        return expected, skip
    text = "".join(part["text"] for part in content if part["type"] == "text")
    return {**expected, "text": text}, skip | {"thinking"}


def differences(expected: dict[str, Any], ours: dict[str, Any], *, skip: frozenset[str]) -> list[str]:
    """Compare by the rule in the recordings' README; empty means equal."""
    expected, skip = _of_a_list(expected, skip)
    compared = [name for name in _COMPARED if name in expected and name not in skip]
    gaps = [
        f"{name}: expected {expected[name]!r:.200}, got {ours[name]!r:.200}"
        for name in compared
        if (expected[name] or None) != (ours[name] or None)
    ]
    if "usage" in expected and "usage" not in skip:
        if expected["usage"] is None:
            gaps += [] if ours["usage"] is None else [f"usage: none was sent, got {ours['usage']}"]
        else:
            gaps += _usage_gaps(_without_nulls(expected["usage"]), _without_nulls(ours["usage"]), "usage")
    if "tool_calls" in expected and "tool_calls" not in skip:
        gaps += _call_gaps(expected["tool_calls"], ours["tool_calls"])
    return gaps


def _call_gaps(expected: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[str]:
    if len(expected) != len(ours):
        return [f"tool_calls: expected {expected!r}, got {ours!r}"]
    gaps: list[str] = []
    for want, got in zip(expected, ours, strict=True):
        if want.get("id") and want["id"] != got["id"]:
            gaps.append(f"tool call id: expected {want['id']!r}, got {got['id']!r}")
        if want["name"] != got["name"] or not same_json(got["arguments"], want["arguments"]):
            gaps.append(f"tool call: expected {want!r}, got {got!r}")
    made = [call["id"] for call in ours]
    return gaps if len(set(made)) == len(made) and all(made) else [*gaps, f"ids not unique: {made}"]


@dataclass(frozen=True)
class Wire:
    """The helpers above, for tests."""

    pieces = staticmethod(pieces)
    collect = staticmethod(collect)
    read = staticmethod(read)
    reading_of = staticmethod(reading_of)
    differences = staticmethod(differences)
    same_json = staticmethod(same_json)


@pytest.fixture(scope="session")
def wire() -> Wire:
    """The helpers for reading and comparing recordings."""
    return Wire()
