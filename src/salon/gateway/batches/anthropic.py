"""Anthropic's Message Batches: how one is handed in, and how it and its results are told."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.batches.models import Batch, BatchOptions, Line, NewLine

ENDPOINT: Final = "/v1/messages"
_CUSTOM_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_RESULTS: Final = {"cancelled": "canceled", "expired": "expired"}


class _Request(msgspec.Struct):
    custom_id: str
    params: msgspec.Raw


class _Create(msgspec.Struct):
    requests: list[_Request]


def read_create(body: bytes, options: BatchOptions) -> list[NewLine]:
    """Return the lines of a request that makes a batch. Raises: InvalidRequest naming the field."""
    try:
        asked = msgspec.json.decode(body, type=_Create)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(field="requests", problem=_plain(error)) from error
    if not 1 <= len(asked.requests) <= options.max_lines:
        problem = f"A batch has from 1 to {options.max_lines} requests; this one has {len(asked.requests)}."
        raise InvalidRequest(field="requests", problem=problem)
    seen: dict[str, int] = {}
    return [_line(place, request, seen) for place, request in enumerate(asked.requests)]


def _line(place: int, request: _Request, seen: dict[str, int]) -> NewLine:
    custom_id, field = request.custom_id, f"requests.{place}.custom_id"
    if not _CUSTOM_ID.fullmatch(custom_id):
        problem = "It has 1 to 64 letters, digits, hyphens and underscores."
        raise InvalidRequest(field=field, problem=problem)
    first = seen.setdefault(custom_id, place)
    if first != place:
        problem = f"“{custom_id}” is the custom_id of requests.{first} too. Give each request its own."
        raise InvalidRequest(field=field, problem=problem)
    body = bytes(request.params)
    if not body.startswith(b"{"):
        raise InvalidRequest(field=f"requests.{place}.params", problem="This is no object.")
    return NewLine(custom_id, body)


def _plain(error: Exception) -> str:
    """Say what is wrong without quoting what was sent."""
    text = str(error) if isinstance(error, msgspec.ValidationError) else "The body is no JSON"
    return f"{text}. Send a list of objects with custom_id and params."


def shown(batch: Batch, *, base: str) -> dict[str, Any]:
    """Return a batch in Anthropic's words; ``base`` is the address of this Salon."""
    is_over = batch.has_ended
    is_stopping = batch.cancel_asked_at_ms is not None
    status = "ended" if is_over else "canceling" if is_stopping else "in_progress"
    results = f"{base}/v1/messages/batches/{batch.id}/results"
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": status,
        # As there: what became of the lines is told once all are through.
        "request_counts": {
            "processing": 0 if is_over else batch.lines,
            "succeeded": batch.succeeded if is_over else 0,
            "errored": batch.errored if is_over else 0,
            "canceled": batch.cancelled if is_over else 0,
            "expired": batch.expired if is_over else 0,
        },
        "created_at": _time(batch.created_at_ms),
        "expires_at": _time(batch.window_ends_at_ms),
        "ended_at": _time(batch.ended_at_ms),
        "cancel_initiated_at": _time(batch.cancel_asked_at_ms),
        "archived_at": _time(batch.archived_at_ms),
        "results_url": results if is_over and batch.archived_at_ms is None else None,
    }


def shown_page(found: Sequence[Batch], *, has_more: bool, base: str) -> dict[str, Any]:
    """Return one page of batches."""
    return {
        "data": [shown(batch, base=base) for batch in found],
        "has_more": has_more,
        "first_id": found[0].id if found else None,
        "last_id": found[-1].id if found else None,
    }


def result_line(line: Line) -> bytes:
    """Return what became of a line, as one line of the results."""
    head = b'{"custom_id":' + msgspec.json.encode(line.custom_id) + b',"result":'
    if line.status == "succeeded" and line.body is not None:
        return head + b'{"type":"succeeded","message":' + line.body + b"}}\n"
    if line.status in _RESULTS:
        return head + b'{"type":"%s"}}\n' % _RESULTS[line.status].encode()
    return head + b'{"type":"errored","error":' + (line.body or _LOST) + b"}}\n"


_LOST: Final = (
    b'{"type":"error","error":{"type":"api_error","message":"There is no answer to this line: its batch '
    b'failed, or the key that sealed it is not here. Hand the line in again."}}'
)


def _time(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
