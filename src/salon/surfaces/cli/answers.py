"""Asks a model over the API and reads the answer as events; what it says is made safe to print."""

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import msgspec

from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.kit.terminal import StreamCleaner
from salon.foundation.messages import (
    ReasoningDelta,
    RefusalDelta,
    StreamError,
    StreamEvent,
    StreamFinish,
    TextDelta,
    ToolCallDelta,
    ToolCallStart,
    Usage,
    UsageReported,
)
from salon.gateway.protocols.openai import DIALECT
from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Output

CHAT_PATH = "/v1/chat/completions"


class Heard(msgspec.Struct, kw_only=True):
    """What came of one question."""

    text: str = ""
    reasoning: str = ""
    usage: Usage | None = None
    finish: str | None = None
    first_token_s: float | None = None
    total_s: float = 0.0
    interrupted: bool = False


def chat_body(model: str, messages: Sequence[dict[str, Any]], **options: Any) -> dict[str, Any]:
    """Return the body of a streamed question; options that are None are left out."""
    given = {name: value for name, value in options.items() if value is not None}
    return {
        "model": model,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        **given,
    }


def events(client: ApiClient, body: dict[str, Any]) -> Iterator[StreamEvent]:
    """Yield the events of one answer. Raises: ServedError for an error before or inside the stream."""
    decoder = DIALECT.stream_decoder()
    chunks = client.stream(CHAT_PATH, body)
    with contextlib.closing(_closable(chunks)) as data:
        for chunk in data:
            yield from decoder.feed(chunk)
        yield from decoder.finish()


def _closable(chunks: Iterator[bytes]) -> Generator[bytes]:
    yield from chunks


def listen(client: ApiClient, body: dict[str, Any], output: Output, *, show_reasoning: bool) -> Heard:
    """Print an answer as it comes and return it whole. Ctrl-C stops the answer, not the program."""
    heard = Heard()
    cleaner, started = StreamCleaner(), time.monotonic()
    stream = events(client, body)
    try:
        for event in stream:
            _take(heard, event, started)
            if output.as_json:
                continue
            if isinstance(event, TextDelta | RefusalDelta):
                output.raw(cleaner.feed(event.text))
            elif isinstance(event, ReasoningDelta) and show_reasoning and output.is_terminal:
                text = cleaner.feed(event.text)
                output.raw(f"\x1b[2m{text}\x1b[0m" if output.has_colours else text)
            elif isinstance(event, ToolCallStart):
                output.note(f"[the model asks for the tool {event.name}]")
    except KeyboardInterrupt:
        heard.interrupted = True
    finally:
        if isinstance(stream, Generator):
            stream.close()
        heard.total_s = time.monotonic() - started
        if not output.as_json and (heard.text or heard.reasoning or heard.interrupted):
            output.raw(cleaner.finish() + ("" if heard.text.endswith("\n") else "\n"))
    return heard


def _take(heard: Heard, event: StreamEvent, started: float) -> None:
    content = isinstance(event, TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta)
    if content and heard.first_token_s is None:
        heard.first_token_s = time.monotonic() - started
    if isinstance(event, TextDelta | RefusalDelta):
        heard.text += event.text
    elif isinstance(event, ReasoningDelta):
        heard.reasoning += event.text
    elif isinstance(event, UsageReported):
        heard.usage = event.usage
    elif isinstance(event, StreamFinish):
        heard.finish = event.finish.reason
    elif isinstance(event, StreamError):
        status = event.status or UpstreamBroken.status
        raise ServedError(
            status=status, code=event.code or event.type or "upstream_error", message=event.message
        )
