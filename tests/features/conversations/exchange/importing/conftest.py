"""Imports on a database of each kind, with real files, runs and reading processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from salon.features.conversations.exchange.exporting import Exports
from salon.features.conversations.exchange.importing import Entry, Import, Imports
from salon.features.conversations.models import Author, Content, Message
from salon.features.conversations.sorting.tables import folders, tagged, tags
from salon.features.conversations.store.conversations import change_conversation, get_conversation
from salon.features.conversations.store.messages import all_messages
from salon.features.conversations.tree import NewMessage, Tree
from salon.foundation.files import Files, LocalBlobs
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.messages import TextPart
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage, Transaction, open_storage, statement
from salon.foundation.workers import Workers
from salon.testing.tables import import_all_tables

ANN = Caller(kind="person", space_id=SpaceId("spc_ann"), person_id=PersonId("per_ann"), rights=OWNER_RIGHTS)
BOB = Caller(kind="person", space_id=SpaceId("spc_bob"), person_id=PersonId("per_bob"), rights=OWNER_RIGHTS)


FOLDERS = statement(select(folders.c.id, folders.c.parent_id, folders.c.name))
TAGS = statement(
    select(tags.c.name)
    .join(tagged, tagged.c.tag_id == tags.c.id)
    .where(tagged.c.conversation_id == bindparam("conversation"))
)


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


class House:
    """What an import needs, and short words for what tests do often."""

    def __init__(self, storage: Storage, folder: Path, *, quota_bytes: int | None = None) -> None:
        self.storage, self.folder = storage, folder
        self.ann, self.bob = ANN, BOB
        clock = SystemClock()
        self.tree = Tree(storage, clock=clock)
        self.files = Files(
            storage, LocalBlobs(folder / "files"), incoming=folder / "incoming", quota_bytes=quota_bytes
        )
        self.runs = Runs(storage, clock=clock)
        self.allowed = {"per_ann": ANN, "per_bob": BOB}
        self.imports = Imports(
            storage, self.runs, self.files, Workers(most=2), folder=folder / "incoming",
            caller_of=self._caller_of, clock=clock,
        )  # fmt: skip

        self.exports = Exports(storage, self.files, self.runs, clock=clock)

    async def _caller_of(self, created_by: str) -> Caller | None:
        return self.allowed.get(created_by)

    async def start(self) -> None:
        await self.imports.start()
        await self.runs.start(is_alone=True)

    async def close(self) -> None:
        await self.imports.close()
        await self.exports.jobs.close()
        await self.runs.close()

    async def begin(self, data: Any, caller: Caller = ANN, name: str = "export", **asked: Any) -> Import:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        file = await self.files.store(caller, chunks(raw), name=name)
        return await self.imports.begin(caller, file.id, **asked)

    async def bring(self, data: Any, caller: Caller = ANN, name: str = "export", **asked: Any) -> Import:
        """Import, and wait for its end."""
        return await self.end(await self.begin(data, caller, name, **asked), caller)

    async def end(self, one: Import, caller: Caller = ANN) -> Import:
        async with asyncio.timeout(120):
            while True:
                found = await self.imports.get(caller, one.id)
                if found.status != "running":
                    return found
                await asyncio.sleep(0.02)

    async def report(self, one: Import, caller: Caller = ANN) -> list[Entry]:
        return await self.imports.report(caller, one.id)

    def said(self, text: str) -> NewMessage:
        author = Author(kind="person", id="per_ann")
        return NewMessage(role="user", author=author, content=Content(parts=(TextPart(text=text),)))

    async def delete(self, conversation_id: str) -> None:
        """Put a conversation into the trash."""
        scope = SpaceScope(ANN.space_id)
        await self.storage.write(
            lambda tx: change_conversation(tx, scope, conversation_id, deleted_at_ms=1, changed_at_ms=1)
        )

    async def placed(self, conversation_id: str) -> tuple[list[str], list[str]]:
        """Return the folders a conversation lies in, from the outermost, and its tags."""

        def read(tx: Transaction) -> tuple[list[str], list[str]]:
            conversation = get_conversation(tx, SpaceScope(ANN.space_id), conversation_id)
            assert conversation is not None
            rows = {row[0]: (row[1], row[2]) for row in tx.all(FOLDERS)}
            names: list[str] = []
            at = conversation.folder_id
            while at is not None:
                at, name = rows[at]
                names.insert(0, name)
            return names, [row[0] for row in tx.all(TAGS, conversation=conversation_id)]

        return await self.storage.read(read)

    async def messages(self, conversation_id: str, caller: Caller = ANN) -> list[Message]:
        scope = SpaceScope(caller.space_id)
        found: list[Message] = []
        while True:
            after = found[-1].id if found else ""
            page = await self.storage.read(
                lambda tx, after=after: all_messages(tx, scope, conversation_id, after=after)
            )
            if not page:
                return found
            found += page


Play = Callable[[Callable[[House], Awaitable[None]]], None]


@pytest.fixture
def make() -> type[House]:
    """Makes what an import needs, for tests of several processes after one another."""
    return House


@pytest.fixture
def play(address: str, tmp_path: Path) -> Play:
    """Plays a scene on a database of each kind."""
    import_all_tables()

    def run(scene: Callable[[House], Awaitable[None]]) -> None:
        async def opened() -> None:
            storage = await open_storage(address, pool_size=4)
            try:
                await storage.create_all()
                house = House(storage, tmp_path)
                await house.start()
                try:
                    await scene(house)
                finally:
                    await house.close()
            finally:
                await storage.close()

        asyncio.run(opened())

    return run
