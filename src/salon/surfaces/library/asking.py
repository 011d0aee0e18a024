"""Turns what a person passes (text, dictionaries, our own types) into a request."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import (
    Message,
    ModelRequest,
    Part,
    ResponseFormat,
    TextPart,
    Tool,
    ToolChoice,
)

Prompt = str | Message | Mapping[str, Any] | Sequence["Message | Mapping[str, Any]"]
"""Text, one message, or a conversation; messages as ours or as ``{"role": …, "content": …}``."""
_ROLES = ("system", "developer", "user", "assistant", "tool")


class Settings(TypedDict, total=False):
    """What can be said about a question besides the question."""

    model: str | None
    """An alias or ``provider/model``; without it the first real model there is."""
    system: str | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stop: str | Sequence[str] | None
    seed: int | None
    tools: Sequence[Tool | Mapping[str, Any]] | None
    """Ours, or ``{"name": …, "description": …, "parameters": JSON Schema}``."""
    tool_choice: str | None
    """``auto``, ``none``, ``required`` or a tool's name."""
    schema: Mapping[str, Any] | None
    """A JSON Schema the answer's text must follow."""
    reasoning_effort: str | None


def messages_of(prompt: Prompt, *, system: str | None = None) -> tuple[Message, ...]:
    """Return the conversation. Raises: InvalidRequest naming what is wrong."""
    if isinstance(prompt, str):
        found = [text_message("user", prompt)]
    elif isinstance(prompt, Message | Mapping):
        found = [_message(prompt, 0)]
    elif isinstance(prompt, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not be typed
        found = [_message(one, place) for place, one in enumerate(prompt)]
    else:
        raise InvalidRequest(field="prompt", problem="must be text, a message or a list of messages.")
    if not found:
        raise InvalidRequest(field="prompt", problem="There is nothing to answer.")
    return (text_message("system", system), *found) if system else tuple(found)


def text_message(role: str, text: str) -> Message:
    """Return a message of one text part."""
    return Message(role=cast("Any", role), parts=(TextPart(text=text),))


def _message(value: "Message | Mapping[str, Any]", place: int) -> Message:
    if isinstance(value, Message):
        return value
    if not isinstance(value, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not be typed
        problem = 'must be a message like {"role": "user", "content": "Hello"}.'
        raise InvalidRequest(field=f"prompt[{place}]", problem=problem)
    role, content = value.get("role", "user"), value.get("content")
    if role not in _ROLES:
        known = ", ".join(_ROLES)
        raise InvalidRequest(field=f"prompt[{place}].role", problem=f"must be one of {known}.")
    if isinstance(content, str):
        return text_message(role, content)
    if isinstance(content, list | tuple):
        parts = tuple(cast("Sequence[Part]", content))
        if all(not isinstance(part, str | Mapping) for part in parts):
            return Message(role=role, parts=parts)
    raise InvalidRequest(field=f"prompt[{place}].content", problem="must be text or a list of parts.")


def request_of(prompt: Prompt, settings: Settings, *, model: str, stream: bool) -> ModelRequest:
    """Return the request. Raises: InvalidRequest."""
    _check_names(settings)
    stop = settings.get("stop") or ()
    schema = settings.get("schema")
    return ModelRequest(
        model=model,
        messages=messages_of(prompt, system=settings.get("system")),
        temperature=settings.get("temperature"),
        top_p=settings.get("top_p"),
        max_output_tokens=settings.get("max_tokens"),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        seed=settings.get("seed"),
        tools=tuple(_tool(tool) for tool in settings.get("tools") or ()),
        tool_choice=_choice(settings.get("tool_choice")),
        response_format=_format(schema) if schema is not None else None,
        reasoning_effort=settings.get("reasoning_effort"),
        stream=stream,
        include_usage=stream,
    )


def _check_names(settings: Settings) -> None:
    unknown = sorted(settings.keys() - Settings.__annotations__.keys())
    if unknown:
        import difflib  # noqa: PLC0415 - only for a typing error

        near = difflib.get_close_matches(unknown[0], Settings.__annotations__, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(Settings.__annotations__)}."
        raise InvalidRequest(field=unknown[0], problem=f"there is no such setting; {hint}")


def _tool(tool: Tool | Mapping[str, Any]) -> Tool:
    if isinstance(tool, Tool):
        return tool
    if not isinstance(tool, Mapping) or not tool.get("name"):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need not be typed
        problem = 'every tool is written as {"name": ..., "description": ..., "parameters": JSON Schema}.'
        raise InvalidRequest(field="tools", problem=problem)
    return Tool(
        name=str(tool["name"]), description=tool.get("description"), parameters=tool.get("parameters")
    )


def _choice(choice: str | None) -> ToolChoice | None:
    if choice is None:
        return None
    if choice in ("auto", "none", "required"):
        return ToolChoice(mode=choice)
    return ToolChoice(mode="tool", name=choice)


def _format(schema: Mapping[str, Any]) -> ResponseFormat:
    return ResponseFormat(kind="json-schema", name="answer", schema=dict(schema), strict=True)
