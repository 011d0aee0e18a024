"""Finding the row that a path belongs to."""

import re
from collections.abc import Sequence

import msgspec

from salon.surfaces.api.endpoints.row import Endpoint


class Matched(msgspec.Struct, frozen=True):
    """A row that a path belongs to, and what its parameters are."""

    endpoint: Endpoint
    parameters: dict[str, str]


class RowMatcher:
    """Finds the row for a method and a decoded path. Exact paths first, then in the order of the table."""

    def __init__(self, rows: Sequence[Endpoint]) -> None:
        self._exact = {row.key: row for row in rows if "{" not in row.path}
        self._patterns = [(row, _pattern(row.path)) for row in rows if "{" in row.path]

    def match(self, method: str, path: str) -> Matched | None:
        """Return the row for ``method`` and ``path``; HEAD is served by GET."""
        method = "GET" if method == "HEAD" else method
        row = self._exact.get((method, path))
        if row is not None:
            return Matched(row, {})
        for row, pattern in self._patterns:
            found = pattern.fullmatch(path) if row.method == method else None
            if found is not None:
                return Matched(row, found.groupdict())
        return None

    def methods(self, path: str) -> list[str]:
        """Return the methods that ``path`` takes, for 405 and OPTIONS; without the catch-all page."""
        found = {method for method, exact in self._exact if exact == path}
        found |= {
            row.method
            for row, pattern in self._patterns
            if row.operation != "page" and pattern.fullmatch(path)
        }
        if "GET" in found:
            found.add("HEAD")
        return sorted(found)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(:path)?\}", path)
    text = ""
    for index in range(0, len(parts), 3):
        text += re.escape(parts[index])
        if index + 1 < len(parts):
            text += f"(?P<{parts[index + 1]}>{'.*' if parts[index + 2] else '[^/]+'})"
    return re.compile(text, re.DOTALL)
