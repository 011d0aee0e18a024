"""Batches of the fake provider: OpenAI's files and batches, and Anthropic's Message Batches.

Each line is answered by its own plan, as if it were asked at once; only its faults of status count. What
befalls a whole batch is set at the desk.
"""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, cast

import msgspec
import orjson

from salon.testing.fake_provider import anthropic, openai
from salon.testing.fake_provider.answer import Asked, JsonObject, answer
from salon.testing.fake_provider.dialects import dialect_of, name_of
from salon.testing.fake_provider.forms import Uploaded, read_form
from salon.testing.fake_provider.journal import Exchange, Journal
from salon.testing.fake_provider.plan import Plan

_JSON: Final = b"application/json"
_LINES: Final = b"application/x-jsonl"
_MESSAGES: Final = "/v1/messages/batches"
BATCH_PATHS: Final = (_MESSAGES, "/v1/batches", "/v1/files")
Told = tuple[int, bytes, bytes]
"""Status, media type, body."""


class Held(msgspec.Struct, kw_only=True):
    """One batch."""

    id: str
    made_at_s: float
    endpoint: str
    lines: list[JsonObject]
    input_file_id: str = ""
    metadata: JsonObject = {}
    is_cancelled: bool = False
    problem: str = ""
    answers: list[tuple[str, int, Any]] | None = None
    """Custom id, status (0 where there is no answer) and body of each line, once it has ended."""
    files: list[str] = []


class BatchDesk:
    """Takes batches in and answers them. Its switches may be set from any thread."""

    def __init__(self, journal: Journal, plan: Callable[[Exchange, Asked], Plan]) -> None:
        self.is_holding = False
        """Batches stay at work until this is off."""
        self.is_away = False
        """Every request about files and batches is answered with 503 while this is on."""
        self.refusals: deque[int] = deque()
        """Statuses with which the next requests for a batch are refused."""
        self.lost = 0
        """How many requests for a batch are done, and answered with 500 all the same."""
        self.problem = ""
        """Why the batches that are made fail as a whole (OpenAI's)."""
        self.unanswered = 0
        """How many lines at the end of each batch expire."""
        self.made: list[Held] = []
        self.files: dict[str, bytes] = {}
        self.removed: list[str] = []
        self._journal = journal
        self._plan = plan

    def answer(self, exchange: Exchange, path: str) -> Told | None:
        """Return the answer to a request about files or batches; None for any other."""
        if self.is_away and path.startswith(BATCH_PATHS):
            return _json(openai.error_value(503, "fake failure 503"), 503)
        if path.startswith(_MESSAGES):
            return self._message_batches(exchange, path.removeprefix(_MESSAGES).strip("/").split("/"))
        if path.startswith("/v1/batches"):
            return self._batches(exchange, path.removeprefix("/v1/batches").strip("/").split("/"))
        if path.startswith("/v1/files"):
            return self._files(exchange, path.removeprefix("/v1/files").strip("/").split("/"))
        return None

    # -- OpenAI -----------------------------------------------------------------------------------
    def _files(self, exchange: Exchange, rest: list[str]) -> Told:
        file_id = rest[0]
        if exchange.method == "POST":
            form = read_form(exchange.header("content-type") or "", exchange.body)
            file_id = f"file-fake-{len(self.files) + 1}"
            self.files[file_id] = cast(Uploaded, form["file"]).data
            return _json({"id": file_id, "object": "file", "purpose": form["purpose"]})
        if file_id not in self.files:
            return _json(openai.error_value(404, "No such File object"), 404)
        if exchange.method == "DELETE":
            self.removed.append(file_id)
            del self.files[file_id]
            return _json({"id": file_id, "object": "file", "deleted": True})
        return 200, b"application/octet-stream", self.files[file_id]

    def _batches(self, exchange: Exchange, rest: list[str]) -> Told:
        if not rest[0]:
            return self._make(exchange) if exchange.method == "POST" else self._list(exchange, self._shown)
        return self._one(exchange, rest, self._shown)

    def _make(self, exchange: Exchange) -> Told:
        refused = self._refused(openai.error_value)
        if refused is not None:
            return refused
        asked = orjson.loads(exchange.body)
        file_id, endpoint = asked["input_file_id"], asked["endpoint"]
        if file_id not in self.files:
            return _json(openai.error_value(400, "Invalid input_file_id"), 400)
        lines = [orjson.loads(line) for line in self.files[file_id].split(b"\n") if line.strip()]
        if any(line["url"] != endpoint for line in lines):
            return _json(openai.error_value(400, "mismatched url"), 400)
        shown = [{"custom_id": line["custom_id"], "body": line["body"]} for line in lines]
        held = self._hold(exchange, "batch", endpoint, shown)
        held.input_file_id, held.metadata, held.problem = file_id, asked.get("metadata") or {}, self.problem
        return self._answered(held, self._shown, openai.error_value)

    def _shown(self, held: Held) -> JsonObject:
        self._look(held)
        status = "in_progress" if not held.is_cancelled else "cancelling"
        if held.problem:
            status = "failed"
        elif held.answers is not None:
            status = "cancelled" if held.is_cancelled else "expired" if self.unanswered else "completed"
            if not held.files:
                held.files = [self._output(held, is_good=is_good) for is_good in (True, False)]
        return {
            "id": held.id,
            "object": "batch",
            "status": status,
            "endpoint": held.endpoint,
            "input_file_id": held.input_file_id,
            "metadata": held.metadata,
            "output_file_id": held.files[0] or None if held.files else None,
            "error_file_id": held.files[1] or None if held.files else None,
            "errors": {"data": [{"code": "failed", "message": held.problem}]} if held.problem else None,
        }

    def _output(self, held: Held, *, is_good: bool) -> str:
        """Write one of the two files of an ended batch, backwards: their order is not promised."""
        rows: list[bytes] = []
        for custom_id, status, body in reversed(held.answers or []):
            if (status == 200) is not is_good:
                continue
            response = {"status_code": status, "request_id": "r", "body": body} if status else None
            error = None if status else {"code": "batch_expired", "message": "It expired."}
            row = {"id": "x", "custom_id": custom_id, "response": response, "error": error}
            rows.append(orjson.dumps(row))
        if not rows:
            return ""
        file_id = f"file-fake-{len(self.files) + len(self.removed) + 1}-out"
        self.files[file_id] = b"\n".join(rows) + b"\n"
        return file_id

    # -- Anthropic --------------------------------------------------------------------------------
    def _message_batches(self, exchange: Exchange, rest: list[str]) -> Told:
        if rest[0]:
            return self._one(exchange, rest, self._message_batch)
        if exchange.method != "POST":
            return self._list(exchange, self._message_batch)
        refused = self._refused(anthropic.error_value)
        if refused is not None:
            return refused
        requests = orjson.loads(exchange.body)["requests"]
        lines = [{"custom_id": line["custom_id"], "body": line["params"]} for line in requests]
        if any("stream" in line["body"] for line in lines):
            return _json(anthropic.error_value(400, "stream: Extra inputs are not permitted"), 400)
        held = self._hold(exchange, "msgbatch", "/v1/messages", lines)
        return self._answered(held, self._message_batch, anthropic.error_value)

    def _message_batch(self, held: Held) -> JsonObject:
        self._look(held)
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for _, status, _ in held.answers or []:
            counts["succeeded" if status == 200 else "errored" if status else "expired"] += 1
        counts["processing"] = 0 if held.answers is not None else len(held.lines)
        return {
            "id": held.id,
            "type": "message_batch",
            "processing_status": "in_progress" if held.answers is None else "ended",
            "request_counts": counts,
            "created_at": datetime.fromtimestamp(held.made_at_s, UTC).isoformat(),
        }

    def _results(self, held: Held) -> Told:
        rows: list[bytes] = []
        for custom_id, status, body in reversed(held.answers or []):
            result: JsonObject = {"type": "expired"}
            if status == 200:
                result = {"type": "succeeded", "message": body}
            elif status:
                result = {"type": "errored", "error": body}
            rows.append(orjson.dumps({"custom_id": custom_id, "result": result}))
        return 200, _LINES, b"\n".join(rows) + b"\n"

    # -- both -------------------------------------------------------------------------------------
    def _refused(self, error_value: Callable[[int, str], Any]) -> Told | None:
        if not self.refusals:
            return None
        status = self.refusals.popleft()
        return _json(error_value(status, f"fake failure {status}"), status)

    def _answered(
        self, held: Held, shown: Callable[[Held], Any], error_value: Callable[[int, str], Any]
    ) -> Told:
        if self.lost:
            self.lost -= 1
            return _json(error_value(500, "made, and not told"), 500)
        return _json(shown(held))

    def _hold(self, exchange: Exchange, prefix: str, endpoint: str, lines: list[JsonObject]) -> Held:
        made_at_s = datetime.now(UTC).timestamp()
        name = f"{prefix}_fake{len(self.made) + 1}"
        held = Held(id=name, made_at_s=made_at_s, endpoint=endpoint, lines=lines)
        self.made.append(held)
        del exchange
        return held

    def _list(self, exchange: Exchange, shown: Callable[[Held], Any]) -> Told:
        kind = "msgbatch" if shown == self._message_batch else "batch_"
        found = [one for one in reversed(self.made) if one.id.startswith(kind)]
        del exchange
        return _json({"object": "list", "data": [shown(one) for one in found], "has_more": False})

    def _one(self, exchange: Exchange, rest: list[str], shown: Callable[[Held], Any]) -> Told:
        held = next((one for one in self.made if one.id == rest[0]), None)
        if held is None:
            return _json(openai.error_value(404, "No batch found"), 404)
        if rest[-1] == "results":
            return self._results(held)
        if rest[-1] == "cancel":
            held.is_cancelled = True
        elif exchange.method == "DELETE":
            self.made.remove(held)
            self.removed.append(held.id)
        return _json(shown(held))

    def _look(self, held: Held) -> None:
        """End a batch whose time has come."""
        if held.answers is not None or held.problem or (self.is_holding and not held.is_cancelled):
            return
        answered = len(held.lines) - self.unanswered
        if held.is_cancelled and self.is_holding:
            answered = len(held.lines) // 2
        held.answers = []
        for place, line in enumerate(held.lines):
            status, body = self._line(held, line["body"]) if place < answered else (0, None)
            held.answers.append((str(line["custom_id"]), status, body))

    def _line(self, held: Held, body: JsonObject) -> tuple[int, Any]:
        """Answer one line by its plan."""
        dialect = dialect_of(held.endpoint)
        assert dialect is not None
        asked: Asked = dialect.read(body)
        exchange = Exchange(
            number=0, method="POST", target=held.endpoint, headers=[], body=b"", started_s=0.0
        )
        exchange.dialect = f"{name_of(dialect)}-batch"
        exchange.plan = self._plan(exchange, asked)
        self._journal.planned(exchange)
        failure = exchange.plan.fault("status")
        if failure is not None:
            return failure.status, dialect.error_value(failure.status, f"fake failure {failure.status}")
        return 200, orjson.loads(dialect.body(answer(asked, exchange.plan, len(self.made))))


def _json(value: Any, status: int = 200) -> Told:
    return status, _JSON, orjson.dumps(value)
