"""OpenAI's batches: how the lines of an input file are read, and how a batch and its answers are told."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.batches.models import ENDPOINTS, Batch, BatchOptions, Line, NewLine, Problem
from salon.gateway.files import openai_id

ENDPOINTS_HERE: Final = tuple(path for path in ENDPOINTS if path != "/v1/messages")
WINDOW: Final = "24h"
MOST_PROBLEMS: Final = 100
"""Of an input file; more of them help nobody."""
LEAST_KEEP_S: Final = 3600
MOST_KEEP_S: Final = 30 * 24 * 3600
_MOST_CUSTOM_ID: Final = 512
_MOST_METADATA: Final = (16, 64, 512)
"""Pairs, letters of a name, letters of a value."""
_MOST_LINE_BYTES: Final = 64 * 1024**2


class _Expiry(msgspec.Struct, forbid_unknown_fields=True):
    anchor: str
    seconds: int


class Create(msgspec.Struct):
    """A request that makes a batch."""

    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None
    output_expires_after: _Expiry | None = None


class _Row(msgspec.Struct):
    custom_id: str | None = None
    method: str | None = None
    url: str | None = None
    body: msgspec.Raw = msgspec.Raw()


class _Body(msgspec.Struct):
    model: str | None = None


def read_create(body: bytes) -> Create:
    """Return what is asked for. Raises: InvalidRequest naming the field."""
    try:
        asked = msgspec.json.decode(body, type=Create)
    except msgspec.ValidationError as error:
        raise InvalidRequest(field="body", problem=f"{error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(field="body", problem="This is no JSON object.") from error
    if asked.endpoint not in ENDPOINTS_HERE:
        raise InvalidRequest(field="endpoint", problem=f"This must be one of {', '.join(ENDPOINTS_HERE)}.")
    if asked.completion_window != WINDOW:
        raise InvalidRequest(field="completion_window", problem=f"This must be {WINDOW}.")
    expiry = asked.output_expires_after
    if expiry is not None and (
        expiry.anchor != "created_at" or not LEAST_KEEP_S <= expiry.seconds <= MOST_KEEP_S
    ):
        problem = f"Give it the anchor created_at and from {LEAST_KEEP_S} to {MOST_KEEP_S} seconds."
        raise InvalidRequest(field="output_expires_after", problem=problem)
    _check_metadata(asked.metadata or {})
    return asked


def _check_metadata(metadata: dict[str, str]) -> None:
    pairs, name, value = _MOST_METADATA
    if len(metadata) > pairs or any(len(key) > name or len(metadata[key]) > value for key in metadata):
        problem = f"It has at most {pairs} pairs, names of {name} and values of {value} letters."
        raise InvalidRequest(field="metadata", problem=problem)


class LineReader:
    """Reads the lines of an input file, and notes what is wrong with them."""

    def __init__(self, endpoint: str, options: BatchOptions) -> None:
        self.problems: list[Problem] = []
        self.models: dict[str, int] = {}
        """Each model that is asked for, and the first line that asks for it."""
        self.count = 0
        self._endpoint = endpoint
        self._most = options.max_lines
        self._seen: dict[str, int] = {}

    @property
    def is_hopeless(self) -> bool:
        """Tell whether reading on would say nothing new."""
        return len(self.problems) >= MOST_PROBLEMS or self.count > self._most

    def read(self, text: bytes, number: int) -> NewLine | None:
        """Return a line; None for an empty one, or one that something is wrong with."""
        if not text.strip():
            return None
        self.count += 1
        if self.count > self._most:
            self._note("too_many_tasks", f"A batch has at most {self._most} requests.", number)
            return None
        try:
            row = msgspec.json.decode(text, type=_Row)
        except msgspec.ValidationError as error:
            self._note("invalid_request", f"{error}.", number)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._note("invalid_json_line", "This line is not parseable as valid JSON.", number)
        else:
            return self._checked(row, number)
        return None

    def end(self) -> None:
        """Say what only the whole file shows."""
        if not self.count:
            self._note("empty_file", "The input file has no requests. Write one in each line.", None)

    def _checked(self, row: _Row, number: int) -> NewLine | None:
        problems = len(self.problems)
        for name in ("custom_id", "method", "url"):
            if not getattr(row, name):
                self._note("missing_required_parameter", f"Missing: “{name}”.", number, name)
        if row.method and row.method != "POST":
            self._note("invalid_method", "The method of each request is POST.", number, "method")
        if row.url and row.url != self._endpoint:
            problem = f"The url of each request is the batch's endpoint, {self._endpoint}."
            self._note("url_mismatch", problem, number, "url")
        self._check_id(row.custom_id or "", number)
        self._check_body(bytes(row.body), number)
        if len(self.problems) > problems or row.custom_id is None:
            return None
        return NewLine(row.custom_id, bytes(row.body))

    def _check_id(self, custom_id: str, number: int) -> None:
        if len(custom_id) > _MOST_CUSTOM_ID:
            problem = f"It has at most {_MOST_CUSTOM_ID} letters."
            self._note("invalid_custom_id", problem, number, "custom_id")
        first = self._seen.setdefault(custom_id, number) if custom_id else number
        if first != number:
            problem = f"The custom_id is that of line {first} too. Give each request its own."
            self._note("duplicate_custom_id", problem, number, "custom_id")

    def _check_body(self, body: bytes, number: int) -> None:
        if not body.startswith(b"{"):
            self._note("missing_required_parameter", "Missing required parameter: “body”.", number, "body")
            return
        try:
            model = msgspec.json.decode(body, type=_Body).model
        except msgspec.MsgspecError:
            model = None
        if not model:
            problem = "Missing required parameter: “body.model”."
            self._note("missing_required_parameter", problem, number, "body.model")
        else:
            self.models.setdefault(model, number)

    def _note(self, code: str, message: str, line: int | None, param: str | None = None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code=code, message=message, line=line, param=param))


async def text_lines(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a file as its chunks come. Raises: InvalidRequest for one without end."""
    rest = bytearray()
    async for chunk in content:
        rest += chunk
        if b"\n" in chunk:
            *whole, last = bytes(rest).split(b"\n")
            for line in whole:
                yield line
            rest = bytearray(last)
        if len(rest) > _MOST_LINE_BYTES:
            raise InvalidRequest(field="input_file_id", problem="A line of the file is too long.")
    yield bytes(rest)


def is_for_errors(line: Line) -> bool:
    """Tell whether a line goes to the file of errors."""
    return line.status != "succeeded" or line.body is None


def output_line(batch: Batch, line: Line) -> bytes:
    """Return what became of a line, as one line of a file."""
    name = f"batch_req_{batch.id.partition('_')[2]}_{line.number}"
    head = b'{"id":"%s","custom_id":%s,' % (name.encode(), msgspec.json.encode(line.custom_id))
    if line.status in _ERRORS or line.body is None:
        code, message = _ERRORS.get(line.status, _LOST)
        error = msgspec.json.encode({"code": code, "message": message})
        return head + b'"response":null,"error":' + error + b"}\n"
    told = b'"response":{"status_code":%d,"request_id":%s,"body":'
    request_id = msgspec.json.encode(line.request_id)
    return head + told % (line.http_status or 200, request_id) + line.body + b'},"error":null}\n'


_ERRORS: Final = {
    "cancelled": ("batch_cancelled", "This request was not sent: the batch was cancelled before its turn."),
    "expired": ("batch_expired", "This request could not be executed before the completion window expired."),
}
_LOST: Final = ("server_error", "There is no answer to this request. Hand it in again in another batch.")


def shown(batch: Batch) -> dict[str, Any]:
    """Return a batch in OpenAI's words."""
    is_over = batch.has_ended
    ended_s = _seconds(batch.ended_at_ms)
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "errors": _errors(batch.problems),
        "input_file_id": _file(batch.input_file_id),
        "completion_window": WINDOW,
        "status": batch.status,
        "output_file_id": _file(batch.output_file_id),
        "error_file_id": _file(batch.error_file_id),
        "created_at": _seconds(batch.created_at_ms),
        "in_progress_at": _seconds(batch.started_at_ms),
        "expires_at": _seconds(batch.window_ends_at_ms),
        "finalizing_at": _seconds(batch.finalizing_at_ms),
        "completed_at": ended_s if batch.status == "completed" else None,
        "failed_at": ended_s if batch.status == "failed" else None,
        "expired_at": ended_s if batch.status == "expired" else None,
        "cancelling_at": _seconds(batch.cancel_asked_at_ms),
        "cancelled_at": ended_s if batch.status == "cancelled" else None,
        "request_counts": {
            "total": batch.lines,
            "completed": batch.succeeded,
            "failed": batch.errored + (batch.expired + batch.cancelled if is_over else 0),
        },
        "usage": {
            "input_tokens": batch.input_tokens,
            "input_tokens_details": {"cached_tokens": batch.cached_tokens},
            "output_tokens": batch.output_tokens,
            "output_tokens_details": {"reasoning_tokens": batch.reasoning_tokens},
            "total_tokens": batch.input_tokens + batch.output_tokens,
        },
        "metadata": batch.metadata or None,
    }


def shown_page(found: Sequence[Batch], *, has_more: bool) -> dict[str, Any]:
    """Return one page of batches."""
    return {
        "object": "list",
        "data": [shown(batch) for batch in found],
        "first_id": found[0].id if found else None,
        "last_id": found[-1].id if found else None,
        "has_more": has_more,
    }


def _errors(problems: Sequence[Problem]) -> dict[str, Any] | None:
    if not problems:
        return None
    return {"object": "list", "data": [msgspec.to_builtins(problem) for problem in problems]}


def _file(file_id: str | None) -> str | None:
    return None if file_id is None else openai_id(file_id)


def _seconds(at_ms: int | None) -> int | None:
    return None if at_ms is None else at_ms // 1000
