"""Puts the layers of the settings together: defaults, the file, the environment, the command line.

Resolved key by key, the later layer wins; each value knows where it came from, and every problem is
collected as one sentence with its fix.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec

from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.settings import (
    Spec,
    describe_type,
    example,
    find,
    render,
    specs,
    table_type,
    unwrap,
)

S = TypeVar("S", bound=msgspec.Struct)

COMMAND_LINE = "command line"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The value in force, and where it came from."""

    spec: Spec
    key: str
    value: Any
    origin: str
    """``default``, the file's path, an environment variable's name, or ``command line``."""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """All layers put together. ``settings`` is only built when there is no problem."""

    values: dict[str, Value]
    problems: list[ConfigError]
    tree: dict[str, Any]
    """The merged values as nested mappings, ready for the schema."""

    def build(self, schema: type[S]) -> S:
        """Return the settings. Raises: ConfigError, the first problem."""
        if self.problems:
            raise self.problems[0]
        return msgspec.convert(self.tree, schema)


def unknown_key(known: Mapping[str, Spec], key: str, *, origin: str | None) -> ConfigError:
    """Return the error for a key that is not in the schema, naming the nearest one; None: nobody set it."""
    table, _, rest = key.partition(".")
    middle, dot, _ = rest.rpartition(".")
    concrete = [name.replace("*", middle) if dot else name for name in known]
    sections = {name.partition(".")[0] for name in known}
    near = difflib.get_close_matches(key, [*concrete, *sections], n=1, cutoff=0.6)
    if not near and table in sections:
        names = [name for name in concrete if name.startswith(f"{table}.")]
        near = difflib.get_close_matches(key, names, n=1, cutoff=0.3)
    if not near:
        near = [name for name in concrete if name.endswith(f".{key}")][:1]
    fix = f"Did you mean {near[0]}?" if near else "List all settings with “salon config list”."
    place = f" (in {spoken(origin)})" if origin else ""
    return ConfigError(key=key, problem=f"there is no such setting{place}.", fix=fix)


def spoken(origin: str) -> str:
    """Return an origin as a sentence names it."""
    return f"the {origin}" if origin == COMMAND_LINE else origin


def _from_text(spec: Spec, text: str) -> Any:
    """Turn the text of an environment variable or option into the setting's type."""
    kind = spec.type
    options = [one for one in get_args(kind) if one is not NoneType] if _is_union(kind) else [kind]
    if bool in options:
        lowered = text.strip().lower()
        if lowered in _TRUE | _FALSE:
            return lowered in _TRUE
    if get_origin(options[0]) in (tuple, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    for number in (int, float):
        if number in options:
            try:
                return number(text)
            except ValueError:
                continue
    return text


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _convert(spec: Spec, key: str, raw: Any, *, origin: str) -> Any:
    bounds = msgspec.Meta(ge=spec.ge, le=spec.le) if spec.ge is not None or spec.le is not None else None
    kind = Annotated[spec.type, bounds] if bounds else spec.type
    try:
        return msgspec.to_builtins(msgspec.convert(raw, kind))
    except msgspec.ValidationError as error:
        shown = "that value" if spec.secret else render(raw)
        where = f" at {str(error).rpartition(' - at ')[2]}" if " - at " in str(error) else ""
        nested = f" ({str(error).partition(' - at ')[0]}{where})" if where or _is_table(kind) else ""
        problem = f"must be {spec.expects}, but {spoken(origin)} says {shown}{nested}."
        name = key.rpartition(".")[2]
        raise ConfigError(
            key=key, problem=problem, fix=f"Write for example {name} = {example(spec)}."
        ) from error


def _is_table(kind: Any) -> bool:
    return describe_type(kind) == "a table"


def read_file(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raises: ConfigError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            key=str(path), problem=f"is not valid TOML: {error}.", fix="Correct that line."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(key=str(path), problem="is not UTF-8 text.", fix="Save it as UTF-8.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            key=str(path), problem=f"cannot be read ({reason}).", fix="Check the path and its permissions."
        ) from error


class Resolver:
    """Puts the layers of one schema together, weakest first, and collects every problem."""

    def __init__(self, schema: type[msgspec.Struct]) -> None:
        self.schema = schema
        self.specs = specs(schema)
        self._values: dict[str, Value] = {}
        self._problems: list[ConfigError] = []
        self._tables = {
            field.name
            for field in msgspec.structs.fields(schema)
            if table_type(unwrap(field.type)[0]) is not None
        }
        for key, spec in self.specs.items():
            if "*" not in key:
                self._values[key] = Value(spec=spec, key=key, value=spec.default, origin="default")

    def _set(self, key: str, raw: Any, *, origin: str, text: bool = False) -> None:
        spec = find(self.specs, key)
        if spec is None:
            self._problems.append(unknown_key(self.specs, key, origin=origin))
            return
        try:
            value = _convert(spec, key, _from_text(spec, raw) if text else raw, origin=origin)
        except ConfigError as error:
            self._problems.append(error)
            return
        self._values[key] = Value(spec=spec, key=key, value=value, origin=origin)

    def add_tables(self, tables: Mapping[str, Any], *, origin: str) -> None:
        """Add a parsed file."""
        sections = {key.partition(".")[0] for key in self.specs}
        for section, content in tables.items():
            if section not in sections or not isinstance(content, dict):
                known = dict.fromkeys([*sections, *self.specs])
                self._problems.append(_unknown_section(known, section, content, origin=origin))
            elif section in self._tables:
                self._add_named(section, cast("dict[str, Any]", content), origin=origin)
            else:
                for name, raw in cast("dict[str, Any]", content).items():
                    self._set(f"{section}.{name}", raw, origin=origin)

    def _add_named(self, section: str, entries: Mapping[str, Any], *, origin: str) -> None:
        fields = [spec for key, spec in self.specs.items() if key.startswith(f"{section}.*.")]
        for name, content in entries.items():
            if not isinstance(content, dict):
                problem = f"must be a table, but {origin} says {render(content)}."
                fix = f"Write [{section}.{name}] and its settings below it."
                self._problems.append(ConfigError(key=f"{section}.{name}", problem=problem, fix=fix))
                continue
            given = cast("dict[str, Any]", content)
            for spec in fields:
                key = spec.key.replace("*", name)
                if spec.required and spec.key.rpartition(".")[2] not in given:
                    fix = f"Add {spec.key.rpartition('.')[2]} = {example(spec)} to [{section}.{name}]."
                    self._problems.append(ConfigError(key=key, problem=f"is missing in {origin}.", fix=fix))
                self._values.setdefault(key, Value(spec=spec, key=key, value=spec.default, origin="default"))
            for field, raw in given.items():
                self._set(f"{section}.{name}.{field}", raw, origin=origin)

    def add_environment(self, environ: Mapping[str, str] = os.environ) -> None:
        """Add ``SALON_SECTION_KEY`` and the short names. An empty variable counts as not set."""
        by_name = {name: spec for spec in self.specs.values() for name in reversed(spec.env)}
        prefixes = {f"SALON_{key.partition('.')[0].upper()}_" for key in self.specs if "*" not in key}
        for name in sorted(environ, key=lambda one: (one in by_name and by_name[one].env[0] == one, one)):
            if name in by_name:
                if environ[name] != "":
                    self._set(by_name[name].key, environ[name], origin=name, text=True)
            elif any(name.startswith(prefix) for prefix in prefixes):
                near = difflib.get_close_matches(name, by_name, n=1)
                fix = f"Did you mean {near[0]}?" if near else "List all settings with “salon config list”."
                self._problems.append(ConfigError(key=name, problem="names no setting.", fix=fix))

    def add_options(self, options: Mapping[str, str]) -> None:
        """Add ``key=value`` pairs of the command line."""
        for key, raw in options.items():
            self._set(key, raw, origin=COMMAND_LINE, text=True)

    def resolve(self) -> Resolved:
        """Return everything put together."""
        tree: dict[str, Any] = {}
        for key, value in self._values.items():
            if value.spec.required and value.origin == "default":
                continue
            section, _, rest = key.partition(".")
            place = tree.setdefault(section, {})
            if section in self._tables:
                entry, _, rest = rest.rpartition(".")
                place = place.setdefault(entry, {})
            place[rest] = msgspec.to_builtins(value.value)
        return Resolved(values=dict(self._values), problems=list(self._problems), tree=tree)


def _unknown_section(known: Mapping[str, Any], section: str, content: object, *, origin: str) -> ConfigError:
    if isinstance(content, dict):
        near = difflib.get_close_matches(section, [key for key in known if "." not in key], n=1)
        fix = f"Did you mean [{near[0]}]?" if near else "List all settings with “salon config list”."
    else:
        owners = [key for key in known if key.endswith(f".{section}")]
        near = owners or difflib.get_close_matches(section, known, n=1)
        fix = (
            f"Did you mean {near[0]}? Settings stand below their [section]."
            if near
            else "Settings stand below a [section]; list them with “salon config list”."
        )
    return ConfigError(key=section, problem=f"there is no such section (in {origin}).", fix=fix)
