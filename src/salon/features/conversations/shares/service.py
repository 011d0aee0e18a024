"""Shares as their makers see them: made, listed, renewed, revoked. What a link shows is in ``reading``."""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.errors import LinkUntold
from salon.features.conversations.models import Conversation
from salon.features.conversations.rendering.media import media_of, stored_id
from salon.features.conversations.shares import store
from salon.features.conversations.shares.choosing import (
    MOST_MESSAGES,
    Choice,
    choose_branch,
    choose_path,
    choose_tree,
)
from salon.features.conversations.shares.links import Links
from salon.features.conversations.shares.models import Pinned, Placed, Revision, Share, ShareKind
from salon.features.conversations.store.conversations import list_branches
from salon.features.conversations.store.messages import get_messages
from salon.features.conversations.tree import Desk, the_branch, the_conversation
from salon.foundation.acts import Ids
from salon.foundation.audit import record
from salon.foundation.events import Event, publish
from salon.foundation.files import FileMissing, FileReference, Files, erase_file
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction

PURPOSE: Final = "share"
"""What the files of a share are kept for."""
_PAGE: Final = 200
_LEAST_S: Final = 60
_MOST_S: Final = 10 * 366 * 24 * 3600


class NewShare(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shared."""

    conversation_id: str
    kind: ShareKind = "branch"
    branch_id: str | None = None
    """Of a ``branch``; the one that opens first unless said."""
    message_id: str | None = None
    """Of a ``path``: its last message."""
    expires_in_s: int | None = None
    """None: until it is revoked."""


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """A share, what it shows, and what its link ends in, which is told when it is made."""

    share: Share
    revision: Revision
    token: str | None = None


class SharePage(msgspec.Struct, frozen=True, kw_only=True):
    """Shares, newest first."""

    items: tuple[Shared, ...]
    next: str | None


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision will have."""

    choice: Choice
    files: tuple[tuple[Placed, int, FileReference], ...]


class Shares:
    """The shares of one house."""

    def __init__(self, storage: Storage, files: Files, *, links: Links, clock: Clock) -> None:
        """Make the ends of links with ``links``."""
        self._desk = Desk(storage, clock)
        self._storage = storage
        self._files = files
        self._links = links
        self._clock = clock

    async def create(self, caller: Caller, new: NewShare, *, client_id: str | None = None) -> Shared:
        """Share part of a conversation as it is now; sent again, the same link is told.

        Raises: NotFound, InvalidRequest naming the field, ActDiffers, LinkUntold.
        """
        known = await self._desk.made_before(caller, act="share.create", asked=new, client_id=client_id)
        if known is not None:
            return await self._told_again(caller, known)
        if new.expires_in_s is not None and not _LEAST_S <= new.expires_in_s <= _MOST_S:
            problem = f"It must be from {_LEAST_S} seconds to ten years."
            limit = _LEAST_S if new.expires_in_s < _LEAST_S else _MOST_S
            raise WrongField(field="expires_in_s", problem=problem, limit=limit)
        draft = await self._draft(caller, new)

        def do(tx: Transaction, now_ms: int) -> Ids:
            share = self._share(caller, new, now_ms=now_ms)
            store.insert_share(tx, SpaceScope(caller.space_id), share)
            self._do_revise(tx, caller, share, draft, act="share.created", now_ms=now_ms)
            return {"share": share.id}

        made = await self._desk.act(
            caller, do, lambda _, made: made, act="share.create", asked=new, client_id=client_id
        )
        return await self._told_again(caller, made)

    def _share(self, caller: Caller, new: NewShare, *, now_ms: int) -> Share:
        share_id = new_id("shr")
        return Share(
            id=share_id,
            space_id=caller.space_id,
            created_by=caller.person_id or caller.key_id,
            conversation_id=new.conversation_id,
            kind=new.kind,
            token_hash=hash_of(self._links.token(share_id)),
            revision_id=new_id("srv"),
            revisions=1,
            expires_at_ms=None if new.expires_in_s is None else now_ms + new.expires_in_s * 1000,
            revoked_at_ms=None,
            created_at_ms=now_ms,
        )

    async def _told_again(self, caller: Caller, made: Ids) -> Shared:
        """Return a share with the end of its link. Raises: NotFound, LinkUntold."""
        had = await self.get(caller, str(made["share"]))
        tokens = self._links.tokens(had.share.id)
        token = next((one for one in tokens if hash_of(one) == had.share.token_hash), None)
        if token is None:
            raise LinkUntold(id=had.share.id)
        return msgspec.structs.replace(had, token=token)

    async def revise(self, caller: Caller, share_id: str, *, client_id: str | None = None) -> Shared:
        """Let a link show its part as it is now. Raises: NotFound, Conflict, InvalidRequest, ActDiffers."""
        scope = SpaceScope(caller.space_id)
        known = await self._desk.made_before(caller, act="share.revise", asked=share_id, client_id=client_id)
        if known is not None:
            return await self.get(caller, share_id)
        had = await self.get(caller, share_id)
        if not is_open(had.share, now_ms=self._clock.now_ms()):
            raise Conflict(problem="This link was revoked or has expired. Make a new share.")
        draft = await self._draft(caller, await self._same_again(caller, had))

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(f"share:{share_id}")
            now = _the_share(tx, scope, share_id)
            self._do_unpin(tx, caller, store.drop_files(tx, scope, now.revision_id))
            share = msgspec.structs.replace(now, revision_id=new_id("srv"), revisions=now.revisions + 1)
            revision = self._do_revise(tx, caller, share, draft, act="share.revised", now_ms=now_ms)
            store.show_revision(tx, scope, revision)
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: _shared(tx, scope, _the_share(tx, scope, share_id)),
            act="share.revise",
            asked=share_id,
            client_id=client_id,
        )

    async def get(self, caller: Caller, share_id: str) -> Shared:
        """Return a share. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._storage.read(lambda tx: _shared(tx, scope, _the_share(tx, scope, share_id)))

    async def page(
        self, caller: Caller, *, conversation_id: str | None, cursor: str | None, limit: int
    ) -> SharePage:
        """Return shares of the space, or of one conversation, newest first."""
        scope, before = SpaceScope(caller.space_id), cursor or "shr_~"

        def read(tx: Transaction) -> SharePage:
            found = store.list_shares(
                tx, scope, conversation_id=conversation_id, before=before, limit=limit + 1
            )
            items = tuple(_shared(tx, scope, share) for share in found[:limit])
            return SharePage(items=items, next=items[-1].share.id if len(found) > limit else None)

        return await self._storage.read(read)

    async def revoke(self, caller: Caller, share_id: str, *, client_id: str | None = None) -> Shared:
        """Let a link lead nowhere from now on; once more does nothing. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            share = _the_share(tx, scope, share_id)
            if store.revoke(tx, scope, share_id, now_ms=now_ms):
                self._do_unpin(tx, caller, store.drop_files(tx, scope, share.revision_id))
                record(tx, caller, "share.revoked", share_id, {"conversation": share.conversation_id})
                publish(tx, scope, Event(type="share.revoked", subject=share_id))
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: _shared(tx, scope, _the_share(tx, scope, share_id)),
            act="share.revoke",
            asked=share_id,
            client_id=client_id,
        )

    def forget(self, tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> None:
        """Let go of the files of messages that are erased; what they said is gone with them."""
        forget_shown(tx, scope, message_ids, now_ms=self._clock.now_ms())

    async def _same_again(self, caller: Caller, had: Shared) -> NewShare:
        scope, revision = SpaceScope(caller.space_id), had.revision
        message_id = None
        if revision.kind == "path":
            last = revision.lines[0].last
            message_id = await self._storage.read(lambda tx: store.message_at(tx, scope, revision.id, last))
        return NewShare(
            conversation_id=had.share.conversation_id,
            kind=revision.kind,
            branch_id=revision.lines[0].branch_id,
            message_id=message_id,
        )

    async def _draft(self, caller: Caller, new: NewShare) -> _Draft:
        """Return what is to be shared. Raises: NotFound, InvalidRequest."""
        scope = SpaceScope(caller.space_id)
        choice = await self._storage.read(lambda tx: _choose(tx, scope, new))
        files: list[tuple[Placed, int, FileReference]] = []
        for start in range(0, len(choice.placed), _PAGE):
            page = choice.placed[start : start + _PAGE]
            ids = [one.message_id for one in page]
            found = await self._storage.read(lambda tx, ids=ids: get_messages(tx, scope, ids))
            for placed in page:
                message = found.get(placed.message_id)
                content = None if message is None else message.content
                for place, part in enumerate(media_of(content.parts if content is not None else ())):
                    file = await self._known(scope, stored_id(part))
                    if file is not None:
                        files.append((placed, place, file))
        return _Draft(choice=choice, files=tuple(files))

    async def _known(self, scope: SpaceScope, file_id: str | None) -> FileReference | None:
        try:
            return None if file_id is None else await self._files.get(scope, file_id)
        except FileMissing:
            return None

    def _do_revise(
        self, tx: Transaction, caller: Caller, share: Share, draft: _Draft, *, act: str, now_ms: int
    ) -> Revision:
        scope = SpaceScope(caller.space_id)
        conversation = the_conversation(tx, scope, share.conversation_id)
        pinned = [
            Pinned(placed.position, place, placed.message_id, self._do_pin(tx, caller, share, file))
            for placed, place, file in draft.files
            if _still_there(tx, scope, placed)
        ]
        revision = Revision(
            id=share.revision_id,
            space_id=share.space_id,
            created_by=caller.person_id or caller.key_id,
            share_id=share.id,
            conversation_id=share.conversation_id,
            number=share.revisions,
            kind=share.kind,
            title=conversation.title,
            sources=conversation.sources,
            lines=draft.choice.lines,
            messages=len(draft.choice.placed),
            created_at_ms=now_ms,
        )
        store.insert_revision(tx, scope, revision, draft.choice.placed, pinned)
        detail = {
            "conversation": share.conversation_id,
            "kind": share.kind,
            "messages": revision.messages,
            "revision": revision.number,
            "expires_at_ms": share.expires_at_ms,
        }
        record(tx, caller, act, share.id, detail)
        publish(tx, scope, Event(type=act, subject=share.id, created_by=revision.created_by))
        return revision

    def _do_pin(self, tx: Transaction, caller: Caller, share: Share, file: FileReference) -> str:
        """Write a reference of the share's own; the content is there once."""
        own = msgspec.structs.replace(
            file,
            id=new_id("fil"),
            purpose=PURPOSE,
            expires_at_ms=share.expires_at_ms,
            created_at_ms=self._clock.now_ms(),
        )
        self._files.do_store(tx, caller, own)
        return own.id

    def _do_unpin(self, tx: Transaction, caller: Caller, file_ids: Sequence[str]) -> None:
        for file_id in file_ids:
            self._files.do_delete(tx, caller, file_id)


def hash_of(token: str) -> str:
    """Return what is kept of a token. Never fails, whatever a stranger sends."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_open(share: Share, *, now_ms: int) -> bool:
    """Tell whether a link leads anywhere."""
    return share.revoked_at_ms is None and (share.expires_at_ms is None or share.expires_at_ms > now_ms)


def _the_share(tx: Transaction, scope: SpaceScope, share_id: str) -> Share:
    share = store.get_share(tx, scope, share_id)
    if share is None:
        raise NotFound(what="share", id=share_id[:100])
    return share


def _shared(tx: Transaction, scope: SpaceScope, share: Share) -> Shared:
    revision = store.get_revision(tx, scope, share.revision_id)
    assert revision is not None
    return Shared(share=share, revision=revision)


def _choose(tx: Transaction, scope: SpaceScope, new: NewShare) -> Choice:
    conversation = the_conversation(tx, scope, new.conversation_id)
    seen = store.skeleton(tx, scope, conversation.id, limit=100 * MOST_MESSAGES)
    if new.kind == "path":
        if new.message_id is None:
            raise InvalidRequest(field="message_id", problem="Name the message the path ends in.")
        return choose_path(seen, new.message_id)
    if new.kind == "tree":
        branches = list_branches(tx, scope, conversation.id)
        branches.sort(key=lambda branch: (branch.id != conversation.branch_id, branch.id))
        return choose_tree(seen, branches)
    branch = the_branch(tx, scope, conversation.id, new.branch_id or _opening(conversation))
    return choose_branch(seen, branch)


def _opening(conversation: Conversation) -> str:
    if conversation.branch_id is None:
        raise InvalidRequest(field="branch_id", problem="Name a branch: none opens first.")
    return conversation.branch_id


def _still_there(tx: Transaction, scope: SpaceScope, placed: Placed) -> bool:
    """Tell whether a message has not gone since the files were looked for."""
    found = get_messages(tx, scope, [placed.message_id]).get(placed.message_id)
    return found is not None and found.deleted_at_ms is None and found.content is not None


def forget_shown(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str], *, now_ms: int) -> None:
    """Erase what shares hold of the files of messages that are erased."""
    for file_id in store.drop_files_of_messages(tx, scope, message_ids):
        erase_file(tx, scope, file_id, now_ms=now_ms)
