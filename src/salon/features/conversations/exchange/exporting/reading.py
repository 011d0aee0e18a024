"""From rows to the archive: a conversation's head and outline, then its messages page by page."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import (
    ArchivedAnswer,
    ArchivedBranch,
    ArchivedConversation,
    ArchivedMarks,
    ArchivedMessage,
    ArchivedMove,
    ArchivedParticipant,
    ArchivedSource,
)
from salon.features.conversations.exchange.exporting import store as own
from salon.features.conversations.exchange.writers.base import Outline
from salon.features.conversations.models import Answer, Branch, Conversation, Message, Source
from salon.features.conversations.rendering.paths import Node
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.store.messages import get_messages, sources_of
from salon.features.conversations.store.participants import participants_of
from salon.features.conversations.tree import readable, the_conversation
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction

_NODES: Final = 5000
_BODIES: Final = 200
_STORED: Final = re.compile(rb'"file_id":"(fil_[0-9a-z]{1,60})"')
"""As a body encodes it; a text that says the same has its quotation marks escaped."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a conversation is sorted."""

    folder: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


Places = Callable[[Transaction, SpaceScope, Conversation], Placed]
"""Says where a conversation is sorted."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation without its messages, and its outline."""

    conversation: ArchivedConversation
    outline: Outline


def read_head(tx: Transaction, scope: SpaceScope, conversation_id: str, *, places: Places) -> Head:
    """Return a conversation without its messages. Raises: NotFound."""
    row = the_conversation(tx, scope, conversation_id)
    branches = store.list_branches(tx, scope, conversation_id)
    placed = places(tx, scope, row)
    heads = sorted(branches, key=lambda branch: (branch.id != row.branch_id, branch.id))
    conversation = ArchivedConversation(
        id=row.id,
        kind=row.kind,
        title=row.title,
        title_by=row.title_by,
        sources=row.sources,
        settings=row.settings,
        folder=placed.folder,
        tags=placed.tags,
        origin=row.origin,
        branch_id=row.branch_id,
        created_by=row.created_by,
        branches=tuple(_branch(tx, scope, branch) for branch in branches),
        participants=tuple(
            ArchivedParticipant(kind=one.kind, id=one.id, name=one.name, joined_at_ms=one.joined_at_ms)
            for one in participants_of(tx, scope, conversation_id)
        ),
        marks=_marks(row),
        created_at_ms=row.created_at_ms,
        changed_at_ms=row.changed_at_ms,
    )
    outline = Outline(
        nodes=tuple(_all_nodes(tx, scope, conversation_id)),
        heads=tuple((branch.name, branch.head_id) for branch in heads),
        uses=tuple(own.uses(tx, scope, conversation_id)),
    )
    return Head(conversation=conversation, outline=outline)


def read_messages(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> list[ArchivedMessage]:
    """Return messages in the order of ``ids``; one that was erased meanwhile is there without its words."""
    found = get_messages(tx, scope, ids)
    made_from = sources_of(tx, scope, ids)
    answers = answers_of(tx, scope, ids)
    return [_message(found[one], made_from.get(one, ()), answers.get(one)) for one in ids if one in found]


def stored_files(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, after: str
) -> tuple[list[str], str | None]:
    """Return the stored files that messages after ``after`` name, and where to go on; None at the end."""
    page = own.bodies(tx, scope, conversation_id, after=after, limit=_BODIES)
    ids = [found.decode() for _, body in page for found in _STORED.findall(body)]
    return list(dict.fromkeys(ids)), page[-1][0] if len(page) == _BODIES else None


def _all_nodes(tx: Transaction, scope: SpaceScope, conversation_id: str) -> list[Node]:
    found: list[Node] = []
    while True:
        after = found[-1].id if found else ""
        page = own.nodes(tx, scope, conversation_id, after=after, limit=_NODES)
        found += page
        if len(page) < _NODES:
            return found


def _branch(tx: Transaction, scope: SpaceScope, branch: Branch) -> ArchivedBranch:
    return ArchivedBranch(
        id=branch.id,
        name=branch.name,
        head_id=branch.head_id,
        created_by=branch.created_by,
        moves=tuple(
            ArchivedMove(
                kind=move.kind,
                from_id=move.from_id,
                to_id=move.to_id,
                created_by=move.created_by,
                created_at_ms=move.created_at_ms,
            )
            for move in store.list_moves(tx, scope, branch.id)
        ),
        marks=_marks(branch),
        created_at_ms=branch.created_at_ms,
        changed_at_ms=branch.changed_at_ms,
    )


def _message(message: Message, made_from: Sequence[Source], answer: Answer | None) -> ArchivedMessage:
    shown = readable(message)
    return ArchivedMessage(
        id=message.id,
        parent_id=message.parent_id,
        role=message.role,
        author=message.author,
        status=message.status,
        content=shown.content,
        created_by=message.created_by,
        tokens=message.tokens,
        run_id=message.run_id,
        origin=message.origin,
        sources=tuple(_source(source, message.conversation_id) for source in made_from),
        answer=None if answer is None or shown.content is None else _answer(answer),
        marks=_marks(message),
        created_at_ms=message.created_at_ms,
    )


def _source(source: Source, conversation_id: str) -> ArchivedSource:
    other = source.conversation_id if source.conversation_id != conversation_id else None
    return ArchivedSource(kind=source.kind, id=source.id, conversation_id=other)


def _answer(answer: Answer) -> ArchivedAnswer:
    return ArchivedAnswer(**{name: getattr(answer, name) for name in ArchivedAnswer.__struct_fields__})


def _marks(row: Conversation | Branch | Message) -> ArchivedMarks:
    known: Mapping[str, object] = {name: getattr(row, name, None) for name in ArchivedMarks.__struct_fields__}
    return msgspec.convert(known, ArchivedMarks)
