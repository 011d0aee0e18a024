"""What a link shows: its revision as it was, without what was taken out since, and nothing else."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.models import Message
from salon.features.conversations.rendering.media import MediaPart, media_of, stored_id
from salon.features.conversations.rendering.paths import path_to
from salon.features.conversations.shares import store
from salon.features.conversations.shares.models import Mark, Revision, Share
from salon.features.conversations.shares.service import hash_of, is_open
from salon.features.conversations.store.messages import get_messages
from salon.features.conversations.tree import the_conversation
from salon.foundation.files import FileMissing, Files, sniff
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotFound
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Storage, Transaction

PAGE: Final = 60
_MOST_TOKEN: Final = 200
_UNTITLED: Final = "Conversation"
OPEN: Final = "shares: find what a link leads to"


class ShareView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a link."""

    share: Share
    revision: Revision
    title: str
    marks: tuple[Mark, ...]
    """All messages of the revision, by position."""
    line: int
    """Which of the revision's lines is shown."""
    page: int
    """From 0."""
    pages: int
    shown: tuple[int, ...]
    """The positions on this page."""
    messages: Mapping[str, Message]
    """What those say; without those that are gone."""


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """All that a link shows."""

    revision: Revision
    title: str
    marks: tuple[Mark, ...]
    messages: Mapping[str, Message]


class SharedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or a file of a share."""

    name: str
    media_type: str
    size_bytes: int
    chunks: AsyncIterator[bytes]


class Reader:
    """Opens links. Whatever does not lead anywhere is the same to it: there is nothing."""

    def __init__(self, storage: Storage, files: Files, *, clock: Clock) -> None:
        self._storage = storage
        self._files = files
        self._clock = clock

    async def view(self, token: str, *, line: int = 0, page: int = 0) -> ShareView:
        """Return a page of what a link shows. Raises: NotFound."""
        return await self._storage.read(lambda tx: self._view(tx, token, line=line, page=page))

    async def check(self, token: str) -> None:
        """Check that a link leads somewhere. Raises: NotFound."""
        await self._storage.read(lambda tx: self._open(tx, token))

    async def everything(self, token: str) -> Whole:
        """Return a whole revision with what is said in it. Raises: NotFound."""

        def read(tx: Transaction) -> Whole:
            share, revision = self._open(tx, token)
            scope = SpaceScope(SpaceId(share.space_id))
            marks = store.marks(tx, scope, revision.id)
            messages: dict[str, Message] = {}
            for start in range(0, len(marks), 200):
                page = [mark.message_id for mark in marks[start : start + 200]]
                messages |= _readable(get_messages(tx, scope, page))
            title = _title(tx, scope, revision)
            return Whole(revision=revision, title=title, marks=tuple(marks), messages=messages)

        return await self._storage.read(read)

    async def file(self, token: str, position: int, place: int) -> SharedFile:
        """Return a picture or a file of a message that a link shows. Raises: NotFound."""
        share, part, pinned_id = await self._storage.read(
            lambda tx: self._find_file(tx, token, position, place)
        )
        if pinned_id is not None:
            try:
                file = await self._files.get(SpaceScope(SpaceId(share.space_id)), pinned_id)
            except FileMissing as error:
                raise nothing_there() from error
            return SharedFile(
                name=file.name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                chunks=self._files.content(file),
            )
        data = _decoded(part)
        return SharedFile(
            name=part.name or "file",
            media_type=sniff(data, is_whole=True),
            size_bytes=len(data),
            chunks=_once(data),
        )

    def _view(self, tx: Transaction, token: str, *, line: int, page: int) -> ShareView:
        share, revision = self._open(tx, token)
        scope = SpaceScope(SpaceId(share.space_id))
        marks = tuple(store.marks(tx, scope, revision.id))
        if not 0 <= line < len(revision.lines):
            raise nothing_there()
        path = path_of(marks, revision.lines[line].last)
        pages = max(1, -(-len(path) // PAGE))
        if not 0 <= page < pages:
            raise nothing_there()
        shown = path[page * PAGE : (page + 1) * PAGE]
        by_position = {mark.position: mark for mark in marks}
        ids = [by_position[position].message_id for position in shown]
        return ShareView(
            share=share,
            revision=revision,
            title=_title(tx, scope, revision),
            marks=marks,
            line=line,
            page=page,
            pages=pages,
            shown=tuple(shown),
            messages=_readable(get_messages(tx, scope, ids)),
        )

    def _open(self, tx: Transaction, token: str) -> tuple[Share, Revision]:
        """Return what a link leads to. Raises: NotFound, the same for every reason."""
        if not 0 < len(token) <= _MOST_TOKEN:
            raise nothing_there()
        share = store.find_by_token(tx, SystemScope(OPEN), hash_of(token))
        if share is None or not is_open(share, now_ms=self._clock.now_ms()):
            raise nothing_there()
        scope = SpaceScope(SpaceId(share.space_id))
        try:
            conversation = the_conversation(tx, scope, share.conversation_id)
        except NotFound as error:
            raise nothing_there() from error
        revision = store.get_revision(tx, scope, share.revision_id)
        if revision is None or conversation.hidden_at_ms is not None:
            raise nothing_there()
        return share, revision

    def _find_file(
        self, tx: Transaction, token: str, position: int, place: int
    ) -> tuple[Share, MediaPart, str | None]:
        share, revision = self._open(tx, token)
        scope = SpaceScope(SpaceId(share.space_id))
        message_id = store.message_at(tx, scope, revision.id, position)
        found = _readable(get_messages(tx, scope, [message_id])) if message_id is not None else {}
        message = found.get(message_id or "")
        parts = list(media_of(message.content.parts)) if message is not None and message.content else []
        if not 0 <= place < len(parts):
            raise nothing_there()
        part = parts[place]
        if stored_id(part) is None:
            if not part.data:
                raise nothing_there()
            return share, part, None
        pinned = store.files_of(tx, scope, revision.id).get((position, place))
        if pinned is None:
            raise nothing_there()
        return share, part, pinned.file_id


def nothing_there() -> NotFound:
    """Return the one answer to every link that leads nowhere; it does not repeat what was asked."""
    return NotFound(what="shared link", id="")


def path_of(marks: Sequence[Mark], last: int) -> list[int]:
    """Return the positions of a line, oldest first."""
    parents = {str(mark.position): None if mark.parent is None else str(mark.parent) for mark in marks}
    return [int(position) for position in path_to(parents, str(last))]


def _readable(found: Mapping[str, Message]) -> dict[str, Message]:
    """Return the messages that may be read: not hidden, not deleted, not erased."""
    return {
        name: message
        for name, message in found.items()
        if message.hidden_at_ms is None and message.deleted_at_ms is None and message.content is not None
    }


def _title(tx: Transaction, scope: SpaceScope, revision: Revision) -> str:
    """Return the title, unless something it was made from is gone."""
    made_from = _readable(get_messages(tx, scope, revision.sources))
    return revision.title if revision.title and len(made_from) == len(revision.sources) else _UNTITLED


def _decoded(part: MediaPart) -> bytes:
    try:
        return base64.b64decode(part.data or "", validate=True)
    except binascii.Error as error:
        raise nothing_there() from error


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
