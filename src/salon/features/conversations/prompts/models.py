"""Saved prompts, their versions, and the variables in them."""

from typing import Literal

import msgspec

VariableKind = Literal["text", "number", "select", "date", "boolean"]
Value = str | int | float | bool | None


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """Something that whoever uses a prompt fills in."""

    name: str
    """As it stands in the text: ``{{name}}``."""
    kind: VariableKind = "text"
    label: str = ""
    """What a form shows; the name if empty."""
    is_required: bool = True
    default: Value = None
    options: tuple[str, ...] = ()
    """What can be chosen, for ``select``."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a prompt; it is never changed."""

    prompt_id: str
    number: int
    """From 1, in the order in which they were made."""
    text: str
    variables: tuple[Variable, ...]
    note: str
    """What is different in it, in its author's words."""
    created_by: str | None
    created_at_ms: int


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A saved prompt."""

    id: str
    space_id: str
    created_by: str | None
    name: str
    description: str
    live: int
    """The number of the version that is used."""
    latest: int
    version: int
    created_at_ms: int
    changed_at_ms: int
