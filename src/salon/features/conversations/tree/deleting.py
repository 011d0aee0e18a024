"""Deletion in four verbs: hide, archive, delete, erase; of a conversation, a branch, a message.

What is hidden or archived is only marked. What is deleted keeps its id and its parent, says nothing from
then on, and can be restored until its body goes, 30 days later. What is erased is gone at once.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.errors import BodyGone
from salon.features.conversations.models import Branch, Conversation, Message
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store import deleting
from salon.features.conversations.store.marks import Mark, mark_messages
from salon.features.conversations.store.walking import places_down, places_up
from salon.features.conversations.tree.appending import turn_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.erasing import Erased, Erasers, erase_messages, note
from salon.features.conversations.tree.lookups import the_branch, the_conversation, the_message
from salon.features.conversations.tree.only_here import only_on
from salon.foundation.acts import Ids
from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict
from salon.foundation.storage import Transaction

Verb = Literal["hide", "archive", "delete", "erase"]
KEPT_MS: Final = 30 * 24 * 3600 * 1000
"""How long the body of what was deleted is kept."""
_PAST: Final = {"hide": "hidden", "archive": "archived", "delete": "deleted", "erase": "erased"}
_MARKS: Final[dict[str, Mark]] = {"hide": "hidden_at_ms", "archive": "archived_at_ms"}


class HeldBackup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made before, and still holds what was erased."""

    name: str
    made_at_ms: int
    expires_at_ms: int | None
    """When it is deleted; None is when somebody does."""


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    verb: Verb
    kind: Literal["conversation", "branch", "message"]
    id: str
    messages: int
    """How many messages say nothing any more because of it."""
    bodies_gone_at_ms: int | None
    """When what they said is gone for good; None where nothing was deleted."""
    copies: tuple[tuple[str, str], ...] = ()
    """(conversation, message) of those that say the same and were left."""
    backups: tuple[HeldBackup, ...] = ()


class _Taking(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["branch", "message"]
    target: str
    verb: Verb
    copies: bool


class Deletion:
    """Deleting and restoring, for one caller at a time."""

    def __init__(self, desk: Desk, erasers: Erasers) -> None:
        self._desk = desk
        self.erasers = erasers
        self.backups: Callable[[], Sequence[HeldBackup]] = tuple
        """Lists the backups there are; the composition root knows where they are. Called in a thread."""

    async def conversation(
        self,
        caller: Caller,
        conversation_id: str,
        verb: Verb,
        *,
        copies: bool = False,
        client_id: str | None = None,
    ) -> Deleted:
        """Hide, archive, delete or erase a conversation. Raises: NotFound, ActDiffers.

        ``copies``: an erasure takes what says the same in other conversations too.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            had = the_conversation(tx, scope, conversation_id, or_deleted=verb == "erase")
            if verb in _MARKS:
                values: dict[str, Any] = {_MARKS[verb]: now_ms, "changed_at_ms": now_ms}
                store.change_conversation(tx, scope, had.id, **values)
                return _done(verb, "conversation", had.id)
            if verb == "delete":
                store.change_conversation(tx, scope, had.id, deleted_at_ms=now_ms, changed_at_ms=now_ms)
                return _done(verb, "conversation", had.id, messages=had.messages, gone_at_ms=now_ms + KEPT_MS)
            return self._erase_conversation(tx, caller, had, copies=copies, now_ms=now_ms)

        asked = {"conversation": conversation_id, "verb": verb, "copies": copies}
        return await self._act(caller, conversation_id, do, asked, client_id)

    async def branch(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        verb: Verb,
        *,
        copies: bool = False,
        client_id: str | None = None,
    ) -> Deleted:
        """Hide, archive, delete or erase a branch, with the messages that no other branch shows.

        Raises: NotFound, Conflict for the only branch, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            had = the_branch(tx, scope, conversation_id, branch_id)
            if verb in _MARKS:
                values: dict[str, Any] = {_MARKS[verb]: now_ms, "changed_at_ms": now_ms}
                store.change_branch(tx, scope, had.id, **values)
                return _done(verb, "branch", had.id)
            _open_another(tx, scope, had, now_ms=now_ms)
            ids = only_on(tx, scope, had)
            values = {"deleted_at_ms": now_ms, "changed_at_ms": now_ms}
            if verb == "erase":
                values["name"] = ""
                note(tx, scope, "branch", [had.id], created_by=author_id(caller), now_ms=now_ms)
            store.change_branch(tx, scope, had.id, **values)
            take = _Taking(kind="branch", target=had.id, verb=verb, copies=copies)
            return self._take(tx, caller, conversation_id, ids, take, now_ms=now_ms)

        asked = {"branch": branch_id, "verb": verb, "copies": copies}
        return await self._act(caller, conversation_id, do, asked, client_id)

    async def message(
        self,
        caller: Caller,
        conversation_id: str,
        message_id: str,
        verb: Verb,
        *,
        below: bool = False,
        copies: bool = False,
        client_id: str | None = None,
    ) -> Deleted:
        """Hide, archive, delete or erase a message; with ``below`` also everything below it.

        Raises: NotFound, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            the_message(tx, scope, conversation_id, message_id)
            ids = _below(tx, scope, conversation_id, message_id) if below else [message_id]
            if verb in _MARKS:
                for part in deleting.chunks(ids):
                    mark_messages(tx, scope, part, _MARKS[verb], now_ms)
                return _done(verb, "message", message_id)
            take = _Taking(kind="message", target=message_id, verb=verb, copies=copies)
            return self._take(tx, caller, conversation_id, ids, take, now_ms=now_ms)

        asked = {"message": message_id, "verb": verb, "below": below, "copies": copies}
        return await self._act(caller, conversation_id, do, asked, client_id)

    async def restore_conversation(
        self, caller: Caller, conversation_id: str, *, client_id: str | None = None
    ) -> Conversation:
        """Take back the last of deleted, hidden, archived.

        Raises: NotFound, BodyGone, Conflict, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            had = the_conversation(tx, scope, conversation_id, or_deleted=True)
            mark = _last_mark(had)
            if mark == "deleted_at_ms" and _is_gone(tx, scope, had, now_ms=now_ms):
                raise BodyGone(what="conversation", id=had.id)
            values: dict[str, Any] = {mark: None, "changed_at_ms": now_ms}
            store.change_conversation(tx, scope, had.id, **values)
            _tell(tx, caller, "conversation.restored", had.id, {})
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: the_conversation(tx, scope, conversation_id, or_deleted=True),
            act="restore",
            asked=["conversation", conversation_id],
            client_id=client_id,
        )

    async def restore_branch(
        self, caller: Caller, conversation_id: str, branch_id: str, *, client_id: str | None = None
    ) -> Branch:
        """Take back the last of deleted, hidden, archived, with the messages that went with the branch.

        Raises: NotFound, BodyGone, Conflict, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            the_conversation(tx, scope, conversation_id)
            had = the_branch(tx, scope, conversation_id, branch_id, or_deleted=True)
            mark = _last_mark(had)
            if not had.name:
                raise BodyGone(what="branch", id=had.id)
            if mark == "deleted_at_ms" and had.head_id is not None:
                walked = places_up(tx, scope, conversation_id, had.head_id)
                ids = [place.id for place in walked if place.deleted_at_ms == had.deleted_at_ms]
                _count(tx, scope, conversation_id, deleting.bring_back(tx, scope, ids), now_ms=now_ms)
            values: dict[str, Any] = {mark: None, "changed_at_ms": now_ms}
            store.change_branch(tx, scope, had.id, **values)
            _tell(tx, caller, "branch.restored", had.id, {"conversation": conversation_id})
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: the_branch(tx, scope, conversation_id, branch_id, or_deleted=True),
            act="restore",
            asked=["branch", conversation_id, branch_id],
            client_id=client_id,
        )

    async def restore_message(
        self,
        caller: Caller,
        conversation_id: str,
        message_id: str,
        *,
        below: bool = False,
        client_id: str | None = None,
    ) -> Message:
        """Take back the last of deleted, hidden, archived.

        What was deleted below it in the same act comes back with it; ``below`` takes marks away there too.
        Raises: NotFound, BodyGone, Conflict, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            had = the_message(tx, scope, conversation_id, message_id)
            mark = _last_mark(had)
            if mark == "deleted_at_ms":
                if had.content is None:
                    raise BodyGone(what="message", id=had.id)
                walked = places_down(tx, scope, conversation_id, message_id)
                ids = [place.id for place in walked if place.deleted_at_ms == had.deleted_at_ms]
                _count(tx, scope, conversation_id, deleting.bring_back(tx, scope, ids), now_ms=now_ms)
            else:
                ids = _below(tx, scope, conversation_id, message_id) if below else [message_id]
                for part in deleting.chunks(ids):
                    mark_messages(tx, scope, part, mark, None)
            _tell(tx, caller, "message.restored", message_id, {"conversation": conversation_id})
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: the_message(tx, scope, conversation_id, message_id, or_deleted=True),
            act="restore",
            asked=["message", conversation_id, message_id, below],
            client_id=client_id,
        )

    async def _act(
        self,
        caller: Caller,
        conversation_id: str,
        do: Callable[[Transaction, int], Ids],
        asked: Any,
        client_id: str | None,
    ) -> Deleted:
        """Do a deletion in the turn of its conversation, tell of it, and keep it in the audit."""

        def audited(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            if asked["verb"] == "erase":
                self.erasers.forget_space(tx, SpaceScope(caller.space_id))
            done = do(tx, now_ms)
            kind, verb = done["kind"], done["verb"]
            data = {"conversation": conversation_id, "verb": verb, "messages": done["messages"]}
            if verb in {"delete", "erase"}:
                record(tx, caller, f"{kind}.{_PAST[verb]}", done["id"], data)
            _tell(tx, caller, f"{kind}.{_PAST[verb]}", done["id"], data)
            return done

        done = await self._desk.act(
            caller,
            audited,
            lambda _, made: msgspec.convert(made, Deleted),
            act="delete",
            asked=asked,
            client_id=client_id,
        )
        if done.verb != "erase":
            return done
        await self._desk.storage.forget_deleted("messages")
        held = await self._desk.in_thread(self.backups)
        return msgspec.structs.replace(done, backups=tuple(held))

    def _take(
        self,
        tx: Transaction,
        caller: Caller,
        conversation_id: str,
        ids: Sequence[str],
        take: _Taking,
        *,
        now_ms: int,
    ) -> Ids:
        """Delete or erase messages of one conversation."""
        scope = SpaceScope(caller.space_id)
        count = deleting.tombstone(tx, scope, ids, now_ms=now_ms)
        _count(tx, scope, conversation_id, -count, now_ms=now_ms)
        if take.verb == "delete":
            return _done("delete", take.kind, take.target, messages=count, gone_at_ms=now_ms + KEPT_MS)
        by = author_id(caller)
        erased = erase_messages(
            tx, scope, ids, self.erasers, copies=take.copies, created_by=by, now_ms=now_ms
        )
        return _done("erase", take.kind, take.target, erased=erased, gone_at_ms=now_ms)

    def _erase_conversation(
        self, tx: Transaction, caller: Caller, had: Conversation, *, copies: bool, now_ms: int
    ) -> Ids:
        scope, by = SpaceScope(caller.space_id), author_id(caller)
        ids = deleting.ids_with_body(tx, scope, had.id)
        deleting.tombstone(tx, scope, ids, now_ms=now_ms)
        deleting.blank_conversation(tx, scope, had.id, now_ms=now_ms)
        erased = erase_messages(tx, scope, ids, self.erasers, copies=copies, created_by=by, now_ms=now_ms)
        self.erasers.forget_whole(tx, scope, had.id)
        note(tx, scope, "conversation", [had.id], created_by=by, now_ms=now_ms)
        return _done("erase", "conversation", had.id, erased=erased, gone_at_ms=now_ms)


def _done(
    verb: Verb,
    kind: Literal["conversation", "branch", "message"],
    target: str,
    *,
    messages: int = 0,
    gone_at_ms: int | None = None,
    erased: Erased | None = None,
) -> Ids:
    done = Deleted(
        verb=verb,
        kind=kind,
        id=target,
        messages=messages if erased is None else len(erased.messages),
        bodies_gone_at_ms=gone_at_ms,
        copies=() if erased is None else erased.copies,
    )
    return msgspec.to_builtins(done)


def _below(tx: Transaction, scope: SpaceScope, conversation_id: str, message_id: str) -> list[str]:
    return [place.id for place in places_down(tx, scope, conversation_id, message_id)]


def _count(tx: Transaction, scope: SpaceScope, conversation_id: str, added: int, *, now_ms: int) -> None:
    if added:
        store.add_messages(tx, scope, conversation_id, added=added, now_ms=now_ms)


def _is_gone(tx: Transaction, scope: SpaceScope, had: Conversation, *, now_ms: int) -> bool:
    is_over = had.deleted_at_ms is not None and had.deleted_at_ms <= now_ms - KEPT_MS
    return is_over or deleting.was_erased(tx, scope, had.id)


def _open_another(tx: Transaction, scope: SpaceScope, leaving: Branch, *, now_ms: int) -> None:
    """Let another branch open first, if that was the one that goes. Raises: Conflict if there is none."""
    others = [one for one in store.list_branches(tx, scope, leaving.conversation_id) if one.id != leaving.id]
    if not others:
        problem = "This is the only branch. Delete the conversation, or the messages."
        raise Conflict(problem=problem)
    conversation = the_conversation(tx, scope, leaving.conversation_id)
    if conversation.branch_id == leaving.id:
        store.change_conversation(tx, scope, conversation.id, branch_id=others[0].id, changed_at_ms=now_ms)


def _last_mark(row: Conversation | Branch | Message) -> Mark:
    if row.deleted_at_ms is not None:
        return "deleted_at_ms"
    if row.hidden_at_ms is not None:
        return "hidden_at_ms"
    if row.archived_at_ms is not None:
        return "archived_at_ms"
    raise Conflict(problem="It is neither deleted, nor hidden, nor archived.")


def _tell(tx: Transaction, caller: Caller, kind: str, subject: str, data: dict[str, Any]) -> None:
    event = Event(type=kind, subject=subject, data=data, created_by=author_id(caller))
    publish(tx, SpaceScope(caller.space_id), event)
