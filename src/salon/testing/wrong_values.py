"""Every way in which a request can miss what the OpenAPI document declares: one wrong value at a time."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from salon.testing.id_places import Document, Where

MOST_DEPTH: Final = 100
"""How deep free JSON may be."""
UNKNOWN: Final = "no_such_field"
_Way = tuple[str | int, ...]


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong value, and what its refusal has to say."""

    where: Where
    field: str
    """As the refusal names it."""
    value: Any
    """Of the body the whole one; of a query all values of the name."""
    limit: str | None
    """What the refusal names as the limit; None for a wrong type or an unknown field."""


def wrongs_of(document: Document, method: str, path: str) -> Iterator[Wrong]:
    """Yield each wrong value of the query, the headers and the JSON body of one operation."""
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in {"query", "header"}:
            name = parameter["name"]
            for _, value, limit in _Maker(document, is_text=True).wrongs(parameter["schema"], (), ()):
                field = f"{parameter['in']}.{name}"
                yield Wrong(where=parameter["in"], field=field, value=value, limit=limit)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        maker = _Maker(document, is_text=False)
        for way, value, limit in maker.wrongs(content["schema"], (), ()):
            field = ".".join(str(part) for part in way) or "body"
            yield Wrong(
                where="body", field=field, value=maker.around(content["schema"], way, value), limit=limit
            )


def least_query(document: Document, method: str, path: str) -> dict[str, Any]:
    """Return what the query of an operation has to hold at least."""
    maker = _Maker(document, is_text=True)
    return {
        one["name"]: maker.least(one["schema"])
        for one in document["paths"].get(path, {}).get(method.lower(), {}).get("parameters", ())
        if one["in"] == "query" and one["required"]
    }


class _Maker:
    """Makes values of schemas: the least that fits, and all that do not."""

    def __init__(self, document: Document, *, is_text: bool) -> None:
        self._document = document
        self._is_text = is_text
        """Whether all values come as text, as those of a query do."""

    def wrongs(
        self, schema: Document, way: _Way, above: tuple[str, ...]
    ) -> Iterator[tuple[_Way, Any, str | None]]:
        """Yield the way down to each wrong value, the value, and its limit."""
        forms, above = self._forms(schema, above)
        kinds = {form.get("type") for form in forms}
        if forms and not (self._is_text and kinds & {"string", "array"}):
            yield way, "perhaps" if self._is_text else _of_no_kind(kinds), None
        for form in forms:
            yield from ((way, value, limit) for value, limit in self._beyond(form))
            yield from self._below(form, way, above)

    def _below(
        self, form: Document, way: _Way, above: tuple[str, ...]
    ) -> Iterator[tuple[_Way, Any, str | None]]:
        for name, inner in form.get("properties", {}).items():
            yield from self.wrongs(inner, (*way, name), above)
        if form.get("additionalProperties") is False:
            yield (*way, UNKNOWN), 1, None
        if isinstance(form.get("additionalProperties"), dict):
            yield from self.wrongs(form["additionalProperties"], (*way, "x"), above)
        if "items" in form and not self._is_text:
            yield from self.wrongs(form["items"], (*way, 0), above)

    def _beyond(self, form: Document) -> Iterator[tuple[Any, str | None]]:
        """Yield values of the right type over each limit of one form of a field."""
        if "enum" in form or "const" in form:
            choices = form.get("enum") or [form["const"]]
            yield 1 if isinstance(choices[0], int) else "nothing-of-the-kind", str(choices[0])
        for name, past in (("maxLength", 1), ("minLength", -1)):
            if form.get(name):
                yield "x" * (form[name] + past), str(form[name])
        for name, past in (("maximum", 1), ("minimum", -1), ("exclusiveMaximum", 0), ("exclusiveMinimum", 0)):
            if name in form:
                limit = _plain(form[name])
                # Larger ones were rounded when the document was written.
                yield limit + past, str(limit) if abs(limit) <= 2**53 else None
        if "maxItems" in form:
            yield [self.least(form["items"])] * (form["maxItems"] + 1), str(form["maxItems"])
        if form.get("minItems"):
            yield [self.least(form["items"])] * (form["minItems"] - 1), str(form["minItems"])
        if form.get("additionalProperties") is True:
            yield {"x": nested(MOST_DEPTH)}, str(MOST_DEPTH)
        if "maxProperties" in form:
            inner = self.least(form["additionalProperties"])
            most = form["maxProperties"]
            yield {f"x{number}": inner for number in range(most + 1)}, str(most)

    def least(self, schema: Document) -> Any:
        """Return the smallest value that fits."""
        forms, _ = self._forms(schema, ())
        none: Document = {}
        form = forms[0] if forms else none
        if "enum" in form or "const" in form:
            return (form.get("enum") or [form["const"]])[0]
        if form.get("type") == "object":
            return {name: self.least(form["properties"][name]) for name in form.get("required", ())}
        if form.get("type") == "array":
            return [self.least(form["items"])] * form.get("minItems", 0)
        if form.get("type") == "string":  # “1” fits whatever pattern a number has to fit
            return "1" if "pattern" in form else "x" * form.get("minLength", 1)
        return True if form.get("type") == "boolean" else form.get("minimum", 0)

    def around(self, schema: Document, way: _Way, value: Any) -> Any:
        """Return the smallest body with a value at the end of a way."""
        if not way:
            return value
        forms, _ = self._forms(schema, ())
        name, rest = way[0], way[1:]
        for form in forms:
            if isinstance(name, int) and "items" in form:
                return [self.around(form["items"], rest, value)]
            inner = form.get("properties", {}).get(name, form.get("additionalProperties"))
            if form.get("type") == "object" and (inner is not None):
                found = {one: self.least(form["properties"][one]) for one in form.get("required", ())}
                return {**found, str(name): self.around(inner or {}, rest, value)}
        raise KeyError(way)

    def _forms(self, schema: Document, above: tuple[str, ...]) -> tuple[list[Document], tuple[str, ...]]:
        """Return the forms that a field may have, null left out, and the names gone through; each once."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name in above:
                return [], above
            return self._forms(self._document["components"]["schemas"][name], (*above, name))
        found: list[Document] = []
        for choice in ("anyOf", "oneOf", "allOf"):
            for one in schema.get(choice, ()):
                more, above = self._forms(one, above)
                found += more
        if not found and schema.get("type") != "null":
            found.append(schema)
        return found, above


def _plain(number: float) -> float:
    """Return a limit as JSON has it: FastAPI writes each as a number with a fraction."""
    return int(number) if number == int(number) else number


def nested(depth: int) -> list[Any]:
    """Return lists within each other."""
    found: list[Any] = []
    for _ in range(depth - 1):
        found = [found]
    return found


def _of_no_kind(kinds: set[str | None]) -> Any:
    """Return a value that is of none of these types."""
    values: Mapping[str, Any] = {"array": [], "object": {}, "string": "perhaps"}
    return next(value for kind, value in values.items() if kind not in kinds)
