"""Takes secrets out of bodies before they are written: in each text, not in the bytes around it.

A secret may be split over the events of a stream, or hidden behind JSON's escapes, so a stream is put
together and JSON is read first; then every text and every name in it is looked through, and JSON inside a
text (the arguments of a tool call) in the same way.
"""

from typing import Any, Final, cast

import msgspec

from salon.foundation.kit.patterns import Pattern
from salon.foundation.telemetry import redactor

HIDDEN: Final = "[hidden]"
_DEEPEST: Final = 100


class Redaction:
    """Secrets always, and what the patterns match. Use one per body: it counts."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self._patterns = patterns
        self.count = 0
        """How often something was taken out."""

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return a JSON value without secrets."""
        if depth > _DEEPEST:
            self.count += 1
            return HIDDEN
        if isinstance(value, str):
            return self.text(value, depth)
        if isinstance(value, list):
            return [self.value(one, depth + 1) for one in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {
                self.text(name, depth): self._field(name, one, depth)
                for name, one in cast("dict[str, Any]", value).items()
            }
        return value if value is None or isinstance(value, bool) else self._number(value)

    def text(self, text: str, depth: int = 0) -> str:
        """Return a text without secrets."""
        if text[:1] in {"{", "["}:
            try:
                inner = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                inner = None
            if inner is not None:
                before = self.count
                cleaned = self.value(inner, depth + 1)
                return text if self.count == before else msgspec.json.encode(cleaned).decode()
        return self._plain(text)

    def _field(self, name: str, value: Any, depth: int) -> Any:
        """Return a field's value; a short text after a name like ``password`` is a secret by its name."""
        if isinstance(value, str) and value and " " not in value:
            shown = redactor.redact(f"{name}={value}")
            if shown.endswith(f"={HIDDEN}") and not value.startswith(HIDDEN):
                self.count += 1
                return HIDDEN
        return self.value(value, depth + 1)

    def _number(self, value: Any) -> Any:
        """Return a number, or what hides it: a card's number is a number in JSON too, without a fraction."""
        if isinstance(value, float) and not value.is_integer():
            return value
        text = str(value)
        return value if self._plain(text) == text else HIDDEN

    def _plain(self, text: str) -> str:
        cleaned = redactor.redact(text)
        if cleaned != text:
            self.count += max(1, cleaned.count(HIDDEN) - text.count(HIDDEN))
        for pattern in self._patterns:
            cleaned, count = pattern.replace(cleaned, HIDDEN)
            self.count += count
        return cleaned
