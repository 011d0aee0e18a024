"""Files beside the conversations of an export, and those that are inside them as text."""

import base64
import binascii
import mimetypes
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.exchange.readers.containers import Member
from salon.features.conversations.exchange.readers.problems import Notes
from salon.foundation.messages import AudioPart, FilePart, ImagePart, Part, VideoPart

_FILE_ID: Final = re.compile(r"(file[-_][A-Za-z0-9]{8,64})")
_DATA: Final = re.compile(r"data:([\w.+/-]{0,100})(?:;[\w=.+-]{1,100})*;base64,", re.IGNORECASE)
PLACEHOLDER: Final = "import:"
"""How a part names a file of the export until it is stored here."""


class ReadFile(msgspec.Struct, kw_only=True):
    """A file that a message refers to."""

    id: str
    """As the message's part names it."""
    name: str
    media_type: str | None
    member: Member | None = None
    data: bytes | None = None
    """Its bytes, where they came inside the text."""


class Assets:
    """Finds the files of an export, and gathers those that the conversation at hand refers to."""

    def __init__(self, members: Sequence[Member] = ()) -> None:
        self._by_name: dict[str, Member] = {}
        self._by_id: dict[str, Member] = {}
        for member in members:
            last = member.name.replace("\\", "/").rsplit("/", 1)[-1]
            self._by_name.setdefault(member.name, member)
            self._by_name.setdefault(last, member)
            for found in _FILE_ID.findall(member.name):
                self._by_id.setdefault(found, member)
        self.used: set[str] = set()
        """The members that some message refers to."""
        self.files: list[ReadFile] = []
        """The files of the conversation at hand."""

    def begin(self) -> None:
        """Forget the files of the conversation before."""
        self.files = []

    def find(self, pointer: str) -> Member | None:
        """Return the member an address such as ``sediment://file_…`` or a name means, if it is there."""
        found = _FILE_ID.search(pointer)
        member = self._by_id.get(found[1]) if found is not None else None
        return member or self._by_name.get(pointer) or self._by_name.get(pointer.rsplit("/", 1)[-1])

    def stored(self, pointer: str, name: str, notes: Notes, *, media_type: str | None = None) -> Part | None:
        """Return a part for a file of the export; None, noted, when its bytes are not there."""
        member = self.find(pointer)
        if member is None:
            notes.add("file-missing", name or pointer)
            return None
        self.used.add(member.name)
        shown = name or member.name.rsplit("/", 1)[-1]
        return self._refer(ReadFile(id="", name=shown, media_type=media_type, member=member))

    def inline(self, address: str, name: str, notes: Notes) -> Part | None:
        """Return a part for a ``data:`` address; None, noted, when it is damaged or none."""
        mark = _DATA.match(address)
        if mark is None:
            return None
        try:
            data = base64.b64decode(address[mark.end() :], validate=False)
        except (binascii.Error, ValueError):
            notes.add("file-refused", name)
            return None
        return self._refer(ReadFile(id="", name=name or "file", media_type=mark[1] or None, data=data))

    def _refer(self, file: ReadFile) -> Part:
        file.id = f"{PLACEHOLDER}{len(self.files)}"
        file.media_type = file.media_type or mimetypes.guess_type(file.name)[0]
        self.files.append(file)
        return part_of(file)


def part_of(file: ReadFile) -> Part:
    """Return the part that names a file."""
    kind = (file.media_type or "").split("/")[0]
    if kind == "image":
        return ImagePart(file_id=file.id, name=file.name, media_type=file.media_type)
    if kind == "audio":
        return AudioPart(file_id=file.id, name=file.name, media_type=file.media_type)
    if kind == "video":
        return VideoPart(file_id=file.id, name=file.name, media_type=file.media_type)
    return FilePart(file_id=file.id, name=file.name, media_type=file.media_type)
