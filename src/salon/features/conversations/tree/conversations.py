"""Conversations as their callers see them: made, found, listed, changed."""

from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ChangedMeanwhile, TemporaryRefused
from salon.features.conversations.models import Author, Conversation, ConversationKind, Participant
from salon.features.conversations.naming import is_temporary
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.listing import FIRST, State, list_conversations
from salon.features.conversations.store.participants import join, leave, participants_of
from salon.features.conversations.tree.appending import MAIN, new_branch, turn_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import the_branch, the_conversation
from salon.features.conversations.tree.views import ConversationPage, ConversationView
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotFound, TooLarge, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

MOST_TITLE_LETTERS: Final = 300
MOST_SETTINGS_BYTES: Final = 64 * 1024
MOST_PAGE: Final = 200


class ConversationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a conversation; what is UNSET stays."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    settings: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """Settings to replace; one that is None goes back to what holds without it."""
    branch_id: str | msgspec.UnsetType = msgspec.UNSET
    """The branch that opens first."""
    is_archived: bool | msgspec.UnsetType = msgspec.UNSET


class Conversations:
    """The conversations of every space, for one caller at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def create(
        self,
        caller: Caller,
        *,
        title: str = "",
        settings: dict[str, Any] | None = None,
        kind: ConversationKind = "chat",
        client_id: str | None = None,
    ) -> ConversationView:
        """Make a conversation with one empty branch. Raises: TooLarge, ActDiffers, StorageError."""
        scope = SpaceScope(caller.space_id)
        check_title(title)
        check_settings(settings or {})

        def do(tx: Transaction, now_ms: int) -> Ids:
            made = blank(
                scope,
                title=title,
                settings=settings or {},
                kind=kind,
                created_by=author_id(caller),
                now_ms=now_ms,
            )
            return {"conversation": begin(tx, scope, made).id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: view_of(tx, scope, made["conversation"]),
            act="conversation.create",
            asked={"title": title, "settings": settings, "kind": kind},
            client_id=client_id,
        )

    async def get(self, caller: Caller, conversation_id: str) -> ConversationView:
        """Return a conversation and its branches. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: view_of(tx, scope, conversation_id))

    async def page(
        self, caller: Caller, *, state: State = "open", cursor: str | None = None, limit: int = 50
    ) -> ConversationPage:
        """List the conversations of a space in one state. Raises: InvalidRequest for a foreign cursor."""
        scope, before = SpaceScope(caller.space_id), _read_cursor(cursor)
        limit = min(limit, MOST_PAGE)
        found = await self._desk.storage.read(
            lambda tx: list_conversations(tx, scope, state=state, before=before, limit=limit + 1)
        )
        page = found[:limit]
        following = f"{page[-1].changed_at_ms}.{page[-1].id}" if len(found) > limit else None
        return ConversationPage(items=tuple(page), next=following)

    async def change(
        self,
        caller: Caller,
        conversation_id: str,
        change: ConversationChange,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> ConversationView:
        """Change a conversation; with ``version`` only if that is still its version.

        Raises: NotFound, ChangedMeanwhile, TooLarge, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            had = the_conversation(tx, scope, conversation_id)
            values = _values(tx, scope, had, change, now_ms=now_ms)
            if not store.change_conversation(tx, scope, had.id, version=version, **values):
                raise ChangedMeanwhile(what="conversation", id=had.id, version=had.version)
            data = {"changed": sorted(values.keys() - {"changed_at_ms"})}
            publish(
                tx, scope,
                Event(type="conversation.changed", subject=had.id, data=data, created_by=author_id(caller)),
            )  # fmt: skip
            return {"conversation": had.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: view_of(tx, scope, made["conversation"]),
            act="conversation.change",
            asked={"conversation": conversation_id, "change": change},
            client_id=client_id,
        )

    async def participants(self, caller: Caller, conversation_id: str) -> list[Participant]:
        """Return who takes part, in the order in which they came. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> list[Participant]:
            the_conversation(tx, scope, conversation_id)
            return participants_of(tx, scope, conversation_id)

        return await self._desk.storage.read(read)

    async def add_participant(
        self, caller: Caller, conversation_id: str, author: Author, *, client_id: str | None = None
    ) -> list[Participant]:
        """Let somebody take part; again changes nothing. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            the_conversation(tx, scope, conversation_id)
            join(tx, scope, conversation_id, author, now_ms=now_ms)
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: participants_of(tx, scope, conversation_id),
            act="participant.add",
            asked={"conversation": conversation_id, "author": author},
            client_id=client_id,
        )

    async def remove_participant(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        kind: str,
        participant_id: str,
        client_id: str | None = None,
    ) -> list[Participant]:
        """Let somebody take part no more; what they said stays. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, _: int) -> Ids:
            the_conversation(tx, scope, conversation_id)
            if not leave(tx, scope, conversation_id, kind=kind, participant_id=participant_id):
                raise NotFound(what="participant", id=participant_id[:100])
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: participants_of(tx, scope, conversation_id),
            act="participant.remove",
            asked={"conversation": conversation_id, "kind": kind, "id": participant_id},
            client_id=client_id,
        )


def blank(
    scope: SpaceScope,
    *,
    title: str,
    settings: dict[str, Any],
    kind: ConversationKind,
    created_by: str | None,
    now_ms: int,
    origin: str | None = None,
) -> Conversation:
    """Return a conversation in which nothing was said."""
    return Conversation(
        id=new_id("cnv"),
        space_id=scope.space_id,
        created_by=created_by,
        kind=kind,
        title=title,
        title_by="person" if title else "nobody",
        sources=(),
        settings=settings,
        branch_id=None,
        folder_id=None,
        origin=origin,
        pinned_at_ms=None,
        archived_at_ms=None,
        hidden_at_ms=None,
        deleted_at_ms=None,
        version=1,
        messages=0,
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )


def begin(tx: Transaction, scope: SpaceScope, new: Conversation) -> Conversation:
    """Write a new conversation with its first, empty branch, and tell of it; return it as written."""
    store.insert_conversation(tx, scope, new)
    branch = new_branch(
        tx, scope, new.id, name=MAIN, head_id=None, created_by=new.created_by, now_ms=new.changed_at_ms
    )
    store.change_conversation(tx, scope, new.id, branch_id=branch.id)
    publish(tx, scope, Event(type="conversation.created", subject=new.id, created_by=new.created_by))
    return the_conversation(tx, scope, new.id)


def view_of(tx: Transaction, scope: SpaceScope, conversation_id: str) -> ConversationView:
    """Return a conversation and its branches, also a deleted one. Raises: NotFound."""
    found = the_conversation(tx, scope, conversation_id, or_deleted=True)
    return ConversationView(
        conversation=found, branches=tuple(store.list_branches(tx, scope, conversation_id))
    )


def check_title(title: str) -> None:
    """Refuse a title that is too long. Raises: InvalidRequest."""
    if len(title) > MOST_TITLE_LETTERS:
        problem = f"It must have {MOST_TITLE_LETTERS} characters or fewer."
        raise WrongField(field="title", problem=problem, limit=MOST_TITLE_LETTERS)


def check_settings(settings: dict[str, Any]) -> None:
    """Refuse settings that are too large. Raises: TooLarge."""
    if len(msgspec.json.encode(settings)) > MOST_SETTINGS_BYTES:
        raise TooLarge(what="settings", field="settings", limit_bytes=MOST_SETTINGS_BYTES)


def _values(
    tx: Transaction, scope: SpaceScope, had: Conversation, change: ConversationChange, *, now_ms: int
) -> dict[str, Any]:
    values: dict[str, Any] = {"changed_at_ms": now_ms}
    if change.title is not msgspec.UNSET:
        check_title(change.title)
        values |= {"title": change.title, "title_by": "person" if change.title else "nobody", "sources": ()}
    if change.settings is not msgspec.UNSET:
        merged = {**had.settings, **change.settings}
        values["settings"] = {name: value for name, value in merged.items() if value is not None}
        check_settings(values["settings"])
    if change.branch_id is not msgspec.UNSET:
        values["branch_id"] = the_branch(tx, scope, had.id, change.branch_id).id
    if change.is_archived is not msgspec.UNSET:
        if is_temporary(had.id):
            raise TemporaryRefused(id=had.id)
        values["archived_at_ms"] = (had.archived_at_ms or now_ms) if change.is_archived else None
    return values


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return FIRST
    changed, _, last_id = cursor.partition(".")
    if not (changed.isascii() and changed.isdigit() and len(changed) < 18 and last_id):
        raise InvalidRequest(field="cursor", problem="Send “next” of the page before, as it was.")
    return int(changed), last_id
