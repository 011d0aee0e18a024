"""Random histories of a tree of messages, and what must be true of it after each of them.

A model in memory knows every message that was acknowledged: its parent, its words, whether it was deleted.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from salon.features.conversations.models import Author, Content, Message
from salon.features.conversations.tree import Appended, MessageMarks, NewMessage, Tree
from salon.foundation.kit.caller import Caller
from salon.foundation.messages import TextPart
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.migrations import migrate
from salon.testing.columns import Column

PAGE: Final = 7


class Known:
    """What the model knows of one message."""

    def __init__(self, parent_id: str | None, text: str) -> None:
        self.parent_id = parent_id
        self.text = text
        self.deleted: int | None = None
        """The number of the act that deleted it."""
        self.is_erased = False


class History:
    """One conversation, what was done to it, and what it must look like."""

    def __init__(self, tree: Tree, caller: Caller, dice: random.Random) -> None:
        self.tree, self.caller, self.dice = tree, caller, dice
        self.id = ""
        self.messages: dict[str, Known] = {}
        self.heads: dict[str, str | None] = {}
        """Of the branches that are not deleted."""
        self.gone: dict[str, tuple[str | None, int]] = {}
        """Of those that are: where they ended, and the act that deleted them."""
        self.moves: dict[str, list[str | None]] = {}
        self.acts = 0
        self.done: list[str] = []
        self.name = f"h{dice.getrandbits(60):x}"
        self._sent = 0
        """How often the act under way has named itself."""

    def __getstate__(self) -> dict[str, Any]:
        """Keep what the model knows and where its dice are, for another process to go on."""
        return {key: value for key, value in self.__dict__.items() if key != "tree"}

    async def play(self, steps: int) -> None:
        """Begin a conversation and do so many things to it."""
        await self.begin()
        for _ in range(steps):
            await self.step()

    async def begin(self) -> None:
        """Begin a conversation; once more does nothing."""
        view = await self.tree.conversations.create(self.caller, client_id=self.name)
        self.id = view.conversation.id
        self.heads[view.branches[0].id] = None

    async def step(self) -> None:
        """Do one thing. A history that was kept before does the very same thing: under the same names."""
        acts: list[Callable[[], Awaitable[None]]] = [
            self._append, self._append, self._append, self._speak_at_once, self._edit, self._branch,
            self._move, self._undo, self._delete, self._restore, self._delete_branch, self._restore_branch,
            self._merge, self._mark, self._erase,
        ]  # fmt: skip
        self.acts += 1
        self._sent = 0
        act = self.dice.choice(acts)
        self.done.append(act.__name__)
        await act()

    # -- acts ----------------------------------------------------------------------------------------
    async def _append(self) -> None:
        branch = self._some_branch()
        new = [self._new() for _ in range(self.dice.randint(1, 3))]
        done = await self.tree.messages.append(
            self.caller, self.id, new, branch_id=branch, client_id=self._client()
        )
        self._appended(done)

    async def _speak_at_once(self) -> None:
        branch = self._some_branch()
        after = self.heads[branch]
        both = await asyncio.gather(
            *(
                self.tree.messages.append(
                    self.caller,
                    self.id,
                    [self._new()],
                    branch_id=branch,
                    after=after,
                    client_id=self._client(),
                )
                for _ in range(2)
            )
        )
        assert sorted(done.is_forked for done in both) == [False, True]
        for done in both:
            self._appended(done)

    async def _edit(self) -> None:
        message_id = self._some_message()
        if message_id is None:
            return
        branch = self._some_branch()
        name = "edit" if self.dice.random() < 0.3 else None
        done = await self.tree.messages.edit(
            self.caller,
            self.id,
            message_id,
            self._new(),
            branch_id=branch,
            name=name,
            client_id=self._client(),
        )
        parent = self.messages[message_id].parent_id
        if name is None and self.heads[branch] != parent:
            self.moves.setdefault(branch, []).append(self.heads[branch])
        self._appended(done)

    async def _branch(self) -> None:
        head = self._some_message()
        made = await self.tree.branches.create(
            self.caller, self.id, name="branch", head_id=head, client_id=self._client()
        )
        self.heads[made.id] = head

    async def _move(self) -> None:
        branch, to = self._some_branch(), self._some_message()
        await self.tree.branches.move(
            self.caller, self.id, branch, to=to, kind="rollback", client_id=self._client()
        )
        self.moves.setdefault(branch, []).append(self.heads[branch])
        self.heads[branch] = to

    async def _undo(self) -> None:
        branch = self._some_branch()
        before = self.moves.get(branch)
        if not before:
            return
        done = await self.tree.branches.undo(self.caller, self.id, branch, client_id=self._client())
        self.moves[branch] = [*before, self.heads[branch]]
        self.heads[branch] = before[-1]
        assert done.head_id == before[-1]

    async def _delete(self) -> None:
        message_id = self._some_message()
        if message_id is None:
            return
        below = self.dice.random() < 0.3
        await self.tree.deletion.message(
            self.caller, self.id, message_id, "delete", below=below, client_id=self._client()
        )
        for one in self._below(message_id) if below else [message_id]:
            self._gone(one)

    async def _erase(self) -> None:
        message_id = self._some_message()
        if message_id is None or self.dice.random() < 0.5:
            return
        await self.tree.deletion.message(self.caller, self.id, message_id, "erase", client_id=self._client())
        self._gone(message_id)
        self.messages[message_id].is_erased = True

    async def _restore(self) -> None:
        deleted = [one for one, known in self.messages.items() if known.deleted and not known.is_erased]
        if not deleted:
            return
        chosen = self.dice.choice(deleted)
        await self.tree.deletion.restore_message(self.caller, self.id, chosen, client_id=self._client())
        act = self.messages[chosen].deleted
        for one in self._below(chosen):
            if self.messages[one].deleted == act and not self.messages[one].is_erased:
                self.messages[one].deleted = None

    async def _delete_branch(self) -> None:
        branch = self._some_branch()
        if len(self.heads) == 1:
            return
        done = await self.tree.deletion.branch(
            self.caller, self.id, branch, "delete", client_id=self._client()
        )
        head = self.heads.pop(branch)
        others = {one for end in self.heads.values() for one in self._path(end)}
        taken = 0
        for one in reversed(self._path(head)):
            beside = [key for key in self._below(one) if key not in self._path(head)]
            lives = any(not self.messages[key].deleted or key in self.heads.values() for key in beside)
            if one in self.heads.values() or lives:
                break
            assert one not in others or self.messages[one].deleted is not None
            taken += self.messages[one].deleted is None
            self._gone(one)
        assert done.messages == taken
        self.gone[branch] = (head, self.acts)

    async def _restore_branch(self) -> None:
        if not self.gone:
            return
        branch = self.dice.choice(sorted(self.gone))
        head, act = self.gone.pop(branch)
        await self.tree.deletion.restore_branch(self.caller, self.id, branch, client_id=self._client())
        self.heads[branch] = head
        for one in self._path(head):
            if self.messages[one].deleted == act and not self.messages[one].is_erased:
                self.messages[one].deleted = None

    async def _merge(self) -> None:
        alive = [one for one, known in self.messages.items() if not known.deleted]
        if not alive:
            return
        chosen = self.dice.sample(alive, min(len(alive), self.dice.randint(1, 4)))
        base = self._some_message()
        done = await self.tree.merging.choose(
            self.caller, self.id, chosen, name="merge", base=base, client_id=self._client()
        )
        self._written(done.messages)
        self.heads[done.branch.id] = done.branch.head_id
        said = [self.messages[one].text for one in self._path(done.branch.head_id)]
        assert said == [self.messages[one].text for one in [*self._path(base), *chosen]]

    async def _mark(self) -> None:
        message_id = self._some_message()
        if message_id is not None:
            marks = MessageMarks(is_pinned=self.dice.random() < 0.5, is_excluded=self.dice.random() < 0.5)
            await self.tree.messages.mark(self.caller, self.id, message_id, marks, client_id=self._client())

    # -- what must be true ---------------------------------------------------------------------------
    async def check(self) -> None:
        """Compare everything with the model: nothing is lost, unreachable, or said twice."""
        found = {one.id: (one.parent_id, text_of(one)) for one in await self._all()}
        meant = {
            key: (known.parent_id, None if known.deleted or known.is_erased else known.text)
            for key, known in self.messages.items()
        }
        self._same("messages", found, meant)
        self._same("within reach", await self._reached(), set(self.messages))
        view = await self.tree.conversations.get(self.caller, self.id)
        self._same("branches", {branch.id: branch.head_id for branch in view.branches}, self.heads)
        assert view.conversation.branch_id in self.heads, (view, self.heads, self.done)
        alive = sum(not known.deleted for known in self.messages.values())
        self._same("counted", view.conversation.messages, alive)
        for branch, head in self.heads.items():
            self._same(f"read on {branch}", await self._read(branch), self._path(head))
        repaired = await self.tree.repairing.repair(self.caller, self.id, only_check=True)
        self._same("problems", repaired.problems, ())

    def _same(self, what: str, found: object, meant: object) -> None:
        assert found == meant, f"{what}: {found} instead of {meant}, after {self.done}"

    async def check_copy(self) -> None:
        """Copy the whole tree; the copy must be whole, and have every word that is not deleted."""
        view = await self.tree.copying.copy(self.caller, self.id, what="all")
        copy = History(self.tree, self.caller, self.dice)
        copy.id = view.conversation.id
        words = sorted(str(text_of(one)) for one in await copy._all())
        assert words == sorted(known.text for known in self.messages.values() if not known.deleted)
        repaired = await self.tree.repairing.repair(self.caller, copy.id, only_check=True)
        assert repaired.problems == ()

    async def _all(self) -> list[Message]:
        found: list[Message] = []
        cursor: str | None = None
        while True:
            page = await self.tree.messages.all(self.caller, self.id, cursor=cursor, limit=PAGE)
            found += [view.message for view in page.items]
            cursor = page.next
            if cursor is None:
                return found

    async def _reached(self) -> set[str]:
        """Return what is found from the first messages down."""
        reached: set[str] = set()
        waiting: list[str | None] = [None]
        while waiting:
            parent, cursor = waiting.pop(), None
            while True:
                page = await self.tree.messages.children(
                    self.caller, self.id, parent, cursor=cursor, limit=PAGE
                )
                ids = [view.message.id for view in page.items]
                assert reached.isdisjoint(ids)
                reached.update(ids)
                waiting += ids
                cursor = page.next
                if cursor is None:
                    break
        return reached

    async def _read(self, branch: str) -> list[str]:
        page = await self.tree.messages.page(self.caller, self.id, branch_id=branch, limit=PAGE)
        found = [view.message.id for view in page.items]
        while page.next is not None:
            page = await self.tree.messages.page(self.caller, self.id, before=page.next, limit=PAGE)
            found = [*(view.message.id for view in page.items), *found]
        return found

    # -- the model -----------------------------------------------------------------------------------
    def _new(self) -> NewMessage:
        text = f"words {self.dice.getrandbits(40)}"
        return NewMessage(
            role=self.dice.choice(("user", "assistant")),
            author=Author(kind="person"),
            content=Content(parts=(TextPart(text=text),)),
        )

    def _appended(self, done: Appended) -> None:
        self._written(done.messages)
        self.heads[done.branch.id] = done.branch.head_id
        assert done.branch.head_id == done.messages[-1].id

    def _written(self, written: tuple[Message, ...]) -> None:
        for message in written:
            assert message.id not in self.messages
            self.messages[message.id] = Known(message.parent_id, str(text_of(message)))

    def _gone(self, message_id: str) -> None:
        known = self.messages[message_id]
        known.deleted = known.deleted or self.acts

    def _client(self) -> str:
        """Return the name of what is sent next."""
        self._sent += 1
        return f"{self.name}-{self.acts}-{self._sent}"

    def _some_branch(self) -> str:
        return self.dice.choice(sorted(self.heads))

    def _some_message(self) -> str | None:
        return self.dice.choice(sorted(self.messages)) if self.messages else None

    def _path(self, last_id: str | None) -> list[str]:
        found: list[str] = []
        while last_id is not None:
            found.append(last_id)
            last_id = self.messages[last_id].parent_id
        return found[::-1]

    def _below(self, first_id: str) -> list[str]:
        return [one for one in self.messages if first_id in self._path(one)]


def text_of(message: Message) -> str | None:
    """Return the words of a message; None for one that says nothing any more."""
    if message.content is None:
        return None
    return "".join(part.text for part in message.content.parts if isinstance(part, TextPart))


def on(column: Column, folder: Path, scene: Callable[[Storage], Awaitable[None]]) -> None:
    """Play on a migrated database of the column."""

    async def opened() -> None:
        storage = await open_storage(column.address(folder), pool_size=6)
        try:
            await migrate(storage, backup=False)
            await scene(storage)
        finally:
            await storage.close()

    asyncio.run(opened())
