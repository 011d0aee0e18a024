"""What was said is found soon, what is gone is gone from the index, and the index can be made anew."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import delete, select, update

from salon.features.conversations.indexing.notes import forget
from salon.features.conversations.indexing.tables import indexed
from salon.features.conversations.models import Author
from salon.features.conversations.search import Indexer, index_store
from salon.features.conversations.search.query import parse
from salon.features.conversations.store import deleting
from salon.features.conversations.store.conversations import change_conversation
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import statement
from salon.testing.callers import person

ANN = person()
SCOPE = SpaceScope(SpaceId("spc_one"))


async def found(shelf, words):
    return [hit.message_id for hit in (await shelf.search.find(ANN, parse(words))).items]


def test_a_message_is_found_soon_after_it_was_said_by_itself(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        said = await shelf.say(await shelf.conversation(), "needle")
        while await found(shelf, "needle") != [said.id]:
            await asyncio.sleep(0.01)

    shelf(play)


def test_a_forgotten_message_leaves_no_word_in_the_file(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation()
        gone = await shelf.say(talk, "CaNaRyWoRd " + "other words " * 30)
        kept = await shelf.say(talk, "a CANARYwordling stays")
        await shelf.indexer.catch_up()
        waits = await shelf.say(talk, "CANARYWORD waits")
        await shelf.storage.write(lambda tx: forget(tx, SCOPE, [gone.id, waits.id]))
        await shelf.indexer.catch_up()
        assert (await found(shelf, "canaryword"), await found(shelf, "wordlin*")) == ([], [])
        assert await found(shelf, "canaryword*") == [kept.id]
        await shelf.storage.write(lambda tx: forget(tx, SCOPE, [kept.id]))
        if shelf.storage.path is not None:
            await shelf.storage.forget_deleted("search_text")
            assert b"canaryword" not in Path(shelf.storage.path).read_bytes()

    shelf(play)


def test_another_space_can_have_nothing_forgotten(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        said = await shelf.say(await shelf.conversation(), "needle")
        other = SpaceScope(SpaceId("spc_two"))
        await shelf.storage.write(lambda tx: forget(tx, other, [said.id]))
        await shelf.indexer.catch_up()
        await shelf.storage.write(lambda tx: forget(tx, other, [said.id]))
        assert await found(shelf, "needle") == [said.id]

    shelf(play)


def test_the_index_is_made_anew_with_all_messages_and_titles(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation("Holidays by the sea")
        said = [await shelf.say(talk, f"needle {place}") for place in range(60)]
        await shelf.indexer.catch_up()
        assert await shelf.indexer.renew() == 60
        await shelf.indexer.catch_up()
        while await shelf.indexer.waiting():  # its own task may be at the last ones
            await asyncio.sleep(0.01)
        page = await shelf.search.find(ANN, parse("needle"), limit=100)
        assert {hit.message_id for hit in page.items} == {one.id for one in said}
        assert [hit.conversation_id for hit in await shelf.search.titles(ANN, "hol")] == [talk.id]

    shelf(play)


def test_an_index_of_other_words_is_made_anew_at_the_start(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        said = await shelf.say(await shelf.conversation(), "needle")
        await shelf.indexer.catch_up()
        scope = SystemScope("search: put the messages of every space into the index")
        again = Indexer(shelf.storage)
        assert await shelf.storage.write(lambda tx: index_store.begin(tx, scope)) is False
        await shelf.storage.write(lambda tx: tx.run(index_store.FORGET_VERSION))
        again.start()
        await again.ready()
        while await again.waiting() or not await found(shelf, "needle"):
            await asyncio.sleep(0.01)
        assert await found(shelf, "needle") == [said.id]
        await again.close()

    shelf(play)


def test_what_is_deleted_or_hidden_is_not_shown(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        one, two = await shelf.conversation("Red house"), await shelf.conversation("Red car")
        back = await shelf.say(one, "needle")
        stays = await shelf.say(two, "needle")
        await shelf.say(two, "needle", hidden_at_ms=5)
        await shelf.indexer.catch_up()
        await shelf.storage.write(lambda tx: change_conversation(tx, SCOPE, one.id, deleted_at_ms=7))
        assert await found(shelf, "needle") == [stays.id]
        assert [hit.title for hit in await shelf.search.titles(ANN, "re")] == ["Red car"]
        left = await shelf.storage.read(lambda tx: tx.all(statement(select(indexed.c.number))))
        assert len(left) == 2, "what is deleted leaves the index"
        await shelf.storage.write(lambda tx: change_conversation(tx, SCOPE, one.id, deleted_at_ms=None))
        await shelf.indexer.catch_up()
        assert set(await found(shelf, "needle")) == {back.id, stays.id}
        assert len(await shelf.search.titles(ANN, "re")) == 2
        await shelf.storage.write(lambda tx: change_conversation(tx, SCOPE, two.id, title="Blue boat"))
        assert [hit.title for hit in await shelf.search.titles(ANN, "BO blu")] == ["Blue boat"]
        assert [hit.title for hit in await shelf.search.titles(ANN, "red")] == ["Red house"]
        assert await shelf.search.titles(ANN, "!") == []

    shelf(play)


def test_a_deleted_message_leaves_the_index_and_a_restored_one_comes_back(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation()
        said = [await shelf.say(talk, "needle") for _ in range(2)]
        await shelf.indexer.catch_up()
        ids = [one.id for one in said]
        await shelf.storage.write(lambda tx: deleting.tombstone(tx, SCOPE, ids, now_ms=5))
        assert await shelf.storage.read(lambda tx: tx.all(statement(select(indexed.c.number)))) == []
        await shelf.storage.write(lambda tx: deleting.bring_back(tx, SCOPE, ids[:1]))
        await shelf.indexer.catch_up()
        assert await found(shelf, "needle") == ids[:1]
        await shelf.storage.write(lambda tx: deleting.empty(tx, SCOPE, ids))
        await shelf.storage.write(lambda tx: deleting.bring_back(tx, SCOPE, ids))
        await shelf.indexer.catch_up()
        assert await found(shelf, "needle") == []

    shelf(play)


def test_a_message_that_cannot_be_read_does_not_keep_others_from_the_index(
    shelf: Callable[..., None],
) -> None:
    async def play(shelf):
        talk = await shelf.conversation()
        await shelf.indexer.ready()  # what it has begun to make would go on after its end
        await shelf.indexer.close()
        sealed, broken = await shelf.say(talk, "needle"), await shelf.say(talk, "needle")
        author = Author(kind="persona", id="psn_1", name="Very long " * 1000)
        read = await shelf.say(talk, "needle", author=author)
        for one, values in ((sealed, {"body_cipher": "unknown"}), (broken, {"body": b"{"})):
            change = statement(update(messages).where(messages.c.id == one.id).values(**values))
            await shelf.storage.write(lambda tx, change=change: tx.run(change))
        await shelf.indexer.catch_up()
        assert (await shelf.indexer.waiting(), await shelf.storage.read(count_indexed)) == (0, 1)
        change = statement(delete(messages).where(messages.c.id.in_([sealed.id, broken.id])))
        await shelf.storage.write(lambda tx: tx.run(change))
        assert await found(shelf, "needle author:psn_1") == [read.id]

    shelf(play)


def count_indexed(tx) -> int:
    return len(tx.all(statement(select(indexed.c.number))))
