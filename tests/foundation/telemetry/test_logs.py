"""Log lines are structured, hold no secret and cannot play tricks on a terminal."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from salon.foundation.kit.errors import NotFound
from salon.foundation.telemetry import Redactor, configure_logs
from salon.foundation.telemetry.logs import JsonFormatter, TextFormatter


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = True
    logging.captureWarnings(capture=False)


def _record(message: str, **extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord({"name": "salon.x", "levelname": "INFO", "msg": message})
    vars(record).update(extra)
    return record


def test_json_line_carries_extra_fields() -> None:
    line = json.loads(JsonFormatter().format(_record("served", request_id="req_1", status=200, path=None)))
    assert line["message"] == "served"
    assert (line["request_id"], line["status"], line["path"]) == ("req_1", 200, None)
    assert line["ts"].endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer canary-0123456789",
        "x-api-key=canary-0123456789",
        '{"api_key": "canary-0123456789"}',
        "GET /v1?key=canary-0123456789&x=1",
        "redis://:canary-0123456789@host/0",
        "sk-canary-0123456789abcdef",
        "sk-ant-canary-0123456789",
        "AIzaSyCanary0123456789canary-canary",
        "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.canary-0123",
    ],
)
def test_what_looks_secret_is_hidden(text: str) -> None:
    assert "canary" not in Redactor().redact(text).lower()
    assert "[hidden]" in Redactor().redact(text)


def test_registered_secret_is_hidden_wherever_it_appears() -> None:
    redactor = Redactor()
    redactor.register("correct horse battery")
    line = JsonFormatter(redactor).format(_record("x", detail={"deep": ["say correct horse battery now"]}))
    assert "battery" not in line


def test_ordinary_words_stay() -> None:
    text = (
        "input_tokens: 15, max_tokens=100, model gpt-4o-mini, key name “laptop”, http://localhost:11434/api"
    )
    assert Redactor().redact(text) == text


def test_text_line_cannot_hold_an_escape_or_a_second_line() -> None:
    line = TextFormatter(colour=False).format(_record("name \x1b]0;owned\x07\n12:00:00 info forged \u202e"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\\u202e" in line


@pytest.mark.usefixtures("restored_logging")
def test_trace_of_an_expected_error_names_its_code() -> None:
    stream = io.StringIO()
    configure_logs(stream=stream)
    error = NotFound(what="key", id="key_1")
    logging.getLogger("salon.test").error("failed", exc_info=error)
    line = json.loads(stream.getvalue())
    assert line["code"] == "not_found"
    assert "NotFound" in line["trace"]
