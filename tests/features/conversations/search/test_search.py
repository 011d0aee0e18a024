"""Messages are found by their words, in any script, on either database, in one's own space alone."""

from collections.abc import Callable

import msgspec
import pytest

from salon.features.conversations.exchange.exporting import chosen
from salon.features.conversations.models import Author
from salon.features.conversations.search import Search, SearchQuery
from salon.features.conversations.search.query import parse
from salon.features.conversations.sorting import Asked, Filter, Sorting
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.errors import InvalidRequest, NotAllowed, NotFound
from salon.foundation.messages import FilePart, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from salon.testing.callers import person

ANN = person()
POWERLESS = msgspec.structs.replace(ANN, rights=frozenset())
TEXTS = {
    "plus": "Why is C++ faster than C# here?",
    "cafe": "Das Café liegt in der Straße am Fluss.",
    "tokyo": "私は東京都に住んでいます。猫が好きです。",
    "korean": "한국어를 공부합니다",
    "code": "def get_message(tx): return tx.one('it''s')  # see foo.bar",
    "emoji": "party 🎉 tonight",
    "far": "one two three four five",
}
FINDS = {
    "C++": "plus", "c#": "plus", "cafe": "cafe", "STRASSE": "cafe", "東京": "tokyo", "京都": "tokyo",
    "猫": "tokyo", "한국": "korean", "get_message": "code", "foo.bar": "code", "it's": "code", "🎉": "emoji",
    '"two three"': "far", "thr*": "far", '"two thr"*': "far", "-party five": "far", "five one": "far",
}  # fmt: skip
NOTHING = ['"three two"', "party -tonight", "東都", "pär", "x" * 5000, '"', "-", "\0", "AND", "NEAR(a b)", "col:x",
           "(", "*", "'", "\\", "one OR", "^zzz", "tag:none one", "folder:none one", "in:cnv_none one"]  # fmt: skip


def test_words_of_any_kind_find_their_message_and_odd_input_is_no_error(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation("All")
        said = {name: await shelf.say(talk, text) for name, text in TEXTS.items()}
        await shelf.indexer.catch_up()
        for words, name in FINDS.items():
            found = await shelf.search.find(ANN, parse(words))
            assert [hit.message_id for hit in found.items] == [said[name].id], words
        for words in NOTHING:
            assert (await shelf.search.find(ANN, parse(words))).items == (), words

    shelf(play)


def test_a_hit_says_where_to_open_it_and_marks_what_was_found(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation("Travel")
        first = await shelf.say(talk, "Hello")
        old = await shelf.say(talk, "To Lisbon by train", after=first)
        aside = await shelf.branch(talk, "aside", old)
        await shelf.say(talk, "To Porto", after=first)
        await shelf.indexer.catch_up()
        (hit,) = (await shelf.search.find(ANN, parse("lisbon"))).items
        assert (hit.message_id, hit.branch_id, hit.position) == (old.id, aside.id, 1)
        assert (hit.title, [hit.snippet[a:b] for a, b in hit.marks]) == ("Travel", ["Lisbon"])
        (hit,) = (await shelf.search.find(ANN, parse("porto"))).items
        assert hit.branch_id == talk.branch_id
        (hit,) = (await shelf.search.find(ANN, SearchQuery(branch=aside.id, terms=parse("to").terms))).items
        assert hit.message_id == old.id
        with pytest.raises(NotFound):
            await shelf.search.find(person("spc_two"), SearchQuery(branch=aside.id))

    shelf(play)


def test_filters_narrow_what_is_found(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk, other = await shelf.conversation("A"), await shelf.conversation("B")
        asked = await shelf.say(talk, [TextPart(text="word"), FilePart(name="plan.pdf", text="deep inside")])
        model = Author(kind="model", id="openai/gpt-9", name="GPT 9")
        parts = [ReasoningPart(text="hidden thought"), TextPart(text="word"),
                 ToolCallPart(id="1", name="weather", arguments='{"city":"Br\\u00fcnn"}'),
                 ToolResultPart(tool_call_id="1", parts=(TextPart(text="sunny"),))]  # fmt: skip
        answer = await shelf.say(talk, parts, after=asked, author=model)
        late = await shelf.say(other, "word", created_at_ms=1_900_000_000_000)
        await shelf.indexer.catch_up()
        for words, wanted in {
            "word": {asked.id, answer.id, late.id}, "role:assistant": {answer.id}, "word has:file": {asked.id},
            "model:openai/gpt-9": {answer.id}, "model:gpt-9 word": {answer.id}, "author:ann": {asked.id, late.id},
            f"word in:{other.id}": {late.id}, "after:2030 word": {late.id}, "before:2030 word": {asked.id, answer.id},
            "plan.pdf": {asked.id}, "deep": {asked.id}, "brünn": {answer.id}, "sunny": {answer.id}, "thought": set(),
            f"word in:{talk.id} -sunny": {asked.id},
        }.items():  # fmt: skip
            found = await shelf.search.find(ANN, parse(words))
            assert {hit.message_id for hit in found.items} == wanted, words

    shelf(play)


def test_the_best_come_first_and_frequent_words_by_time(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation()
        long = await shelf.say(talk, "rare " + "filler " * 50)
        short = await shelf.say(talk, "rare rare")
        late = await shelf.say(talk, "rare " + "padding " * 60)
        await shelf.indexer.catch_up()
        found = await shelf.search.find(ANN, parse("rare"))
        assert (found.order, found.items[0].message_id, found.frequent) == ("relevance", short.id, ())
        shelf.search._frequent = 2
        found = await shelf.search.find(ANN, parse("rare"))
        assert [hit.message_id for hit in found.items] == [late.id, short.id, long.id]
        assert (found.order, found.frequent) == ("time", ("rare",))

    shelf(play)


def test_what_is_behind_many_better_hits_that_nobody_sees_is_found(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        hidden, talk = await shelf.conversation(hidden_at_ms=5), await shelf.conversation()
        for index in range(6):
            await shelf.say(hidden, f"rare rare {index}")
        seen = [await shelf.say(talk, "rare " + "filler " * count) for count in (20, 50, 90)]
        await shelf.indexer.catch_up()
        search = Search(shelf.storage, shelf.indexer, first=1)
        found, cursor = [], None
        for _ in range(3):
            page = await search.find(ANN, parse("rare"), limit=1, cursor=cursor)
            assert page.order == "relevance"
            found += [hit.message_id for hit in page.items]
            cursor = page.next
        assert (found, cursor) == ([one.id for one in seen], None)

    shelf(play)


@pytest.mark.parametrize("frequent", [0, 1000])
def test_pages_follow_one_another_without_gap_or_repetition(
    shelf: Callable[..., None], frequent: int
) -> None:
    async def play(shelf):
        talk = await shelf.conversation()
        said = [await shelf.say(talk, f"word {index}", created_at_ms=5) for index in range(23)]
        await shelf.indexer.catch_up()
        shelf.search._frequent = frequent
        seen, cursor = [], None
        while True:
            page = await shelf.search.find(ANN, parse("word"), limit=5, cursor=cursor)
            seen += [hit.message_id for hit in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == sorted(one.id for one in said)
        for wrong in ("zz", "5b5d", ""):
            with pytest.raises(InvalidRequest):
                await shelf.search.find(ANN, parse("word"), cursor=wrong)

    shelf(play)


def test_nobody_finds_what_is_in_another_space(shelf: Callable[..., None]) -> None:
    async def play(shelf):
        talk = await shelf.conversation("Secret plan")
        said = await shelf.say(talk, "secret")
        await shelf.indexer.catch_up()
        for words in ("secret", f"in:{talk.id}", "author:per_ann", f"secret in:{talk.id}"):
            assert (await shelf.search.find(person("spc_two"), parse(words))).items == (), words
        assert await shelf.search.titles(person("spc_two"), "sec") == []
        assert [hit.message_id for hit in (await shelf.search.find(ANN, parse("secret"))).items] == [said.id]
        with pytest.raises(NotAllowed):
            await shelf.search.find(POWERLESS, parse("secret"))

    shelf(play)


def test_conversations_are_chosen_by_what_was_said_and_how_they_are_sorted(
    shelf: Callable[..., None],
) -> None:
    async def play(shelf):
        sorting = Sorting(shelf.storage, clock=SystemClock())
        talks = [await shelf.conversation(title) for title in ("a", "b", "c")]
        other = await shelf.conversation("d", space="spc_two")
        for number, talk in enumerate((*talks, other)):
            for _ in range(60):  # more than are looked up together
                await shelf.say(talk, "zebra" if number < 2 else "heron")
        await shelf.indexer.catch_up()
        asked = Asked(act="tag", ids=(talks[1].id, talks[2].id), tags=("kept",))
        await sorting.bulk.act(ANN, asked)

        async def found(words=None, **wanted):
            query, by = words and parse(words), Filter(**wanted) if wanted else None
            return await chosen(sorting, shelf.search, ANN, wanted=by, query=query)

        assert await found("zebra") == (talks[1].id, talks[0].id)
        assert set(await found(tag="KEPT")) == {talks[1].id, talks[2].id}
        assert await found("zebra", tag="kept") == (talks[1].id,)
        assert await shelf.search.conversations(ANN, parse("zebra"), most=1) == [talks[1].id]
        with pytest.raises(InvalidRequest, match="No conversation fits"):
            await found("heron", is_pinned=True)
        with pytest.raises(NotFound):
            await found(folder_id="fol_none")

    shelf(play)
