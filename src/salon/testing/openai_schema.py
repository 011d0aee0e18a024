"""OpenAI's published document, and where an answer departs from it; for suites that judge what we serve."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import jsonschema
import orjson

Breach = tuple[str, str]
"""Where a value breaks the document (list positions as ``*``), and the keyword it breaks."""
_TAGS = ("type", "object", "role")
"""Fields that tell one branch of a union from the others."""


class OpenAIDocument:
    """The document, read once. Not safe for several threads."""

    def __init__(self, path: Path) -> None:
        """Read the document at ``path``."""
        self._components: Any = orjson.loads(path.read_bytes())["components"]
        self._checkers: dict[str, Any] = {}
        self._seen: dict[tuple[str, str], set[Breach]] = {}

    def breaches(self, name: str, value: Any) -> set[Breach]:
        """Return what ``value`` breaks of the schema ``name``; values of one shape are judged once."""
        shape = (name, repr(_shape(value)))
        if shape not in self._seen:
            if name not in self._checkers:
                schema = {"$ref": f"#/components/schemas/{name}", "components": self._components}
                self._checkers[name] = jsonschema.Draft202012Validator(schema)
            found = cast("Iterator[Any]", self._checkers[name].iter_errors(value))
            self._seen[shape] = {breach for error in found for breach in _leaves(error)}
        return self._seen[shape]

    @cached_property
    def _events(self) -> dict[str, str]:
        names = (branch["$ref"].rpartition("/")[2] for branch in self._branches("ResponseStreamEvent"))
        found: dict[str, str] = {}
        for name in names:
            kinds = self._components["schemas"][name]["properties"]["type"].get("enum", ())
            found.update(dict.fromkeys(kinds, name))
        return found

    def _branches(self, name: str) -> Sequence[Any]:
        schema = self._components["schemas"][name]
        return schema.get("anyOf") or schema["oneOf"]

    def event_breaches(self, event: Any) -> set[Breach]:
        """Return what an event of a Responses stream breaks; places within its response are named alone."""
        name = self._events.get(event.get("type"))
        if name is None:
            return {("type", f"unknown {event.get('type')}")}
        found = self.breaches(name, event)
        return {(place.removeprefix("response."), word) for place, word in found}


def _shape(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _shape(inner, name) for name, inner in sorted(fields.items())}
    if isinstance(value, list):
        shapes = {repr(_shape(inner)) for inner in cast("list[Any]", value)}
        return sorted(shapes)
    # Words that schemas enumerate belong to the shape; text and numbers do not.
    is_word = isinstance(value, str) and key in {*_TAGS, "status", "finish_reason", "service_tier", "code"}
    return value if is_word or value is None or isinstance(value, bool) else type(value).__name__


def _leaves(error: Any) -> Iterator[Breach]:
    """Yield what is wrong; in a union, with the branch that was meant."""
    meant = _meant(error) if error.validator in {"anyOf", "oneOf"} else []
    if meant:
        for inner in meant:
            yield from _leaves(inner)
        return
    place = ".".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
    detail = ",".join(sorted(error.message.split("'")[1:2])) if error.validator == "required" else ""
    yield place, f"{error.validator}{detail}"


def _meant(error: Any) -> list[Any]:
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [found for found in branches.values() if not any(map(_is_other_kind, found))]
    return min(fitting, key=len) if fitting else []


def _is_other_kind(error: Any) -> bool:
    if error.validator == "type" and not error.relative_path:
        return True
    is_tag = bool(error.relative_path) and error.relative_path[-1] in _TAGS
    return is_tag and len(error.relative_path) == 1 and error.validator in {"enum", "const"}
