"""Patterns that people write. They run on RE2, whose time is linear in the text; Python's ``re`` is not."""

import importlib
from collections.abc import Callable
from typing import Any, Final

LONGEST: Final = 1000
"""Characters of one pattern."""
_MOST_MEMORY: Final = 4 << 20


class Pattern:
    """A pattern ready to run. Safe on any thread."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        """Compile ``text``. Raises: ValueError with what is wrong with it."""
        if not text or len(text) > LONGEST:
            raise ValueError(f"a pattern has 1 to {LONGEST} characters")
        engine: Any = importlib.import_module("re2")  # costs a start 5 MB that few houses need; has no types
        options = engine.Options()
        options.max_mem = _MOST_MEMORY
        options.log_errors = False
        try:
            self._compiled: Any = engine.compile(text, options)
        except engine.error as error:
            raise ValueError(_words(error)) from error
        if self._compiled.search("") is not None:
            raise ValueError("it matches where there is nothing, so it would match everywhere")
        self.text = text

    def is_in(self, text: str) -> bool:
        """Tell whether it matches somewhere in ``text``."""
        return self._compiled.search(text.encode("utf-8", "surrogatepass")) is not None

    def replace(self, text: str, by: str) -> tuple[str, int]:
        """Return ``text`` with every match replaced by ``by`` as it stands, and how many there were."""
        by_it: Callable[[Any], str] = lambda _: by  # noqa: E731 - a plain text would be read for \\1
        replaced, count = self._compiled.subn(by_it, text)
        return str(replaced), int(count)


def _words(error: Exception) -> str:
    detail = error.args[0] if error.args else b""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
