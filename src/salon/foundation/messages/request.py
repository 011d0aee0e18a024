"""What is asked of a model, in no dialect."""

from typing import Any, Literal

import msgspec

from salon.foundation.messages.message import Message


class Tool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A function the model may call."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    """A JSON Schema object; None means no arguments."""
    strict: bool | None = None
    cache: bool = False
    provider_data: dict[str, Any] | None = None
    """A provider's built-in tool (web search, code execution) as that dialect writes it."""


class ToolChoice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether and which tool must be called."""

    mode: Literal["auto", "none", "required", "tool"]
    name: str | None = None
    """The tool, when ``mode`` is ``tool``."""


class ResponseFormat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The shape the answer's text must have."""

    kind: Literal["text", "json", "json-schema"]
    name: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None
    description: str | None = None


class ModelRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question to one model. ``None`` always means "the caller did not say"."""

    model: str
    messages: tuple[Message, ...]
    """System and developer messages stand where the caller put them, usually first."""
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    """``none``, ``minimal``, ``low``, ``medium``, ``high``, ``xhigh`` or a provider's own word."""
    reasoning_budget_tokens: int | None = None
    """A cap on thinking tokens; 0 turns thinking off."""
    stream: bool = False
    include_usage: bool = False
    """The caller asked for usage in the stream (OpenAI's ``stream_options``)."""
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    extra: dict[str, Any] | None = None
    """Fields of the request that only one dialect understands, by dialect name."""
