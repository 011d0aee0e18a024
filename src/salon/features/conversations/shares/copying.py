"""What somebody shared, continued as a conversation of one's own."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.models import Author, Content, Conversation, Message, Source
from salon.features.conversations.rendering.media import MediaPart, media_of, stored_id
from salon.features.conversations.shares import store
from salon.features.conversations.shares.models import Mark, Revision
from salon.features.conversations.shares.reading import Reader, Whole, path_of
from salon.features.conversations.shares.service import hash_of
from salon.features.conversations.store import conversations as conversations_store
from salon.features.conversations.store.messages import insert_messages, insert_sources
from salon.features.conversations.tree import Desk, the_conversation
from salon.features.conversations.tree.appending import MAIN, new_branch
from salon.foundation.acts import Ids
from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.files import FileMissing, FileReference, Files
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.messages import AudioPart, FilePart, ImagePart, Part, ToolResultPart, VideoPart
from salon.foundation.storage import Storage, Transaction

_ACT: Final = "share.copy"


class Copies:
    """Takes shares over into other spaces."""

    def __init__(self, storage: Storage, files: Files, reader: Reader, *, clock: Clock) -> None:
        self._desk = Desk(storage, clock)
        self._storage = storage
        self._files = files
        self._reader = reader

    async def copy(self, caller: Caller, token: str, *, client_id: str | None = None) -> Conversation:
        """Return a new conversation of the caller's space that says what a link shows. Raises: NotFound.

        Each message names the one it is a copy of. Raises: QuotaExceeded for its files, ActDiffers.
        """
        scope, asked = SpaceScope(caller.space_id), hash_of(token)
        known = await self._desk.made_before(caller, act=_ACT, asked=asked, client_id=client_id)
        if known is not None:  # the link may lead nowhere by now
            return await self._storage.read(lambda tx: the_conversation(tx, scope, known["conversation"]))
        whole = await self._reader.everything(token)
        pinned = await self._pinned(whole.revision)

        def do(tx: Transaction, now_ms: int) -> Ids:
            return {"conversation": self._do_copy(tx, caller, whole, pinned, now_ms=now_ms)}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: the_conversation(tx, scope, made["conversation"]),
            act=_ACT,
            asked=asked,
            client_id=client_id,
        )

    async def _pinned(self, revision: Revision) -> dict[tuple[int, int], FileReference]:
        scope = SpaceScope(SpaceId(revision.space_id))
        rows = await self._storage.read(lambda tx: store.files_of(tx, scope, revision.id))
        found: dict[tuple[int, int], FileReference] = {}
        for at, pinned in rows.items():
            try:
                found[at] = await self._files.get(scope, pinned.file_id)
            except FileMissing:
                continue
        return found

    def _do_copy(
        self,
        tx: Transaction,
        caller: Caller,
        whole: Whole,
        pinned: Mapping[tuple[int, int], FileReference],
        *,
        now_ms: int,
    ) -> str:
        scope, by = SpaceScope(caller.space_id), caller.person_id or caller.key_id
        marks, origin_id = whole.marks, whole.revision.conversation_id
        own = _conversation(scope, by=by, now_ms=now_ms)
        conversations_store.insert_conversation(tx, scope, own)
        made: dict[int, Message] = {}
        for mark in marks:
            said = whole.messages.get(mark.message_id)
            if said is None:
                continue
            parent = _nearest(marks, made, mark.parent)
            content = self._do_take_files(tx, caller, said, mark, pinned, now_ms=now_ms)
            made[mark.position] = _message(own, said, content, parent, by=by)
        insert_messages(tx, scope, list(made.values()))
        for position, message in made.items():
            source_id = marks[position].message_id
            source = Source(kind="forked-from", id=source_id, conversation_id=origin_id)
            insert_sources(tx, scope, message, [source])
        conversations_store.add_messages(tx, scope, own.id, added=len(made), now_ms=now_ms)
        _do_title(tx, scope, own, whole, made)
        self._do_branches(tx, scope, own, whole, made=made, now_ms=now_ms)
        record(tx, caller, "share.copied", own.id, {"messages": len(made)})
        publish(tx, scope, Event(type="conversation.created", subject=own.id, created_by=by))
        return own.id

    def _do_branches(
        self,
        tx: Transaction,
        scope: SpaceScope,
        own: Conversation,
        whole: Whole,
        *,
        made: Mapping[int, Message],
        now_ms: int,
    ) -> None:
        for number, line in enumerate(whole.revision.lines):
            there = [position for position in path_of(whole.marks, line.last) if position in made]
            branch = new_branch(
                tx,
                scope,
                own.id,
                name=line.name or (MAIN if number == 0 else f"Branch {number + 1}"),
                head_id=made[there[-1]].id if there else None,
                created_by=own.created_by,
                now_ms=now_ms,
            )
            if number == 0:
                conversations_store.change_conversation(tx, scope, own.id, branch_id=branch.id)

    def _do_take_files(
        self,
        tx: Transaction,
        caller: Caller,
        said: Message,
        mark: Mark,
        pinned: Mapping[tuple[int, int], FileReference],
        *,
        now_ms: int,
    ) -> Content:
        """Return what a message says, naming files of the caller's space in place of the other's."""
        assert said.content is not None
        names: dict[str, str] = {}
        for place, part in enumerate(media_of(said.content.parts)):
            file, name = pinned.get((mark.position, place)), stored_id(part)
            if file is None or name is None or name in names:
                continue
            taken = msgspec.structs.replace(
                file,
                id=new_id("fil"),
                space_id=caller.space_id,
                created_by=caller.person_id or caller.key_id,
                purpose="",
                created_at_ms=now_ms,
                expires_at_ms=None,
            )
            self._files.do_store(tx, caller, taken)
            names[name] = taken.id
        return Content(parts=tuple(_renamed(part, names) for part in said.content.parts))


def _conversation(scope: SpaceScope, *, by: str | None, now_ms: int) -> Conversation:
    return Conversation(
        id=new_id("cnv"),
        space_id=scope.space_id,
        created_by=by,
        kind="chat",
        title="",
        title_by="nobody",
        sources=(),
        settings={},
        branch_id=None,
        folder_id=None,
        origin=None,
        pinned_at_ms=None,
        archived_at_ms=None,
        hidden_at_ms=None,
        deleted_at_ms=None,
        version=1,
        messages=0,
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )


def _do_title(
    tx: Transaction, scope: SpaceScope, own: Conversation, whole: Whole, made: Mapping[int, Message]
) -> None:
    """Take over the title, to go with the copies of what it was made from; not one of anything else."""
    copies = {whole.marks[position].message_id: message.id for position, message in made.items()}
    if all(one in copies for one in whole.revision.sources):
        sources = [copies[one] for one in whole.revision.sources]
        conversations_store.change_conversation(
            tx, scope, own.id, title=whole.title, title_by="import", sources=sources
        )


def _message(
    own: Conversation, said: Message, content: Content, parent: Message | None, *, by: str | None
) -> Message:
    return msgspec.structs.replace(
        said,
        id=new_id("msg"),
        space_id=own.space_id,
        created_by=by,
        conversation_id=own.id,
        parent_id=None if parent is None else parent.id,
        depth=0 if parent is None else parent.depth + 1,
        author=_stranger(said.author),
        content=content,
        size_bytes=len(msgspec.json.encode(content)),
        run_id=None,
        origin=None,
        pinned_at_ms=None,
        excluded_at_ms=None,
        archived_at_ms=None,
    )


def _stranger(author: Author) -> Author:
    """Return an author as another space knows them: people and personas by name alone."""
    is_known = author.kind in {"model", "tool"}
    return author if is_known else msgspec.structs.replace(author, id=None)


def _nearest(marks: Sequence[Mark], made: Mapping[int, Message], parent: int | None) -> Message | None:
    while parent is not None and parent not in made:
        parent = marks[parent].parent
    return None if parent is None else made[parent]


def _renamed(part: Part, names: Mapping[str, str]) -> Part:
    if isinstance(part, ToolResultPart):
        return msgspec.structs.replace(part, parts=tuple(_renamed(one, names) for one in part.parts))
    if isinstance(part, ImagePart | AudioPart | VideoPart | FilePart):
        return _renamed_media(part, names)
    return part


def _renamed_media(part: MediaPart, names: Mapping[str, str]) -> Part:
    name = stored_id(part)
    return part if name is None else msgspec.structs.replace(part, file_id=names.get(name))
