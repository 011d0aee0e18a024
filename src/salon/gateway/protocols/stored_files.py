"""Files of the house that a request refers to by id, and how a dialect says the same with their bytes.

A dialect that can refer to files has a ``FileForm``: it finds the places in a request that hold an id, and
each place takes the file itself instead. Nothing here reads a file.
"""

import base64
from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from salon.foundation.kit.errors import Unsupported
from salon.gateway.protocols.media import data_url
from salon.gateway.protocols.wire_json import JsonObject

FileKind = Literal["image", "audio", "video", "pdf", "text", "other"]

_TEXTS: Final = frozenset(
    {
        "application/json",
        "application/jsonl",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/javascript",
        "application/x-javascript",
        "application/x-python",
        "application/sql",
        "image/svg+xml",
    }
)


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a request takes it in."""

    id: str
    """As it was referred to."""
    name: str
    media_type: str
    content: bytes

    @property
    def kind(self) -> FileKind:
        """What a model would read it as."""
        if self.media_type in _TEXTS or self.media_type.startswith("text/"):
            return "text" if self.text is not None else "other"
        first = self.media_type.partition("/")[0]
        if first in {"image", "audio", "video"}:
            return first  # pyright: ignore[reportReturnType] - narrowed by the set
        return "pdf" if self.media_type == "application/pdf" else "other"

    @property
    def base64(self) -> str:
        """The bytes, in base64."""
        return base64.b64encode(self.content).decode("ascii")

    @property
    def data_url(self) -> str:
        """The bytes as an address of their own."""
        return data_url(self.media_type, self.base64)

    @property
    def text(self) -> str | None:
        """The bytes as text, or None if they are none."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return None


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a request that refers to a file."""

    path: str
    """Where it is, for errors."""
    id: str
    """The id or address as it was sent; ours or a provider's."""
    fill: Callable[[StoredFile], None]
    """Puts the file there instead. Raises: Unsupported where there is no place for one of its kind."""


class FileForm(msgspec.Struct, frozen=True, kw_only=True):
    """How one dialect refers to files."""

    mark: bytes
    """In each request that refers to a file of ours; found by a glance, without reading it."""
    slots: Callable[[Any], list[Slot]]
    """Finds the places in what was said; anything odd is left to those who read the request."""


def unfit(file: StoredFile, path: str, problem: str) -> Unsupported:
    """Return the error for a file that has no place where it was referred to."""
    return Unsupported(field=path, problem=f"The file {file.id} is {file.media_type}. {problem}")


def replace(part: JsonObject, new: JsonObject, *taken: str) -> None:
    """Make ``part`` say ``new``; what else it says stays, without what ``taken`` names."""
    kept = {name: value for name, value in part.items() if name not in {"type", *taken}}
    part.clear()
    part.update({**new, **kept})
