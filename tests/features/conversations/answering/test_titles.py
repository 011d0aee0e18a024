"""Titles: first words, then a model's, asked once; never over a person's."""

from salon.features.conversations.answering.titles import cleaned, first_words
from salon.features.conversations.tree import ConversationChange
from salon.foundation.messages import ImagePart, TextPart
from salon.testing.fake_provider import Plan
from salon.testing.fake_provider.plan import parse_plan
from salon.testing.load import until_async
from salon.testing.talking import ANN, MODEL


def answers_with(scene, title: str, *, delay_s: float = 0.0) -> None:
    """Let the fake give titles after a while, and short answers to all else."""

    def choose(exchange, asked) -> Plan:
        is_title = b"Write a title" in exchange.body
        return Plan(text=title, delay_s=delay_s) if is_title else Plan(tokens=2)

    scene.fake.choose = choose


async def titled(scene, conversation_id: str):
    async def has_one() -> bool:
        view = await scene.tree.conversations.get(ANN, conversation_id)
        return view.conversation.title_by == "model"

    await until_async(has_one, what="a title")
    return (await scene.tree.conversations.get(ANN, conversation_id)).conversation


def test_first_words_are_one_line_and_not_too_long() -> None:
    assert first_words([TextPart(text="  What is\n this? ")]) == "What is this?"
    assert first_words([ImagePart(file_id="fil_x")]) == ""
    assert first_words([TextPart(text="word " * 40)]).endswith("word…")
    assert len(first_words([TextPart(text="字" * 200)])) == 80
    assert cleaned('Title: "A walk in the park."\nMore') == "A walk in the park"


def test_a_model_titles_a_conversation_once_and_says_from_what(talk) -> None:
    async def acts(scene) -> None:
        scene.processes[0].titles = True
        answers_with(scene, "A small talk")
        one, _ = await scene.conversation()
        sent = await scene.send(one, "Hello there")
        assert (await scene.tree.conversations.get(ANN, one)).conversation.title == "Hello there"
        await scene.ended(sent)
        conversation = await titled(scene, one)
        assert conversation.title == "A small talk"
        assert conversation.sources == (sent.message.id, sent.answers[0].message_id)
        before = scene.fake.journal.counts["requests"]
        await scene.ended(await scene.send(one, "And more"))
        await scene.until_idle(one)
        assert scene.fake.journal.counts["requests"] == before + 1

    talk(acts)


def test_the_first_words_stay_where_the_model_understands_nothing(talk) -> None:
    async def acts(scene) -> None:
        scene.processes[0].titles = True
        scene.processes[0].no_titles_by = MODEL
        answers_with(scene, "You said")
        one, _ = await scene.conversation()
        await scene.ended(await scene.send(one, "Hello there"))
        await scene.until_idle(one)
        assert (await scene.tree.conversations.get(ANN, one)).conversation.title == "Hello there"
        scene.processes[0].title_model = "openai/other"
        await scene.ended(await scene.send(one, "And more"))
        assert (await titled(scene, one)).title == "You said"

    talk(acts)


def test_a_title_of_a_person_stays_and_titles_can_be_turned_off(talk) -> None:
    async def acts(scene) -> None:
        scene.processes[0].titles = True
        answers_with(scene, "Of a model")
        named, _ = await scene.conversation()
        await scene.tree.conversations.change(ANN, named, ConversationChange(title="Mine"))
        quiet, _ = await scene.conversation(titles=False)
        loud, _ = await scene.conversation()
        for one in (named, quiet, loud):
            await scene.ended(await scene.send(one, "Hello"))
        await titled(scene, loud)
        titles = [(await scene.tree.conversations.get(ANN, one)).conversation.title for one in (named, quiet)]
        assert titles == ["Mine", "Hello"]
        assert scene.fake.journal.counts["requests"] == 4

    talk(acts)


def test_a_title_of_what_is_erased_while_it_is_written_is_not_given(talk) -> None:
    async def acts(scene) -> None:
        scene.processes[0].titles = True
        answers_with(scene, "A secret", delay_s=0.5)
        one, _ = await scene.conversation()
        sent = await scene.send(one, "Hello there")
        await scene.ended(sent)
        await until_async(lambda: scene.fake.journal.counts["requests"] == 2, what="the question")
        await scene.tree.deletion.message(ANN, one, sent.message.id, "erase")
        after, _ = await scene.conversation()
        await scene.ended(await scene.send(after, "Hello"))
        await titled(scene, after)
        conversation = (await scene.tree.conversations.get(ANN, one)).conversation
        assert (conversation.title_by, conversation.sources) == ("nobody", ())
        assert conversation.title != "A secret"

    talk(acts)


def test_a_model_without_a_title_leaves_the_first_words(talk) -> None:
    async def acts(scene) -> None:
        scene.processes[0].titles = True
        scene.processes[0].title_model = "openai/other"

        def choose(exchange, asked) -> Plan:
            return parse_plan("fault=401") if b"Write a title" in exchange.body else Plan(tokens=1)

        scene.fake.choose = choose
        one, _ = await scene.conversation()
        await scene.ended(await scene.send(one, "Hello"))
        await until_async(lambda: scene.fake.journal.counts["requests"] == 2, what="the question")
        await scene.ended(await scene.send(one, "More"))
        conversation = (await scene.tree.conversations.get(ANN, one)).conversation
        assert (conversation.title, conversation.title_by) == ("Hello", "nobody")
        assert scene.fake.journal.counts["requests"] == 3

    talk(acts)
