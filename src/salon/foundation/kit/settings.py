"""What a setting is: one schema of documented fields, read as a list of specs.

A schema is a msgspec Struct whose fields are sections (Structs) or named tables (``dict[str, Struct]``);
each field of a section carries a ``setting(...)``. This module knows no particular setting;
``layers.py`` puts values together.
"""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec

Reload = Literal["live", "restart"]
"""``live``: a changed file applies while running; ``restart``: at the next start."""


def setting(
    doc: str,
    *,
    unit: str | None = None,
    secret: bool = False,
    reload: Reload = "live",
    env: str | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> msgspec.Meta:
    """Describe one setting: what it does, its unit and range, and whether a change needs a restart.

    ``env`` is a short environment variable beside the regular ``SALON_SECTION_KEY``.
    """
    extra = {"unit": unit, "secret": secret, "reload": reload, "env": env, "ge": ge, "le": le}
    return msgspec.Meta(description=doc, extra=extra, ge=ge, le=le)


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One setting of the schema."""

    key: str
    """``section.name``, or ``table.*.name`` for named tables."""
    type: Any
    default: Any
    required: bool
    doc: str
    unit: str | None
    secret: bool
    reload: Reload
    env: tuple[str, ...]
    """Environment variables that set it, the regular one first; empty for named tables."""
    ge: float | None
    le: float | None

    @property
    def expects(self) -> str:
        """What a value must be, in words."""
        text = describe_type(self.type)
        if self.ge is not None and self.le is not None:
            return f"{text} from {self.ge} to {self.le}"
        if self.ge is not None:
            return f"{text}, {self.ge} or more"
        return text

    def shown(self, value: object) -> str:
        """Return ``value`` as it may be shown: a secret only as set or not."""
        if self.secret:
            return "(set, hidden)" if value else "(not set)"
        return render(value)


def unwrap(annotated: Any) -> tuple[Any, msgspec.Meta | None]:
    """Return a type without its annotations, and its ``Meta`` if it has one."""
    if get_origin(annotated) is Annotated:
        inner, *notes = get_args(annotated)
        return inner, next((note for note in notes if isinstance(note, msgspec.Meta)), None)
    return annotated, None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def table_type(kind: Any) -> type[msgspec.Struct] | None:
    """Return the Struct of a named table (``dict[str, Struct]``), or None."""
    if get_origin(kind) is dict and _is_struct(get_args(kind)[1]):
        return cast("type[msgspec.Struct]", get_args(kind)[1])
    return None


def _section_specs(prefix: str, struct: type[msgspec.Struct], *, with_env: bool) -> Iterator[Spec]:
    for field in msgspec.structs.fields(struct):
        kind, meta = unwrap(field.type)
        extra: dict[str, Any] = (meta.extra or {}) if meta else {}
        names = (f"SALON_{prefix}_{field.name}".upper(),) if with_env else ()
        if with_env and extra.get("env"):
            names = (*names, extra["env"])
        factory = field.default_factory
        default = factory() if callable(factory) else field.default
        yield Spec(
            key=f"{prefix}.{field.name}",
            type=kind,
            default=None if field.required else default,
            required=field.required,
            doc=(meta.description or "") if meta else "",
            unit=extra.get("unit"),
            secret=bool(extra.get("secret")),
            reload=extra.get("reload", "live"),
            env=names,
            ge=extra.get("ge"),
            le=extra.get("le"),
        )


def specs(schema: type[msgspec.Struct]) -> dict[str, Spec]:
    """List every setting of ``schema`` by key, in order."""
    found: dict[str, Spec] = {}
    for field in msgspec.structs.fields(schema):
        kind, _ = unwrap(field.type)
        table = table_type(kind)
        if table is not None:
            entries = _section_specs(f"{field.name}.*", table, with_env=False)
        else:
            entries = _section_specs(field.name, kind, with_env=True)
        found.update((spec.key, spec) for spec in entries)
    return found


def find(known: Mapping[str, Spec], key: str) -> Spec | None:
    """Return the spec for a concrete key such as ``providers.main.base_url``."""
    if key in known:
        return known[key]
    table, _, rest = key.partition(".")
    _, dot, name = rest.rpartition(".")
    return known.get(f"{table}.*.{name}") if dot else None


def describe_type(kind: Any) -> str:
    """Say in words what a type accepts."""
    kind, _ = unwrap(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(str(choice) for choice in arguments)
    if origin in (Union, UnionType):
        parts = [describe_type(one) for one in arguments if one is not NoneType]
        return " or ".join(parts)
    if origin in (tuple, list):
        return f"a list of {describe_type(arguments[0]).removeprefix('a ').removeprefix('an ')}"
    if origin is dict:
        return "a table"
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    return names.get(kind, "a table")


def render(value: object) -> str:
    """Return a value as it would stand in ``salon.toml``."""
    if value is None:
        return "(not set)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, msgspec.Struct | tuple | list | dict):
        return _render_nested(msgspec.to_builtins(value))
    return str(value)


def _render_nested(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return "{" + ", ".join(f"{name} = {render(one)}" for name, one in pairs) + "}"
    return "[" + ", ".join(render(one) for one in cast("list[object]", value)) + "]"


def example(spec: Spec) -> str:
    """Return a value that would be accepted."""
    if spec.default not in (None, "", ()):
        return render(msgspec.to_builtins(spec.default))
    kind = spec.type
    if get_origin(kind) is Literal:
        return render(get_args(kind)[0])
    text = describe_type(kind)
    return {"a whole number": "10", "a number": "1.5", "true or false": "true"}.get(
        text, '["one", "two"]' if text.startswith("a list") else '"…"'
    )
