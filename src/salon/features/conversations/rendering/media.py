"""Pictures, sounds and files among the parts of a message: found in one order, and told apart."""

from collections.abc import Iterable, Iterator
from typing import Final

from salon.foundation.messages import AudioPart, FilePart, ImagePart, Part, ToolResultPart, VideoPart

MediaPart = ImagePart | AudioPart | VideoPart | FilePart

PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
"""What a page shows as a picture. SVG is a document that can hold scripts: it is handed out as a file."""
_STORED: Final = "fil_"


def media_of(parts: Iterable[Part]) -> Iterator[MediaPart]:
    """Yield what of a message is no text, in the order it stands there, results of tools among it."""
    for part in parts:
        if isinstance(part, ImagePart | AudioPart | VideoPart | FilePart):
            yield part
        elif isinstance(part, ToolResultPart):
            yield from media_of(part.parts)


def stored_id(part: MediaPart) -> str | None:
    """Return the id of the stored file that a part names; None for bytes, addresses and other stores' ids."""
    name = part.file_id
    return name if name is not None and name.startswith(_STORED) else None


def is_picture(media_type: str | None) -> bool:
    """Tell whether a page may show it as a picture."""
    return media_type is not None and media_type.partition(";")[0].strip().lower() in PICTURES


def kind_of(part: MediaPart) -> str:
    """Return what a part is, for a person who cannot see it."""
    if isinstance(part, ImagePart):
        return "Picture"
    if isinstance(part, AudioPart):
        return "Sound"
    return "Video" if isinstance(part, VideoPart) else "File"
