"""Decides what the demo says: reads a Chat Completions request and returns a plan, always the same."""

import re
from typing import Any, Final, cast

import msgspec
import orjson

from salon.gateway.providers.demo.schema import example

_DIRECTIVE: Final = re.compile(
    r"\bdemo:(fail|stall-mid|stall|break|error|slow|words|think|call|echo)\b(?:[ =:]+([\w.-]{1,64}))?"
)
_TAKES_VALUE: Final = {"fail", "slow", "words", "call"}
_MAX_WORDS: Final = 100_000
_WORDS: Final = (
    "salon",
    "keeps",
    "talking",
    "in",
    "small",
    "even",
    "words",
    "so",
    "that",
    "a",
    "stream",
    "lasts",
)
Trouble = str | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the demo."""

    reasoning: str = ""
    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    """Tools to call: name and JSON arguments."""
    finish: str = "stop"
    status: int = 200
    """An HTTP status to fail with, or 200."""
    trouble: Trouble = None
    """``stall``, ``stall-mid``, ``break`` or ``error``."""
    delay_s: float = 0.0
    """Wait before each piece of a stream."""
    prompt_tokens: int = 0


class _Asked(msgspec.Struct):
    text: str
    """The last user message."""
    after_tool: str | None
    """The result of a tool, when that is the last message."""
    directives: dict[str, str]


def count_tokens(text: str) -> int:
    """Return how many tokens the demo says ``text`` has: one for four bytes, begun ones whole."""
    return -(-len(text.encode()) // 4)


def plan(request: dict[str, Any]) -> Plan:
    """Return the answer to a Chat Completions request."""
    asked = _read(request.get("messages"))
    directives = asked.directives
    status = _number(directives.get("fail"), 500, 400, 599) if "fail" in directives else 200
    trouble = next((name for name in ("stall", "stall-mid", "break", "error") if name in directives), None)
    reasoning = ""
    effort = request.get("reasoning_effort")
    if "think" in directives or (isinstance(effort, str) and effort not in {"none", ""}):
        reasoning = "The demo reasons in one sentence: the answer is fixed, so it repeats the question. "
    calls = _calls(request, asked)
    text = "" if calls else _text(request, asked)
    text, finish = _shortened(request, text)
    return Plan(
        reasoning=reasoning,
        text=text,
        calls=calls,
        finish="tool_calls" if calls else finish,
        status=status,
        trouble=trouble,
        delay_s=_number(directives.get("slow"), 50, 0, 60_000) / 1000 if "slow" in directives else 0.0,
        prompt_tokens=count_tokens(orjson.dumps(request.get("messages")).decode()),
    )


def _read(messages: Any) -> _Asked:
    listed = [as_object(one) for one in as_list(messages)]
    last = listed[-1] if listed else {}
    after_tool = _content(last) if last.get("role") == "tool" else None
    text = next((_content(one) for one in reversed(listed) if one.get("role") == "user"), "")
    return _Asked(text=text, after_tool=after_tool, directives=dict(_DIRECTIVE.findall(text)))


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Return a JSON array, or an empty one for anything else."""
    return cast(list[Any], value) if isinstance(value, list) else []


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = [as_object(part) for part in as_list(content)]
    return " ".join(
        part["text"] if isinstance(part.get("text"), str) else f"[{part.get('type')}]" for part in parts
    )


def _number(text: str | None, default: int, low: int, high: int) -> int:
    return min(max(int(text), low), high) if text and text.isdecimal() and len(text) < 10 else default


def _calls(request: dict[str, Any], asked: _Asked) -> tuple[tuple[str, str], ...]:
    tools = [as_object(as_object(tool).get("function")) for tool in as_list(request.get("tools"))]
    tools = [tool for tool in tools if tool]
    choice = request.get("tool_choice")
    if not tools or choice == "none":
        return ()
    wanted = asked.directives.get("call")
    if isinstance(choice, dict):
        wanted = str(as_object(as_object(choice).get("function")).get("name"))
    elif asked.after_tool is not None:
        return ()
    named = [tool for tool in tools if tool.get("name") == wanted]
    lowered = asked.text.lower()
    if not named and wanted is None:
        named = [tool for tool in tools if str(tool.get("name")).lower() in lowered][:1]
    if not named and (
        choice in ("required", "any") or wanted is not None or re.search(r"\btools?\b", lowered)
    ):
        named = tools[:1]
    return tuple(
        (str(tool.get("name")), orjson.dumps(example(tool.get("parameters") or {"type": "object"})).decode())
        for tool in named
    )


def _text(request: dict[str, Any], asked: _Asked) -> str:
    shape = as_object(request.get("response_format"))
    if shape.get("type") == "json_schema":
        return orjson.dumps(example(as_object(shape.get("json_schema")).get("schema"))).decode()
    if shape.get("type") == "json_object":
        return orjson.dumps({"demo": True, "you_said": _said(asked)}).decode()
    if "words" in asked.directives:
        count = _number(asked.directives["words"], 100, 1, _MAX_WORDS)
        return " ".join(_WORDS[place % len(_WORDS)] for place in range(count))
    if "echo" in asked.directives:
        return _said(asked)
    if asked.after_tool is not None:
        return f"The tool answered: {asked.after_tool[:2000]} (Salon's demo: no language model runs here.)"
    said = _said(asked)[:500]
    stop = "" if said.endswith((".", "!", "?", "…")) else "."
    return (
        f"You said: “{said}”{stop} This is Salon's demo: it always answers like this, because no "
        "language model runs here. Add a provider, and a real model answers in its place."
    )


def _said(asked: _Asked) -> str:
    def keep(found: re.Match[str]) -> str:
        name, value = found.group(1), found.group(2)
        return "" if name in _TAKES_VALUE or value is None else value

    return " ".join(_DIRECTIVE.sub(keep, asked.text).split())


def _shortened(request: dict[str, Any], text: str) -> tuple[str, str]:
    """Cut ``text`` at a stop sequence or at the most tokens allowed."""
    stop = request.get("stop")
    for mark in [stop] if isinstance(stop, str) else cast(list[Any], stop or []):
        if isinstance(mark, str) and mark and mark in text:
            text = text[: text.index(mark)]
    limit = request.get("max_completion_tokens", request.get("max_tokens"))
    if isinstance(limit, int) and not isinstance(limit, bool) and count_tokens(text) > limit:
        return text.encode()[: limit * 4].decode("utf-8", "ignore"), "length"
    return text, "stop"
