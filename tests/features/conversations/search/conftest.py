"""Conversations made by hand on a database of each kind, and what looks for them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from salon.features.conversations.models import Author, Branch, Content, Conversation, Message
from salon.features.conversations.search import Indexer, Search
from salon.features.conversations.store.conversations import (
    change_branch,
    insert_branch,
    insert_conversation,
)
from salon.features.conversations.store.messages import insert_messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.messages import Part, TextPart
from salon.foundation.storage import Storage, Transaction
from salon.testing.databases import database
from salon.testing.tables import import_all_tables

Play = Callable[["Shelf"], Awaitable[None]]


class Talk:
    """Makes conversations of what is said in them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.now_ms = 1_700_000_000_000

    async def conversation(self, title: str = "", *, space: str = "spc_one", **values: Any) -> Conversation:
        """Make an empty conversation with a branch."""
        self.now_ms += 1000
        made = Conversation(
            id=new_id("cnv"), space_id=space, created_by="per_ann", kind="chat", title=title,
            title_by="person", sources=(), settings={}, branch_id=new_id("brn"),
            **{"folder_id": None, "origin": None, "pinned_at_ms": None, "archived_at_ms": None,
               "hidden_at_ms": None, "deleted_at_ms": None, **values},
            version=1, messages=0, created_at_ms=self.now_ms, changed_at_ms=self.now_ms,
        )  # fmt: skip
        assert made.branch_id is not None
        branch = self._branch(made, made.branch_id, "main", None)
        await self.storage.write(lambda tx: _begin(tx, made, branch))
        return made

    async def branch(self, conversation: Conversation, name: str, head: Message | None) -> Branch:
        """Make another branch."""
        made = self._branch(conversation, new_id("brn"), name, None if head is None else head.id)
        scope = SpaceScope(SpaceId(conversation.space_id))
        await self.storage.write(lambda tx: insert_branch(tx, scope, made))
        return made

    async def say(
        self,
        conversation: Conversation,
        said: str | Sequence[Part],
        *,
        after: Message | None = None,
        branch: str | None = "",
        author: Author | None = None,
        **values: Any,
    ) -> Message:
        """Append a message and move the branch there; the conversation's own unless another is named."""
        self.now_ms += 1000
        who = author or Author(kind="person", id="per_ann", name="Ann")
        message = Message(
            id=new_id("msg"), space_id=conversation.space_id, created_by="per_ann",
            conversation_id=conversation.id, parent_id=None if after is None else after.id,
            depth=0 if after is None else after.depth + 1, author=who, status="complete",
            content=Content(parts=(TextPart(text=said),) if isinstance(said, str) else tuple(said)),
            size_bytes=len(said), tokens=1, run_id=None, origin=None,
            **{"role": "assistant" if who.kind == "model" else "user", "pinned_at_ms": None,
               "excluded_at_ms": None, "hidden_at_ms": None, "deleted_at_ms": None,
               "created_at_ms": self.now_ms, **values},
        )  # fmt: skip
        moved = conversation.branch_id if branch == "" else branch
        await self.storage.write(lambda tx: _append(tx, message, moved))
        return message

    def _branch(self, conversation: Conversation, branch_id: str, name: str, head_id: str | None) -> Branch:
        return Branch(
            id=branch_id, space_id=conversation.space_id, created_by="per_ann",
            conversation_id=conversation.id, name=name, head_id=head_id, pinned_at_ms=None,
            deleted_at_ms=None, version=1, created_at_ms=self.now_ms, changed_at_ms=self.now_ms,
        )  # fmt: skip


def _begin(tx: Transaction, made: Conversation, branch: Branch) -> None:
    scope = SpaceScope(SpaceId(made.space_id))
    insert_conversation(tx, scope, made)
    insert_branch(tx, scope, branch)


def _append(tx: Transaction, message: Message, branch_id: str | None) -> None:
    scope = SpaceScope(SpaceId(message.space_id))
    insert_messages(tx, scope, [message])
    if branch_id is not None:
        change_branch(tx, scope, branch_id, head_id=message.id)


class Shelf(Talk):
    """Conversations and what looks for them."""

    def __init__(self, storage: Any) -> None:
        super().__init__(storage)
        self.indexer = Indexer(storage)
        self.search = Search(storage, self.indexer)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Play], None]:
    """Plays a scene on a shelf, on each database."""
    address = tmp_path / "salon.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")

    def run(play: Play) -> None:
        async def main() -> None:
            import_all_tables()
            async with asyncio.timeout(120), database(address) as storage:
                shelf = Shelf(storage)
                shelf.indexer.start()
                await shelf.indexer.ready()
                try:
                    await play(shelf)
                finally:
                    await shelf.indexer.close()

        asyncio.run(main())

    return run
