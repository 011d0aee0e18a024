"""A tree on an empty database of each kind, and people in two spaces."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from salon.features.conversations.models import Author, Content
from salon.features.conversations.store.conversations import change_conversation
from salon.features.conversations.tables import messages
from salon.features.conversations.tree import NewMessage, Tree
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.messages import TextPart
from salon.foundation.storage import Storage, open_storage, statement
from salon.testing.tables import import_all_tables

_BODIES = statement(select(messages.c.body).where(messages.c.body.is_not(None)))
ANN = Caller(kind="person", space_id=SpaceId("spc_ann"), person_id=PersonId("per_ann"), rights=OWNER_RIGHTS)
BOB = Caller(kind="person", space_id=SpaceId("spc_bob"), person_id=PersonId("per_bob"), rights=OWNER_RIGHTS)


class Scene:
    """A tree, its storage, a clock that is moved by hand, and short words for what tests do often."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.clock = ManualClock()
        self.tree = Tree(storage, clock=self.clock)
        self.ann, self.bob = ANN, BOB

    def said(self, text: str, **fields: Any) -> NewMessage:
        """Return something that Ann says."""
        fields.setdefault("role", "user")
        fields.setdefault("author", Author(kind="person", id="per_ann", name="Ann"))
        return NewMessage(content=Content(parts=(TextPart(text=text),)), **fields)

    async def talk(self, *texts: str) -> tuple[str, str, list[str]]:
        """Begin a conversation of Ann's and say ``texts``; return its id, its branch's, the messages'."""
        view = await self.tree.conversations.create(ANN, title="A talk")
        made = view.conversation
        ids: list[str] = []
        if texts:
            done = await self.tree.messages.append(ANN, made.id, [self.said(text) for text in texts])
            ids = [message.id for message in done.messages]
        return made.id, str(made.branch_id), ids

    async def title_from(self, conversation_id: str, title: str, *ids: str) -> None:
        """Give a conversation a title that was made from messages."""
        scope = SpaceScope(ANN.space_id)
        await self.storage.write(
            lambda tx: change_conversation(tx, scope, conversation_id, title=title, sources=list(ids))
        )

    async def title_of(self, conversation_id: str) -> str:
        """Return the title of one of Ann's conversations."""
        return (await self.tree.conversations.get(ANN, conversation_id)).conversation.title

    async def words(self, conversation_id: str, **where: Any) -> list[str | None]:
        """Return what is said on a path, page by page; None for what says nothing any more."""
        page = await self.tree.messages.page(ANN, conversation_id, limit=3, **where)
        found = list(page.items)
        while page.next is not None:
            page = await self.tree.messages.page(ANN, conversation_id, before=page.next, limit=3)
            found = [*page.items, *found]
        return [text_of(view.message.content) for view in found]

    async def bodies_with(self, word: bytes) -> int:
        """Return how many bodies hold ``word``, whatever the state of their messages."""
        rows = await self.storage.read(lambda tx: tx.all(_BODIES))
        return sum(word in bytes(row[0]) for row in rows)


def text_of(content: Content | None) -> str | None:
    """Return the words of a content."""
    return None if content is None else "".join(getattr(part, "text", "") for part in content.parts)


Play = Callable[[Callable[[Scene], Awaitable[None]]], None]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "salon.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def play(address: str) -> Play:
    """Plays a scene on a database of each kind."""
    import_all_tables()

    def run(scene: Callable[[Scene], Awaitable[None]]) -> None:
        async def opened() -> None:
            storage = await open_storage(address, pool_size=4)
            try:
                await storage.create_all()
                await scene(Scene(storage))
            finally:
                await storage.close()

        asyncio.run(opened())

    return run
