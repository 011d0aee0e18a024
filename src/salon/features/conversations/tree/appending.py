"""Adding messages to a branch: one insert each, and nothing that was said is ever lost.

Others call ``append`` inside their own transaction: an answer that ends, an import, a merge. Who appends
says where it meant to: if somebody else has spoken on the branch meanwhile, what is new becomes a branch of
its own, unless the caller asks to be told instead.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from salon.features.conversations.errors import HeadMoved
from salon.features.conversations.models import Author, Branch, Content, Message, MessageStatus, Source
from salon.features.conversations.naming import id_within
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.messages import insert_messages, insert_sources
from salon.features.conversations.store.participants import join
from salon.features.conversations.tree.lookups import the_branch, the_message
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import TooLarge
from salon.foundation.kit.ids import new_id
from salon.foundation.messages import Role
from salon.foundation.storage import Transaction

MOST_MESSAGE_BYTES: Final = 4 * 1024 * 1024
_BYTES_PER_TOKEN: Final = 3
MAIN: Final = "main"
"""The name of a conversation's first branch."""

IfMoved = Literal["fork", "refuse"]


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to append."""

    role: Role
    author: Author
    content: Content
    status: MessageStatus = "complete"
    sources: tuple[Source, ...] = ()
    tokens: int | None = None
    """What it takes in a prompt; estimated from its size when not known."""
    run_id: str | None = None
    origin: str | None = None
    id: str | None = None
    """For one whose id was told before it was written; else a new one."""
    created_at_ms: int | None = None
    """When it was said; now unless it comes from elsewhere."""
    is_excluded: bool = False


class Appended(msgspec.Struct, frozen=True, kw_only=True):
    """What was appended, and where it is."""

    messages: tuple[Message, ...]
    branch: Branch
    """The branch that ends in the last of them."""
    is_forked: bool = False
    """The branch was made for them, because the one that was meant had moved on."""


def build(
    scope: SpaceScope,
    conversation_id: str,
    parent: Message | None,
    new: NewMessage,
    *,
    created_by: str | None,
    now_ms: int,
) -> Message:
    """Return ``new`` as a message below ``parent``. Raises: TooLarge."""
    size_bytes = len(msgspec.json.encode(new.content))
    if size_bytes > MOST_MESSAGE_BYTES:
        raise TooLarge(what="message", field="parts", limit_bytes=MOST_MESSAGE_BYTES)
    return Message(
        id=new.id or id_within(conversation_id, "msg"),
        space_id=scope.space_id,
        created_by=created_by,
        conversation_id=conversation_id,
        parent_id=None if parent is None else parent.id,
        depth=0 if parent is None else parent.depth + 1,
        role=new.role,
        author=new.author,
        status=new.status,
        content=new.content,
        size_bytes=size_bytes,
        tokens=math.ceil(size_bytes / _BYTES_PER_TOKEN) if new.tokens is None else new.tokens,
        run_id=new.run_id,
        origin=new.origin,
        pinned_at_ms=None,
        excluded_at_ms=now_ms if new.is_excluded else None,
        hidden_at_ms=None,
        deleted_at_ms=None,
        created_at_ms=now_ms if new.created_at_ms is None else new.created_at_ms,
    )


def chain(
    scope: SpaceScope,
    conversation_id: str,
    parent: Message | None,
    new: Sequence[NewMessage],
    *,
    created_by: str | None,
    now_ms: int,
) -> list[Message]:
    """Return ``new`` as messages, each below the one before it. Raises: TooLarge."""
    built: list[Message] = []
    for one in new:
        parent = build(scope, conversation_id, parent, one, created_by=created_by, now_ms=now_ms)
        built.append(parent)
    return built


def write_messages(
    tx: Transaction,
    scope: SpaceScope,
    conversation_id: str,
    built: Sequence[Message],
    new: Sequence[NewMessage],
    *,
    now_ms: int,
    is_told: bool = True,
) -> None:
    """Write built messages with what they were made from, count them, and tell of each.

    Without ``is_told`` nobody is told: for a whole conversation at once, of which one event tells.
    """
    insert_messages(tx, scope, built)
    for message, one in zip(built, new, strict=True):
        insert_sources(tx, scope, message, one.sources)
    store.add_messages(tx, scope, conversation_id, added=len(built), now_ms=now_ms)
    authors = {(one.author.kind, one.author.id): one.author for one in new if one.author.id is not None}
    for author in authors.values():
        join(tx, scope, conversation_id, author, now_ms=now_ms)
    for message in built if is_told else ():
        publish(tx, scope, _added(message))


def append(
    tx: Transaction,
    scope: SpaceScope,
    branch: Branch,
    new: Sequence[NewMessage],
    *,
    after: str | None,
    created_by: str | None,
    now_ms: int,
    if_moved: IfMoved = "fork",
    extra: dict[str, Any] | None = None,
) -> Appended:
    """Append messages, each below the one before it, and move the branch to the last of them.

    ``after`` is the message they follow, and where the caller believes the branch to end; None for the
    first ones. If it ends elsewhere by now they become a new branch, or nothing happens and ``HeadMoved``
    is raised. Take ``branch`` from ``the_branch`` in the same transaction, and hold ``take_turn`` of
    ``turn_of(conversation)`` before reading anything, which spares PostgreSQL a retry.
    ``extra`` goes into the ``branch.moved`` event.

    Raises: HeadMoved, NotFound when there is no message ``after`` in the conversation, TooLarge.
    """
    assert new
    parent = None if after is None else the_message(tx, scope, branch.conversation_id, after, or_deleted=True)
    if branch.head_id != after and if_moved == "refuse":
        raise HeadMoved(branch=branch.id, head=branch.head_id)
    built = chain(scope, branch.conversation_id, parent, new, created_by=created_by, now_ms=now_ms)
    write_messages(tx, scope, branch.conversation_id, built, new, now_ms=now_ms)
    is_forked = branch.head_id != after
    if is_forked:
        there = new_branch(
            tx, scope, branch.conversation_id, name=fork_name(branch.name, built[0]), head_id=built[-1].id,
            created_by=created_by, now_ms=now_ms,
        )  # fmt: skip
    else:
        store.change_branch(tx, scope, branch.id, head_id=built[-1].id, changed_at_ms=now_ms)
        data = {"conversation": branch.conversation_id, "head": built[-1].id, **(extra or {})}
        publish(tx, scope, Event(type="branch.moved", subject=branch.id, data=data, created_by=created_by))
        there = the_branch(tx, scope, branch.conversation_id, branch.id, or_deleted=True)
    return Appended(messages=tuple(built), branch=there, is_forked=is_forked)


def turn_of(conversation_id: str) -> str:
    """Return the key under which writers of one conversation take turns (``tx.take_turn``)."""
    return f"conversation:{conversation_id}"


def new_branch(
    tx: Transaction,
    scope: SpaceScope,
    conversation_id: str,
    *,
    name: str,
    head_id: str | None,
    created_by: str | None,
    now_ms: int,
    pinned_at_ms: int | None = None,
) -> Branch:
    """Write a new branch that ends in ``head_id``, and tell of it."""
    branch = Branch(
        id=new_id("brn"),
        space_id=scope.space_id,
        created_by=created_by,
        conversation_id=conversation_id,
        name=name,
        head_id=head_id,
        pinned_at_ms=pinned_at_ms,
        deleted_at_ms=None,
        version=1,
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )
    store.insert_branch(tx, scope, branch)
    data = {"conversation": conversation_id, "head": head_id}
    publish(tx, scope, Event(type="branch.created", subject=branch.id, data=data, created_by=created_by))
    return branch


def fork_name(name: str, first: Message) -> str:
    """Return what a branch is called that was made because another one had moved on."""
    return f"{name[:80]} ({first.id[-4:]})"


def _added(message: Message) -> Event:
    data = {
        "conversation": message.conversation_id,
        "parent": message.parent_id,
        "role": message.role,
        "status": message.status,
        "run": message.run_id,
    }
    return Event(type="message.added", subject=message.id, data=data, created_by=message.created_by)
