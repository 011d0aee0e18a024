"""The files of a conversation: described in its head, shown in its pages, and put beside it in a ZIP."""

import base64
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedFile, ArchivedMessage
from salon.features.conversations.exchange.exporting.reading import stored_files
from salon.features.conversations.exchange.writers import Attachments, Member, Names
from salon.features.conversations.exchange.writers.files import MOST_PICTURE_BYTES
from salon.features.conversations.rendering.media import is_picture, media_of, stored_id
from salon.foundation.files import FileMissing, FileReference, Files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.storage import Storage

_FOLDER: Final = "files"


class FileGatherer:
    """Finds the files of conversations. One for each export."""

    def __init__(self, storage: Storage, files: Files, scope: SpaceScope, *, is_packed: bool) -> None:
        self._storage = storage
        self._files = files
        self._scope = scope
        self._is_packed = is_packed
        self._names = Names()
        self._paths: dict[str, str] = {}
        self.members: list[Member] = []
        """What is to be put into the ZIP after the conversations."""

    async def describe(
        self, conversation: ArchivedConversation, attachments: Attachments
    ) -> ArchivedConversation:
        """Return the conversation with what is known of the stored files that its messages name."""
        found: dict[str, ArchivedFile] = {}
        after: str | None = ""
        while after is not None:
            start = after
            ids, after = await self._storage.read(
                lambda tx, start=start: stored_files(tx, self._scope, conversation.id, after=start)
            )
            for file_id in ids:
                file = None if file_id in found else await self._known(file_id)
                if file is not None:
                    found[file_id] = self._archived(file)
        attachments.files = found
        return _with_files(conversation, found)

    async def load_pictures(self, page: Sequence[ArchivedMessage], attachments: Attachments) -> None:
        """Fetch the pictures that the messages of a page show."""
        attachments.pictures = {}
        for message in page:
            for part in media_of(message.content.parts if message.content is not None else ()):
                known, name = attachments.of(part), stored_id(part)
                if known is None or name is None or not is_picture(known.media_type):
                    continue
                if known.size_bytes <= MOST_PICTURE_BYTES:
                    content = b"".join([chunk async for chunk in self.content(name)])
                    attachments.pictures[name] = base64.b64encode(content).decode()

    async def content(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield a stored file; nothing for one that was deleted meanwhile."""
        try:
            async for chunk in self._files.read(self._scope, file_id):
                yield chunk
        except NotFound:
            return

    async def _known(self, file_id: str) -> FileReference | None:
        try:
            return await self._files.get(self._scope, file_id)
        except FileMissing:
            return None

    def _archived(self, file: FileReference) -> ArchivedFile:
        return ArchivedFile(
            id=file.id,
            name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            sha256=file.hash,
            member=self._member(file) if self._is_packed else None,
        )

    def _member(self, file: FileReference) -> str:
        """Return where a file lies in the ZIP; content that is there already lies there once."""
        if file.hash not in self._paths:
            path = f"{_FOLDER}/{self._names.give(file.name, fallback=file.id)}"
            self._paths[file.hash] = path
            self.members.append(Member(path=path, file_id=file.id))
        return self._paths[file.hash]


def _with_files(conversation: ArchivedConversation, found: dict[str, ArchivedFile]) -> ArchivedConversation:
    return msgspec.structs.replace(conversation, files=tuple(found[name] for name in sorted(found)))
