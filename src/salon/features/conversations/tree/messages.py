"""Messages as their callers see them: appended, edited, read in paths and pages, marked."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from salon.features.conversations.models import Branch, Message, Source
from salon.features.conversations.named_files import named_in
from salon.features.conversations.store import messages as store
from salon.features.conversations.store.answers import usage_of
from salon.features.conversations.store.marks import child_ids, mark_messages, root_ids
from salon.features.conversations.store.walking import places_up
from salon.features.conversations.tree.appending import (
    Appended,
    IfMoved,
    NewMessage,
    append,
    new_branch,
    turn_of,
)
from salon.features.conversations.tree.branches import check_name, move_head
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import (
    branch_with,
    readable,
    the_branch,
    the_conversation,
    the_message,
)
from salon.features.conversations.tree.views import MOST_PAGE, MessagePage, MessageView
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.files import check_named
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, WrongField
from salon.foundation.storage import Transaction

HEAD: Final = "head"
"""In place of a message: wherever the branch ends."""


class MessageMarks(msgspec.Struct, frozen=True, kw_only=True):
    """Marks to set or take away; what is UNSET stays."""

    is_pinned: bool | msgspec.UnsetType = msgspec.UNSET
    is_excluded: bool | msgspec.UnsetType = msgspec.UNSET
    """Shown, and not sent to models."""


class Messages:
    """The messages of conversations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def append(
        self,
        caller: Caller,
        conversation_id: str,
        new: Sequence[NewMessage],
        *,
        branch_id: str | None = None,
        after: str | None = HEAD,
        if_moved: IfMoved = "fork",
        client_id: str | None = None,
    ) -> Appended:
        """Append messages to a branch, the conversation's own unless one is named.

        ``after`` is the message they answer; ``HEAD`` is wherever the branch ends, None is before the first.
        Raises: NotFound, FileMissing, HeadMoved, TooLarge, InvalidRequest, ActDiffers.
        """
        if not new:
            raise WrongField(field="messages", problem="Send at least one message.", limit=1)
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            branch = opened(tx, scope, conversation_id, branch_id)
            parent = branch.head_id if after == HEAD else after
            check_sources(tx, scope, new)
            done = append(
                tx,
                scope,
                branch,
                new,
                after=parent,
                created_by=author_id(caller),
                now_ms=now_ms,
                if_moved=if_moved,
            )
            return _ids(done)

        asked = {"branch": branch_id, "after": after, "messages": new, "conversation": conversation_id}
        return await self._appended(
            caller, conversation_id, do, act="message.append", asked=asked, client_id=client_id
        )

    async def edit(
        self,
        caller: Caller,
        conversation_id: str,
        message_id: str,
        new: NewMessage,
        *,
        branch_id: str | None = None,
        name: str | None = None,
        client_id: str | None = None,
    ) -> Appended:
        """Say something else in a message's place: a new sibling, made from it.

        The branch (the conversation's own unless one is named) ends in the new message then, and where it
        ended before is kept. With ``name`` the edit gets a branch of that name instead.
        Raises: NotFound, FileMissing, TooLarge, InvalidRequest, ActDiffers.
        """
        scope, by = SpaceScope(caller.space_id), author_id(caller)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            edited = the_message(tx, scope, conversation_id, message_id)
            source = Source(kind="edit-of", id=edited.id, conversation_id=conversation_id)
            made = msgspec.structs.replace(new, sources=(source, *new.sources))
            check_sources(tx, scope, (made,))
            if name is not None:
                branch = new_branch(
                    tx,
                    scope,
                    conversation_id,
                    name=check_name(name),
                    head_id=edited.parent_id,
                    created_by=by,
                    now_ms=now_ms,
                )
            else:
                branch = opened(tx, scope, conversation_id, branch_id)
                if branch.head_id != edited.parent_id:
                    move_head(
                        tx, scope, branch, to=edited.parent_id, kind="fork", created_by=by, now_ms=now_ms
                    )
                    branch = the_branch(tx, scope, conversation_id, branch.id)
            done = append(tx, scope, branch, (made,), after=edited.parent_id, created_by=by, now_ms=now_ms)
            return _ids(done)

        asked = {"message": message_id, "new": new, "branch": branch_id, "name": name}
        return await self._appended(
            caller, conversation_id, do, act="message.edit", asked=asked, client_id=client_id
        )

    async def page(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        branch_id: str | None = None,
        last_id: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> MessagePage:
        """Return the last messages of a branch, of the path to ``last_id``, or of that above ``before``.

        Oldest first; ``next`` is ``before`` of the page above. With ``last_id`` the page tells a branch whose
        path has it. Raises: NotFound.
        """
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> MessagePage:
            branch = None
            if before is not None:
                last = the_message(tx, scope, conversation_id, before).parent_id
            elif last_id is not None:
                message = the_message(tx, scope, conversation_id, last_id)
                branch = branch_with(tx, scope, message, wanted=branch_id)
                last = message.id
            else:
                branch = opened(tx, scope, conversation_id, branch_id)
                last = branch.head_id
            found = [] if last is None else store.path(tx, scope, conversation_id, last, limit=limit)
            goes_on = bool(found) and found[0].parent_id is not None
            is_broken = (goes_on and len(found) < limit) or (last is not None and not found)
            return MessagePage(
                items=views_of(tx, scope, conversation_id, found),
                next=found[0].id if goes_on and not is_broken else None,
                branch=branch,
                is_broken=is_broken,
            )

        return await self._desk.storage.read(read)

    async def page_after(
        self,
        caller: Caller,
        conversation_id: str,
        after: str,
        *,
        branch_id: str | None = None,
        last_id: str | None = None,
        limit: int = 50,
    ) -> MessagePage:
        """Return what follows a message on a branch, or on the path to ``last_id``.

        Oldest first; ``next`` is ``after`` of the page below. Takes as long as what follows is long.
        Raises: NotFound, InvalidRequest for a message that is not on that path.
        """
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> MessagePage:
            start = the_message(tx, scope, conversation_id, after)
            branch = None if last_id is not None else opened(tx, scope, conversation_id, branch_id)
            last = last_id if branch is None else branch.head_id
            ids = _ids_after(
                tx, scope, start, None if last is None else the_message(tx, scope, conversation_id, last)
            )
            found = store.get_messages(tx, scope, ids[:limit])
            items = views_of(tx, scope, conversation_id, [found[one] for one in ids[:limit]])
            return MessagePage(items=items, next=ids[limit - 1] if len(ids) > limit else None, branch=branch)

        return await self._desk.storage.read(read)

    async def get(self, caller: Caller, conversation_id: str, message_id: str) -> MessageView:
        """Return a message. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)

        def read(tx: Transaction) -> MessageView:
            found = the_message(tx, scope, conversation_id, message_id)
            return views_of(tx, scope, conversation_id, [found])[0]

        return await self._desk.storage.read(read)

    async def children(
        self,
        caller: Caller,
        conversation_id: str,
        parent_id: str | None,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> MessagePage:
        """Return the messages below one, or the first ones of the conversation. Raises: NotFound."""
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> MessagePage:
            the_conversation(tx, scope, conversation_id)
            if parent_id is None:
                found = store.roots(tx, scope, conversation_id, after=cursor or "", limit=limit + 1)
            else:
                the_message(tx, scope, conversation_id, parent_id)
                found = store.children(tx, scope, parent_id, after=cursor or "", limit=limit + 1)
            return _listed(tx, scope, conversation_id, found, limit)

        return await self._desk.storage.read(read)

    async def all(
        self, caller: Caller, conversation_id: str, *, cursor: str | None = None, limit: int = 200
    ) -> MessagePage:
        """Return every message of a conversation, page by page, in the order in which they came.

        Raises: NotFound.
        """
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> MessagePage:
            the_conversation(tx, scope, conversation_id)
            found = store.all_messages(tx, scope, conversation_id, after=cursor or "", limit=limit + 1)
            return _listed(tx, scope, conversation_id, found, limit)

        return await self._desk.storage.read(read)

    async def mark(
        self,
        caller: Caller,
        conversation_id: str,
        message_id: str,
        marks: MessageMarks,
        *,
        client_id: str | None = None,
    ) -> MessageView:
        """Pin a message, or leave it out of what models are sent; or take that back.

        Raises: NotFound, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            had = the_message(tx, scope, conversation_id, message_id)
            if marks.is_pinned is not msgspec.UNSET:
                value = (had.pinned_at_ms or now_ms) if marks.is_pinned else None
                mark_messages(tx, scope, [message_id], "pinned_at_ms", value)
            if marks.is_excluded is not msgspec.UNSET:
                value = (had.excluded_at_ms or now_ms) if marks.is_excluded else None
                mark_messages(tx, scope, [message_id], "excluded_at_ms", value)
            data = {"conversation": conversation_id}
            event = Event(type="message.marked", subject=message_id, data=data, created_by=author_id(caller))
            publish(tx, scope, event)
            return {"message": message_id}

        def then(tx: Transaction, made: Ids) -> MessageView:
            found = the_message(tx, scope, conversation_id, made["message"])
            return views_of(tx, scope, conversation_id, [found])[0]

        asked = {"message": message_id, "marks": marks}
        return await self._desk.act(caller, do, then, act="message.mark", asked=asked, client_id=client_id)

    async def _appended(
        self,
        caller: Caller,
        conversation_id: str,
        do: Callable[[Transaction, int], Ids],
        *,
        act: str,
        asked: Any,
        client_id: str | None,
    ) -> Appended:
        scope = SpaceScope(caller.space_id)

        def then(tx: Transaction, made: Ids) -> Appended:
            found = store.get_messages(tx, scope, made["messages"])
            return Appended(
                messages=tuple(readable(found[one]) for one in made["messages"] if one in found),
                branch=the_branch(tx, scope, conversation_id, made["branch"], or_deleted=True),
                is_forked=made["is_forked"],
            )

        return await self._desk.act(caller, do, then, act=act, asked=asked, client_id=client_id)


def _ids_after(tx: Transaction, scope: SpaceScope, start: Message, last: Message | None) -> list[str]:
    """Return the ids of the path from below ``start`` to ``last``. Raises: InvalidRequest."""
    steps = -1 if last is None else last.depth - start.depth
    walked = (
        places_up(tx, scope, last.conversation_id, last.id, limit=steps + 1) if last and steps >= 0 else []
    )
    if not walked or walked[-1].id != start.id:
        raise InvalidRequest(
            field="after", problem="It is not on that path. Name a branch or a message below it."
        )
    return [place.id for place in reversed(walked[:-1])]


def opened(tx: Transaction, scope: SpaceScope, conversation_id: str, branch_id: str | None) -> Branch:
    """Return the branch that is named, else the one that opens first. Raises: NotFound."""
    wanted = branch_id or the_conversation(tx, scope, conversation_id).branch_id or "none"
    return the_branch(tx, scope, conversation_id, wanted)


def views_of(
    tx: Transaction, scope: SpaceScope, conversation_id: str, found: Sequence[Message]
) -> tuple[MessageView, ...]:
    """Return messages as they may be read, with their sources and siblings, and what they took."""
    sources = store.sources_of(tx, scope, [message.id for message in found])
    usage = usage_of(tx, scope, [message.id for message in found if message.role == "assistant"])
    below = child_ids(tx, scope, [one.parent_id for one in found if one.parent_id is not None])
    has_root = any(message.parent_id is None for message in found)
    roots = root_ids(tx, scope, conversation_id) if has_root else []
    return tuple(
        MessageView(
            message=readable(message),
            sources=tuple(sources.get(message.id, ())),
            siblings=_beside(roots if message.parent_id is None else below.get(message.parent_id, ())),
            usage=usage.get(message.id),
        )
        for message in found
    )


def check_sources(tx: Transaction, scope: SpaceScope, new: Sequence[NewMessage]) -> None:
    """Refuse sources and files that are not in the caller's space. Raises: NotFound, FileMissing."""
    check_named(tx, scope, named_in(one.content for one in new))
    for source in (source for one in new for source in one.sources):
        the_message(tx, scope, source.conversation_id, source.id, or_deleted=True)


def _beside(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(ids) if len(ids) > 1 else ()


def _listed(
    tx: Transaction, scope: SpaceScope, conversation_id: str, found: Sequence[Message], limit: int
) -> MessagePage:
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    return MessagePage(items=views_of(tx, scope, conversation_id, page), next=following)


def _ids(done: Appended) -> Ids:
    return {
        "messages": [message.id for message in done.messages],
        "branch": done.branch.id,
        "is_forked": done.is_forked,
    }


__all__ = ["HEAD", "MessageMarks", "Messages", "check_sources", "opened", "views_of"]
