"""Where an imported conversation is open: its branches, and what moves when more of it comes later."""

from collections.abc import Mapping
from typing import Final

import msgspec

from salon.features.conversations.exchange.archive import ArchivedBranch, ArchivedConversation
from salon.features.conversations.exchange.importing.translating import Here, plain
from salon.features.conversations.exchange.readers.problems import Notes
from salon.features.conversations.models import Branch, Move
from salon.features.conversations.store import conversations as tree
from salon.features.conversations.tree import new_branch
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

_NAME: Final = 100
_MAIN: Final = "main"


class Opener(msgspec.Struct, frozen=True, kw_only=True):
    """Opens one conversation, in the transaction that writes the last of its messages."""

    tx: Transaction
    scope: SpaceScope
    conversation_id: str
    here: Mapping[str, Here]
    """The messages by their id in the export."""
    parents: Mapping[str, str | None]
    """Whom each message follows, by id here."""
    notes: Notes
    created_by: str | None
    now_ms: int

    def open_new(self, conversation: ArchivedConversation) -> None:
        """Give a new conversation its branches; the one that was open there opens here."""
        opened: str | None = None
        for archived in conversation.branches or (ArchivedBranch(id="", name=_MAIN),):
            made = self._insert(archived)
            if archived.id == conversation.branch_id or opened is None:
                opened = made.id
        tree.change_conversation(self.tx, self.scope, self.conversation_id, branch_id=opened)

    def open_grown(self, conversation: ArchivedConversation, *, branch_id: str | None) -> None:
        """Let branches end in what is new; one that went on here since stays, and gets one beside it."""
        for archived in conversation.branches:
            head = self.here.get(archived.head_id) if archived.head_id is not None else None
            if head is None:
                continue
            present = tree.list_branches(self.tx, self.scope, self.conversation_id)
            present.sort(key=lambda branch: branch.id != branch_id)
            above = _path(head.id, self.parents)
            behind = next((branch for branch in present if branch.head_id in above), None)
            if any(branch.head_id == head.id for branch in present):
                continue
            if behind is not None:
                tree.change_branch(self.tx, self.scope, behind.id, head_id=head.id, changed_at_ms=self.now_ms)
            elif not _is_above(head.id, present, self.parents):
                new_branch(
                    self.tx, self.scope, self.conversation_id, name=f"import {head.id[-4:]}", head_id=head.id,
                    created_by=self.created_by, now_ms=self.now_ms,
                )  # fmt: skip

    def _insert(self, archived: ArchivedBranch) -> Branch:
        head = self.here.get(archived.head_id) if archived.head_id is not None else None
        if archived.head_id is not None and head is None:
            self.notes.add("head-unknown", archived.head_id)
        marks = archived.marks
        branch = Branch(
            id=new_id("brn"),
            space_id=self.scope.space_id,
            created_by=self.created_by,
            conversation_id=self.conversation_id,
            name=plain(archived.name)[:_NAME] or _MAIN,
            head_id=None if head is None else head.id,
            pinned_at_ms=marks.pinned_at_ms,
            archived_at_ms=marks.archived_at_ms,
            hidden_at_ms=marks.hidden_at_ms,
            deleted_at_ms=marks.deleted_at_ms,
            version=1,
            created_at_ms=archived.created_at_ms or self.now_ms,
            changed_at_ms=archived.changed_at_ms or archived.created_at_ms or self.now_ms,
        )
        tree.insert_branch(self.tx, self.scope, branch)
        for move in archived.moves:
            known = Move(
                id=new_id("mov"),
                space_id=self.scope.space_id,
                created_by=self.created_by,
                conversation_id=self.conversation_id,
                branch_id=branch.id,
                kind=move.kind,
                from_id=_id_of(move.from_id, self.here),
                to_id=_id_of(move.to_id, self.here),
                created_at_ms=move.created_at_ms,
            )
            tree.insert_move(self.tx, self.scope, known)
        return branch


def _id_of(archived_id: str | None, here: Mapping[str, Here]) -> str | None:
    at = here.get(archived_id) if archived_id is not None else None
    return None if at is None else at.id


def _path(message_id: str, parents: Mapping[str, str | None]) -> set[str | None]:
    """Return a message and those above it, and None for a branch that has said nothing."""
    found: set[str | None] = {None}
    at: str | None = message_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def _is_above(message_id: str, present: list[Branch], parents: Mapping[str, str | None]) -> bool:
    """Tell whether some branch already goes through a message."""
    return any(
        branch.head_id is not None and message_id in _path(branch.head_id, parents) for branch in present
    )
