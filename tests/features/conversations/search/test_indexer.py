"""What was said is found soon, what is gone is gone from the index, and the index can be made anew."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from salon.features.conversations.indexing.notes import forget
from salon.features.conversations.search import Indexer, index_store
from salon.features.conversations.search.query import parse
from salon.features.conversations.store.conversations import change_conversation
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
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
        steps = [(step.done, step.total) async for step in shelf.indexer.rebuild()]
        assert (steps[0], steps[-1]) == ((0, 60), (60, 60))
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
        await again.start()
        await again.catch_up()
        assert await found(shelf, "needle") == [said.id]
        await again.close()

    shelf(play)


def test_what_is_deleted_or_hidden_is_not_shown(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        one, two = await shelf.conversation("Red house"), await shelf.conversation("Red car")
        await shelf.say(one, "needle")
        stays = await shelf.say(two, "needle")
        await shelf.say(two, "needle", hidden_at_ms=5)
        await shelf.indexer.catch_up()
        await shelf.storage.write(lambda tx: change_conversation(tx, SCOPE, one.id, deleted_at_ms=7))
        assert await found(shelf, "needle") == [stays.id]
        assert [hit.title for hit in await shelf.search.titles(ANN, "re")] == ["Red car"]
        await shelf.storage.write(lambda tx: change_conversation(tx, SCOPE, two.id, title="Blue boat"))
        assert [hit.title for hit in await shelf.search.titles(ANN, "BO blu")] == ["Blue boat"]
        assert await shelf.search.titles(ANN, "red") == await shelf.search.titles(ANN, "!") == []

    shelf(play)
