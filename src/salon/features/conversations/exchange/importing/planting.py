"""Writes what was read into the tree: whole conversations, or what is new of those that are here.

Ids of an export never become ids here: they are what a message came from (``origin``), and everything that
named another message by its id there is made to name it by its id here. So an export cannot reach what is
not its own, and reading it again adds nothing.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedConversation, ArchivedMessage
from salon.features.conversations.exchange.importing import store
from salon.features.conversations.exchange.importing.branching import Opener
from salon.features.conversations.exchange.importing.placing_store import folder_of, give_tags
from salon.features.conversations.exchange.importing.translating import (
    Here,
    answer_of,
    message_of,
    plain,
    settings_of,
    sources_of,
)
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.models import Conversation, Message, Source
from salon.features.conversations.store import conversations as tree
from salon.features.conversations.store.answers import insert_answers
from salon.features.conversations.store.messages import insert_messages, insert_sources
from salon.features.conversations.store.participants import join
from salon.features.conversations.tree import author_id, turn_of
from salon.foundation.events import Event, publish
from salon.foundation.files import FileReference
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

_TITLE: Final = 300
_NAME: Final = 100
_DEEPEST: Final = 8
_MOST_TAGS: Final = 50


class Bed(msgspec.Struct, kw_only=True):
    """A conversation while it is planted: which message there is which one here."""

    conversation_id: str = ""
    is_new: bool = True
    is_deleted: bool = False
    branch_id: str | None = None
    here: dict[str, Here] = {}
    """By id in the export, of what this import has met."""
    by_origin: dict[str, Here] = {}
    by_source: dict[str, Here] = {}
    """By id in the export, the latest of it that is here."""
    parents: dict[str, str | None] = {}
    """By id here."""
    read: int = 0
    added: int = 0
    known: int = 0
    last_at_ms: int = 0

    def copy(self) -> "Bed":
        """Return a copy for a transaction, which may be run twice."""
        return msgspec.structs.replace(
            self,
            here=dict(self.here),
            by_origin=dict(self.by_origin),
            by_source=dict(self.by_source),
            parents=dict(self.parents),
        )


class Planter:
    """Writes the conversations of one import, for one caller."""

    def __init__(self, caller: Caller, import_id: str) -> None:
        self._caller = caller
        self._scope = SpaceScope(caller.space_id)
        self._import_id = import_id

    def begin(
        self, tx: Transaction, conversation: ArchivedConversation, *, is_dry_run: bool, now_ms: int
    ) -> Bed:
        """Find where a conversation stands, or make it."""
        origins = origins_of(conversation)
        tx.take_turn(f"import:{self._scope.space_id}:{origins[0]}")
        own_id = conversation.id if conversation.id.startswith("cnv_") else None
        found = store.find_conversation(tx, self._scope, origins=origins, own_id=own_id)
        bed = Bed(here={}, by_origin={}, by_source={}, parents={})
        if found is not None:
            bed.conversation_id, bed.is_new = found.id, False
            bed.is_deleted, bed.branch_id = found.is_deleted, found.branch_id
            for message_id, origin, depth, parent in store.known_messages(tx, self._scope, found.id):
                self._know(bed, Here(message_id, depth), origin, parent)
        elif is_dry_run:
            bed.conversation_id = new_id("cnv")
        else:
            bed.conversation_id = self._make(tx, conversation, origins[0], now_ms=now_ms)
        return bed

    def add(
        self,
        tx: Transaction,
        bed: Bed,
        messages: Sequence[ArchivedMessage],
        notes: Notes,
        *,
        files: dict[str, FileReference],
        is_dry_run: bool,
        now_ms: int,
    ) -> None:
        """Write those of the messages that are not here; ``files`` are those they name, as they name them."""
        if not is_dry_run and not bed.is_new:
            tx.take_turn(turn_of(bed.conversation_id))
        new: list[tuple[Message, ArchivedMessage, tuple[Source, ...]]] = []
        for archived in messages:
            bed.read += 1
            origin = archived.origin or archived.id
            known = bed.by_origin.get(origin) or bed.by_origin.get(archived.id)
            if known is not None:
                bed.known += 1
                bed.here[archived.id] = known
                continue
            before = bed.by_source.get(source_id_of(origin))
            message = self._message(bed, archived, origin, files, now_ms=now_ms)
            made_from = sources_of(archived, bed.conversation_id, bed.here, notes)
            if before is not None:
                notes.add("changed", archived.id)
                edit = Source(kind="edit-of", id=before.id, conversation_id=bed.conversation_id)
                made_from = (*made_from, edit)
            bed.added += 1
            here = Here(message.id, message.depth)
            self._know(bed, here, origin, message.parent_id)
            bed.here[archived.id] = here
            new.append((message, archived, made_from))
        if not is_dry_run and new:
            self._write(tx, bed, new, now_ms=now_ms)

    def end(
        self,
        tx: Transaction,
        bed: Bed,
        conversation: ArchivedConversation,
        notes: Notes,
        *,
        now_ms: int,
    ) -> None:
        """Open the conversation where it was open there, and tell of it."""
        if not bed.added and not bed.is_new:
            return
        opener = Opener(
            tx=tx,
            scope=self._scope,
            conversation_id=bed.conversation_id,
            here=bed.here,
            parents=bed.parents,
            notes=notes,
            created_by=author_id(self._caller),
            now_ms=now_ms,
        )
        if bed.is_new:
            opener.open_new(conversation)
        else:
            opener.open_grown(conversation, branch_id=bed.branch_id)
        if bed.is_new:
            self._place(tx, bed.conversation_id, conversation, now_ms=now_ms)
        changed_at_ms = plain_time(conversation.changed_at_ms, bed.last_at_ms, now_ms=now_ms)
        if bed.is_new:
            named = tuple(bed.here[one].id for one in conversation.sources if one in bed.here)
            tree.change_conversation(
                tx, self._scope, bed.conversation_id, sources=named, changed_at_ms=changed_at_ms
            )
        data = {"import": self._import_id, "messages": bed.added}
        kind = "conversation.created" if bed.is_new else "conversation.imported"
        event = Event(type=kind, subject=bed.conversation_id, data=data, created_by=author_id(self._caller))
        publish(tx, self._scope, event)

    # -- own --------------------------------------------------------------------------------------
    def _place(
        self, tx: Transaction, conversation_id: str, conversation: ArchivedConversation, *, now_ms: int
    ) -> None:
        """Put a new conversation where it lay, with its tags."""
        names = [plain(name)[:_NAME] for name in conversation.folder[:_DEEPEST] if name]
        labels = list(dict.fromkeys(plain(name)[:_NAME] for name in conversation.tags[:_MOST_TAGS] if name))
        created_by = author_id(self._caller)
        if names:
            folder = folder_of(tx, self._scope, names, created_by=created_by, now_ms=now_ms)
            tree.change_conversation(tx, self._scope, conversation_id, folder_id=folder)
        give_tags(tx, self._scope, conversation_id, labels, created_by=created_by, now_ms=now_ms)

    def _know(self, bed: Bed, here: Here, origin: str | None, parent: str | None) -> None:
        bed.parents[here.id] = parent
        bed.by_origin[here.id] = here
        if origin is not None:
            bed.by_origin[origin] = here
            bed.by_source[source_id_of(origin)] = here

    def _make(self, tx: Transaction, conversation: ArchivedConversation, origin: str, *, now_ms: int) -> str:
        created_at_ms = conversation.created_at_ms or now_ms
        marks = conversation.marks
        made = Conversation(
            id=new_id("cnv"),
            space_id=self._scope.space_id,
            created_by=author_id(self._caller),
            kind=conversation.kind,
            title=plain(conversation.title)[:_TITLE],
            title_by=conversation.title_by if conversation.title else "nobody",
            sources=(),
            settings=settings_of(conversation),
            branch_id=None,
            folder_id=None,
            origin=origin,
            pinned_at_ms=marks.pinned_at_ms,
            archived_at_ms=marks.archived_at_ms,
            hidden_at_ms=marks.hidden_at_ms,
            deleted_at_ms=marks.deleted_at_ms,
            version=1,
            messages=0,
            created_at_ms=created_at_ms,
            changed_at_ms=plain_time(conversation.changed_at_ms, created_at_ms, now_ms=now_ms),
        )
        tree.insert_conversation(tx, self._scope, made)
        return made.id

    def _message(
        self,
        bed: Bed,
        archived: ArchivedMessage,
        origin: str,
        files: dict[str, FileReference],
        *,
        now_ms: int,
    ) -> Message:
        parent = bed.here.get(archived.parent_id) if archived.parent_id is not None else None
        at_ms = archived.created_at_ms or bed.last_at_ms or now_ms
        bed.last_at_ms = max(bed.last_at_ms, at_ms)
        return message_of(
            archived,
            self._caller,
            bed.conversation_id,
            parent,
            origin=origin,
            files=files,
            at_ms=at_ms,
            now_ms=now_ms,
        )

    def _write(
        self,
        tx: Transaction,
        bed: Bed,
        new: Sequence[tuple[Message, ArchivedMessage, tuple[Source, ...]]],
        *,
        now_ms: int,
    ) -> None:
        insert_messages(tx, self._scope, [message for message, _, _ in new])
        deleted = 0
        for message, _, made_from in new:
            insert_sources(tx, self._scope, message, made_from)
            deleted += int(message.deleted_at_ms is not None)
        answers = [
            answer_of(archived.answer, message, bed.here)
            for message, archived, _ in new
            if archived.answer is not None
        ]
        insert_answers(tx, self._scope, answers)
        authors = {
            (message.author.kind, message.author.id): message.author
            for message, _, _ in new
            if message.author.id is not None
        }
        for author in authors.values():
            join(tx, self._scope, bed.conversation_id, author, now_ms=now_ms)
        tree.add_messages(tx, self._scope, bed.conversation_id, added=len(new) - deleted, now_ms=now_ms)


def origins_of(conversation: ArchivedConversation) -> list[str]:
    """Return by what a conversation is known here when it was imported before; the first is kept with it."""
    own = f"salon:{conversation.id}"
    return [conversation.origin, own] if conversation.origin else [own]


def source_id_of(origin: str) -> str:
    """Return the id a message had where it came from, without the mark of what it says."""
    return origin.partition("#")[0]


def plain_time(said: int | None, otherwise: int, *, now_ms: int) -> int:
    """Return a time that is not in the future, so that no import stays on top of every list."""
    return min(said or otherwise or now_ms, now_ms)
