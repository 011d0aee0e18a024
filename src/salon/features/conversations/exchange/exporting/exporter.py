"""Writes one export, page by page: the database is asked for a little at a time; nothing is held whole."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Final

from salon.features.conversations.exchange.exporting import store
from salon.features.conversations.exchange.exporting.files import FileGatherer
from salon.features.conversations.exchange.exporting.reading import (
    Head,
    Places,
    read_head,
    read_messages,
)
from salon.features.conversations.exchange.exporting.wishes import Counted, Wish
from salon.features.conversations.exchange.exporting.zipped import Zip
from salon.features.conversations.exchange.writers import (
    FORMATS,
    Attachments,
    Names,
    Outline,
    Writer,
)
from salon.features.conversations.rendering.paths import Segment, path_to
from salon.foundation.files import Files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import NotFound
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.storage import Storage

_PAGE: Final = 100
_PAGE_BYTES: Final = 2_000_000
"""So much is read and encoded at once, unless one message alone has more."""
_IDS: Final = 200

Progress = Callable[[Counted], None]
"""Hears how much is written so far."""


class Exporter:
    """Writes one export."""

    def __init__(
        self,
        storage: Storage,
        files: Files,
        scope: SpaceScope,
        wish: Wish,
        *,
        places: Places,
        turns: FairPlaces,
        now_ms: int,
        progress: Progress | None = None,
    ) -> None:
        self._storage = storage
        self._scope = scope
        self._wish = wish
        self._places = places
        self._turns = turns
        self._now_ms = now_ms
        self._progress = progress
        self._attachments = Attachments()
        self._files = FileGatherer(storage, files, scope, is_packed=wish.is_zip and wish.has_files)
        self._done = Counted(conversations=0, messages=0)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the export's bytes. Raises: StorageError, NotFound for one named that is not there."""
        whole = self._zipped() if self._wish.is_zip else self._plain()
        async for chunk in whole:
            if chunk:
                yield chunk

    async def _zipped(self) -> AsyncIterator[bytes]:
        packed = Zip()
        kind = FORMATS[self._wish.format]
        if kind.is_lossless:
            async for chunk in packed.member(f"archive.{kind.extension}", self._plain()):
                yield chunk
        else:
            names = Names()
            names.give("files", fallback="files")
            async for conversation_id in self._ids():
                head = await self._head(conversation_id)
                if head is None:
                    continue
                wish = head.conversation.title
                name = names.give(wish, extension=kind.extension, fallback=conversation_id)
                async for chunk in packed.member(name, self._one(self._writer(), head)):
                    yield chunk
        for member in self._files.members:
            async for chunk in packed.member(member.path, self._files.content(member.file_id)):
                yield chunk
        yield packed.end()

    async def _plain(self) -> AsyncIterator[bytes]:
        """Yield one file with all conversations."""
        writer = self._writer()
        yield writer.begin()
        async for conversation_id in self._ids():
            head = await self._head(conversation_id)
            if head is not None:
                async for chunk in self._one(writer, head):
                    yield chunk
        yield writer.end()

    async def _one(self, writer: Writer, head: Head) -> AsyncIterator[bytes]:
        conversation = await self._files.describe(head.conversation, self._attachments)
        yield await asyncio.to_thread(writer.conversation, conversation, head.outline)
        sizes = {node.id: node.size_bytes for node in head.outline.nodes}
        stretches = await asyncio.to_thread(writer.stretches, head.outline)
        for number, segment in enumerate(stretches):
            if number:
                yield writer.stretch(segment)
            for ids in _pages(segment, sizes):
                yield await self._page(writer, ids)
        self._tell(conversations=1)
        yield writer.end_conversation()

    async def _page(self, writer: Writer, ids: Sequence[str]) -> bytes:
        async with self._turns.place(self._scope.space_id):  # never while what is written waits to be sent
            page = await self._storage.read(lambda tx: read_messages(tx, self._scope, ids))
            if self._wish.format == "html":
                await self._files.load_pictures(page, self._attachments)
            written = await asyncio.to_thread(writer.messages, page)
        self._tell(messages=len(page))
        return written

    async def _head(self, conversation_id: str) -> Head | None:
        """Return a conversation's head; None for one that was not named and is gone. Raises: NotFound."""
        try:
            head = await self._storage.read(
                lambda tx: read_head(tx, self._scope, conversation_id, places=self._places)
            )
        except NotFound:
            if self._wish.is_exact:
                raise
            return None
        branch_id = self._wish.branch_id
        return head if branch_id is None else _only(head, branch_id)

    async def _ids(self) -> AsyncIterator[str]:
        if self._wish.conversation_ids is not None:
            for one in self._wish.conversation_ids:
                yield one
            return
        after = ""
        while True:
            start = after
            page = await self._storage.read(
                lambda tx, start=start: store.conversation_ids(tx, self._scope, after=start, limit=_IDS)
            )
            for one in page:
                yield one
            if len(page) < _IDS:
                return
            after = page[-1]

    def _writer(self) -> Writer:
        # Loaded when one is asked for: a parser of Markdown comes with two of them, and not with each start.
        match self._wish.format:
            case "json":
                from salon.features.conversations.exchange.writers.whole import JsonWriter  # noqa: PLC0415

                return JsonWriter(exported_at_ms=self._now_ms)
            case "jsonl":
                from salon.features.conversations.exchange.writers.lines import ConversationLines  # noqa: PLC0415

                return ConversationLines(exported_at_ms=self._now_ms)
            case "messages-jsonl":
                from salon.features.conversations.exchange.writers.lines import MessageLines  # noqa: PLC0415

                return MessageLines(exported_at_ms=self._now_ms)
            case "markdown":
                from salon.features.conversations.exchange.writers.markdown import MarkdownWriter  # noqa: PLC0415

                return MarkdownWriter(self._attachments)
            case "html":
                from salon.features.conversations.exchange.writers.page import HtmlWriter  # noqa: PLC0415

                return HtmlWriter(self._attachments)

    def _tell(self, *, conversations: int = 0, messages: int = 0) -> None:
        self._done = Counted(
            conversations=self._done.conversations + conversations, messages=self._done.messages + messages
        )
        if self._progress is not None:
            self._progress(self._done)


def _pages(segment: Segment, sizes: dict[str, int]) -> Iterator[list[str]]:
    """Yield the messages of a stretch in portions that may be held at once."""
    page: list[str] = []
    held_bytes = 0
    for one in segment.ids:
        if page and (len(page) >= _PAGE or held_bytes + sizes[one] > _PAGE_BYTES):
            yield page
            page, held_bytes = [], 0
        page.append(one)
        held_bytes += sizes[one]
    if page:
        yield page


def _only(head: Head, branch_id: str) -> Head:
    """Return a head whose outline has one branch. Raises: NotFound."""
    branch = next((one for one in head.conversation.branches if one.id == branch_id), None)
    if branch is None:
        raise NotFound(what="branch", id=branch_id[:100])
    parents = {node.id: node.parent_id for node in head.outline.nodes}
    kept = set(path_to(parents, branch.head_id)) if branch.head_id is not None else set[str]()
    outline = Outline(
        nodes=tuple(node for node in head.outline.nodes if node.id in kept),
        heads=((branch.name, branch.head_id),),
        uses=head.outline.uses,
    )
    return Head(conversation=head.conversation, outline=outline)
