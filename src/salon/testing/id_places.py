"""Every place of a request that takes words, read from the OpenAPI document: where an id may stand."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

Where = Literal["path", "query", "header", "body"]
Document = Mapping[str, Any]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the requests to one address."""

    where: Where
    name: str
    """Of the body a way down: ``messages[].author.id``; ``?`` stands for what may be any JSON."""

    @property
    def leaf(self) -> str:
        """Return the last name of the way, without the signs of a list."""
        return self.name.rpartition(".")[2].removesuffix("[]").removesuffix("{}")


def places_of(document: Document, method: str, path: str) -> list[Place]:
    """Return the places of one operation that take text, each once. Raises: KeyError."""
    operation = document["paths"][path][method.lower()]
    found: dict[Place, None] = {}
    for parameter in operation.get("parameters", ()):
        # One value and a list of them are asked for by the same name in a query.
        for _ in _ways(document, parameter["schema"], "", ()):
            found[Place(where=parameter["in"], name=parameter["name"])] = None
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for way in _ways(document, content["schema"], "", ()):
            found[Place(where="body", name=way.removeprefix("."))] = None
    return list(found)


def _ways(document: Document, schema: Document, way: str, above: tuple[str, ...]) -> Iterator[str]:
    """Give the ways down to every text of a schema; a schema in itself is gone down once."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in above:
            yield from _ways(document, document["components"]["schemas"][name], way, (*above, name))
        return
    for choice in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(choice, ()):
            yield from _ways(document, one, way, above)
    if "properties" in schema:
        for name, inner in schema["properties"].items():
            yield from _ways(document, inner, f"{way}.{name}", above)
    elif "items" in schema:
        yield from _ways(document, schema["items"], f"{way}[]", above)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from _ways(document, schema["additionalProperties"], f"{way}{{}}", above)
    elif schema.get("type") == "string":
        if not {"enum", "const"} & schema.keys() and schema.get("format") != "binary":
            yield way
    elif schema.get("type") in {None, "object"} and not schema.keys() & {"anyOf", "oneOf", "allOf"}:
        yield f"{way}?"
