"""How a file goes to a model: as the model's own kind of part, as text, or as a picture. Pure decisions."""

from typing import Final, Literal

import msgspec

from salon.foundation.files.errors import CannotAttach
from salon.foundation.reading.kinds import PICTURES, kind_of

Way = Literal["file", "text", "image"]
Wish = Literal["auto", "file", "text", "image"]

PLAIN_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What every model that sees takes as it is."""
MOST_PICTURE_BYTES: Final = 3_500_000
"""Larger pictures are drawn smaller: the strictest provider takes 5 MB of base64."""
MOST_DOCUMENT_BYTES: Final = 20 * 1024**2
"""Larger documents go as text: the strictest provider takes 32 MB for a whole request, in base64."""
DRAWN_SIZE: Final = 2048
"""The longer side of a picture that is drawn for a model, in pixels; models see no more."""


class Takes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model takes. None is "not known": pictures are tried then, and the rest goes as text."""

    pictures: bool | None = None
    documents: bool | None = None
    """PDFs as they are, with their pages."""
    audio: bool | None = None
    video: bool | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """How a file goes to a model, and why."""

    way: Way
    why: str
    """One of ``wished``, ``own-kind``, ``text-file``, ``no-documents``, ``documents-unknown``, ``too-large``,
    ``other-format``."""
    is_drawn: bool = False
    """The picture is drawn anew, smaller or in another format."""


def choose(*, media_type: str, name: str, size_bytes: int, takes: Takes, wish: Wish = "auto") -> Choice:
    """Return how a file goes to a model. Raises: CannotAttach with what would help."""
    has_text = kind_of(media_type, name) is not None
    if wish == "text":
        if has_text:
            return Choice(way="text", why="wished")
        raise CannotAttach(field="file", name=name, problem=f"A file of the kind {media_type} has no text.")
    if wish == "image" and media_type not in PICTURES:
        raise CannotAttach(field="file", name=name, problem=f"A file of the kind {media_type} is no picture.")
    if media_type in PICTURES:
        return _picture(media_type, name, size_bytes, takes, wish)
    if media_type == "application/pdf":
        return _document(size_bytes, takes, wish)
    group = media_type.partition("/")[0]
    if group in {"audio", "video"}:
        return _sound(group, name, takes)
    if wish == "file":
        return Choice(way="file", why="wished")
    if has_text:
        return Choice(way="text", why="text-file")
    problem = f"No model reads files of the kind {media_type}. Send it as PDF, text or a picture."
    raise CannotAttach(field="file", name=name, problem=problem)


def _picture(media_type: str, name: str, size_bytes: int, takes: Takes, wish: Wish) -> Choice:
    if takes.pictures is False:
        problem = "The model sees no pictures. Choose one that does, or say in words what is to be seen."
        raise CannotAttach(field="file", name=name, problem=problem)
    if media_type not in PLAIN_PICTURES:
        return Choice(way="image", why="other-format", is_drawn=True)
    if size_bytes > MOST_PICTURE_BYTES:
        return Choice(way="image", why="too-large", is_drawn=True)
    return Choice(way="image", why="own-kind" if wish == "auto" else "wished")


def _document(size_bytes: int, takes: Takes, wish: Wish) -> Choice:
    if wish == "file":
        return Choice(way="file", why="wished")
    if takes.documents and size_bytes <= MOST_DOCUMENT_BYTES:
        return Choice(way="file", why="own-kind")
    if takes.documents:
        return Choice(way="text", why="too-large")
    return Choice(way="text", why="no-documents" if takes.documents is False else "documents-unknown")


def _sound(group: str, name: str, takes: Takes) -> Choice:
    is_taken = takes.audio if group == "audio" else takes.video
    if is_taken is False:
        verb = "hears no sound" if group == "audio" else "sees no moving pictures"
        problem = f"The model {verb}. Choose one that does, or send what was said as text."
        raise CannotAttach(field="file", name=name, problem=problem)
    return Choice(way="file", why="own-kind")
