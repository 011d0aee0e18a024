"""Which files of the house a message names, in whatever form, results of tools among them."""

from collections.abc import Iterable, Iterator

from salon.features.conversations.models import Content
from salon.foundation.messages import AudioPart, FilePart, ImagePart, Part, ToolResultPart, VideoPart
from salon.gateway.files.ids import file_id_of


def named_in(contents: Iterable[Content | None]) -> list[str]:
    """Return the ids of the files that what was said names, each once."""
    found = (one for content in contents if content is not None for one in files_in(content.parts))
    return list(dict.fromkeys(found))


def files_in(parts: Iterable[Part]) -> Iterator[str]:
    """Yield the ids of the files that parts name."""
    for part in parts:
        if isinstance(part, ToolResultPart):
            yield from files_in(part.parts)
        elif isinstance(part, ImagePart | AudioPart | VideoPart | FilePart):
            # An address may be one of ours too: so Gemini's clients name files.
            ids = (file_id_of(name) for name in (part.file_id, part.url) if name is not None)
            yield from (one for one in ids if one is not None)
