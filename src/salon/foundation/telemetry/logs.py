"""Structured logs on standard error: JSON lines, or text for a person; never a secret, never an escape."""

import json
import logging
import os
import sys
import time
from typing import Any, Literal, TextIO

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.terminal import one_line
from salon.foundation.telemetry.redaction import Redactor, redactor

LogFormat = Literal["auto", "json", "text"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was passed as ``extra``."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``ts``, ``level``, ``logger``, ``message``, the extra fields, ``trace``."""

    def __init__(self, redact: Redactor = redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "ts": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(_fields(record))
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, SalonError):
            line["code"] = error.code
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(self._clean(line), ensure_ascii=False, default=str)

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._redact.redact(value)
        if isinstance(value, dict):
            items: dict[Any, Any] = value  # pyright: ignore[reportUnknownVariableType] - JSON of unknown shape
            return {str(key): self._clean(one) for key, one in items.items()}
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._redact.redact(str(value))


class TextFormatter(logging.Formatter):
    """One short line for a person, coloured on a terminal; a trace follows indented."""

    def __init__(self, *, colour: bool, redact: Redactor = redactor) -> None:
        super().__init__()
        self._colour = colour
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the trace below it if there is one."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = f"{record.levelname.lower():<7}"
        if self._colour:
            level = f"\x1b[{_COLOURS.get(record.levelname, '0')}m{level}\x1b[0m"
        extra = "".join(f" {name}={value}" for name, value in _fields(record).items())
        text = self._redact.redact(f"{record.getMessage()}{extra}")
        lines = [f"{clock} {level} {one_line(text)}"]
        if record.exc_info:
            trace = self._redact.redact(self.formatException(record.exc_info))
            lines += [f"    {one_line(line)}" for line in trace.splitlines()]
        return "\n".join(lines)


def configure_logs(*, level: str = "info", style: LogFormat = "auto", stream: TextIO | None = None) -> None:
    """Send every log line of this process to ``stream`` (standard error). Replaces an earlier set-up."""
    out: TextIO = stream or sys.stderr
    terminal = out.isatty()
    text = style == "text" or (style == "auto" and terminal)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        TextFormatter(colour=terminal and not os.environ.get("NO_COLOR")) if text else JsonFormatter()
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.raiseExceptions = False  # a closed stderr must not break a request
    logging.captureWarnings(capture=True)
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "asyncio"):
        logger = logging.getLogger(chatty)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    set_level(level)


def set_level(level: str) -> None:
    """Change the least severe level that is written, while running."""
    logging.getLogger().setLevel(level.upper())
