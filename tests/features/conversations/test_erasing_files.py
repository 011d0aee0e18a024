"""Files that messages name go with the last thing that names them, and their content with them."""

import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from salon.features.conversations.erasing_files import FileEraser
from salon.features.conversations.models import Author, Content
from salon.features.conversations.shares import Links, NewShare, Shares, forget_shown
from salon.features.conversations.sorting import Sorting, TemplateMessage, files_of_templates
from salon.features.conversations.store.attached import is_named
from salon.features.conversations.tree import NewMessage
from salon.foundation.files import FileMissing, Files, LocalBlobs
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.messages import FilePart
from salon.foundation.storage import statement

_MIGRATION = "salon.foundation.storage.migrations.versions.0014_add_which_files_messages_name"


class Desk:
    """A tree whose erasures reach its files."""

    def __init__(self, made: Any, folder: Path) -> None:
        self.made, self.folder = made, folder / "blobs"
        self.files = Files(made.storage, LocalBlobs(self.folder), incoming=folder / "in", clock=made.clock)
        self.scope = SpaceScope(made.ann.space_id)
        self.gone = 0
        self.sorting = Sorting(made.storage, clock=made.clock)
        made.tree.erasers.add(lambda tx, scope, ids: forget_shown(tx, scope, ids, now_ms=1))
        made.tree.erasers.add(FileEraser(made.clock, users=(files_of_templates,), on_gone=self._went))

    def _went(self) -> None:
        self.gone += 1

    async def file(self, content: bytes, *, purpose: str = "") -> str:
        return (await self.files.store(self.made.ann, once(content), name="a.txt", purpose=purpose)).id

    async def says(self, *file_ids: str) -> tuple[str, str]:
        """Say something with files; return the conversation and the message."""
        conversation, _, _ = await self.made.talk()
        new = NewMessage(
            role="user", author=Author(kind="person", id="per_ann"), content=with_files(*file_ids)
        )
        done = await self.made.tree.messages.append(self.made.ann, conversation, [new])
        return conversation, done.messages[0].id

    async def erase(self, conversation: str, message: str) -> None:
        await self.made.tree.deletion.message(self.made.ann, conversation, message, "erase")

    async def there(self, file_id: str) -> bool:
        try:
            await self.files.get(self.scope, file_id)
        except FileMissing:
            return False
        return True

    async def contents(self) -> int:
        """Return how many contents are on the disk after the collector looked."""
        await self.files.collect()
        return sum(path.is_file() for path in self.folder.rglob("*"))


def with_files(*file_ids: str) -> Content:
    return Content(parts=tuple(FilePart(file_id=one, media_type="text/plain") for one in file_ids))


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_a_file_goes_at_once_with_the_last_message_that_names_it(play, tmp_path: Path) -> None:
    async def scene(made: Any) -> None:
        desk = Desk(made, tmp_path)
        only, both = await desk.file(b"only"), await desk.file(b"both")
        first, second = await desk.says(only, both), await desk.says(both)
        assert await desk.contents() == 2
        await desk.erase(*first)
        assert (await desk.there(only), await desk.there(both), desk.gone) == (False, True, 1)
        assert await desk.contents() == 1  # without the hour that others wait
        await desk.erase(*second)
        assert (await desk.there(both), await desk.contents(), desk.gone) == (False, 0, 2)
        assert (await desk.files.usage(desk.scope)).files == 0

    play(scene)


def test_what_a_template_names_or_a_batch_reads_stays(play, tmp_path: Path) -> None:
    async def scene(made: Any) -> None:
        desk = Desk(made, tmp_path)
        saved, lines = await desk.file(b"saved"), await desk.file(b"lines", purpose="batch")
        first = TemplateMessage(role="user", author=Author(kind="system"), content=with_files(saved))
        await desk.sorting.templates.create(made.ann, "T", settings={}, messages=[first])
        await desk.erase(*await desk.says(saved, lines))
        assert (await desk.there(saved), await desk.there(lines)) == (True, True)

    play(scene)


@pytest.mark.parametrize("verb", ["erase", "delete"])
def test_a_conversation_takes_its_files_along_when_its_words_go(play, tmp_path: Path, verb: str) -> None:
    async def scene(made: Any) -> None:
        desk = Desk(made, tmp_path)
        file = await desk.file(b"words")
        conversation, _ = await desk.says(file)
        await made.tree.deletion.conversation(made.ann, conversation, verb)
        assert await desk.there(file) == (verb == "delete")
        made.clock.advance(31 * 24 * 3600)
        await made.tree.janitor.tidy()
        assert not await desk.there(file)

    play(scene)


def test_a_restore_erases_the_files_again_and_what_shares_hold_of_them(play, tmp_path: Path) -> None:
    async def scene(made: Any) -> None:
        desk = Desk(made, tmp_path)
        shares = Shares(made.storage, desk.files, links=Links(lambda: [bytes(32)]), clock=made.clock)
        file = await desk.file(b"secret")
        conversation, message = await desk.says(file)
        await shares.create(made.ann, NewShare(conversation_id=conversation))
        gone = await desk.says(await desk.file(b"gone"))
        await desk.erase(*gone)
        (erasure,) = await made.tree.janitor.erasures()
        # As an older backup has it: the message is there again, with its file and the share.
        older = msgspec.structs.replace(erasure, id="era_older", target_id=message)
        assert await made.tree.janitor.erase_again([older]) == 1
        assert (await desk.there(file), await desk.contents()) == (False, 0)

    play(scene)


def test_what_messages_of_before_name_is_found_by_the_migration(play, tmp_path: Path) -> None:
    async def scene(made: Any) -> None:
        desk = Desk(made, tmp_path)
        file, other = await desk.file(b"words"), await desk.file(b"others")
        await desk.says(file)
        module = importlib.import_module(_MIGRATION)
        asked = {"sqlite": module._NOTE_SQLITE, "postgresql": module._NOTE_POSTGRES}
        note = statement({name: text(sql) for name, sql in asked.items()})

        def anew(tx: Any) -> tuple[bool, bool]:
            tx.run(statement(text("DELETE FROM message_files")))
            assert not is_named(tx, desk.scope, file)
            tx.run(note)
            return is_named(tx, desk.scope, file), is_named(tx, desk.scope, other)

        assert await made.storage.write(anew) == (True, False)

    play(scene)
