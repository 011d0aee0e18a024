"""Summaries: what does not fit is summarised once, kept with its sources, and used again."""

from salon.features.conversations.answering.store import summaries_of
from salon.features.conversations.store.messages import get_messages
from salon.testing.fake_provider import Plan
from salon.testing.fake_provider.plan import parse_plan
from salon.testing.load import until_async
from salon.testing.talking import ANN, text_of

NARROW = {"context": {"kind": "summarise", "most_tokens": 2000, "reserved_tokens": 100}}


def choose(exchange, asked) -> Plan:
    """Answer at length, and summarise in few words."""
    return Plan(text="They talked.") if b"Summarise this part" in exchange.body else Plan(tokens=40)


def slowly(exchange, asked) -> Plan:
    """Answer at length, and summarise in few words that take a while."""
    is_summary = b"Summarise this part" in exchange.body
    return Plan(text="They talked.", delay_s=0.5) if is_summary else Plan(tokens=40)


def asked_for_summaries(scene) -> int:
    return sum(b"Summarise this part" in one.body for one in scene.fake.journal.exchanges)


def test_older_turns_are_summarised_with_their_sources(talk) -> None:
    async def acts(scene) -> None:
        scene.fake.choose = choose
        one, _ = await scene.conversation(**NARROW)
        sent = [await scene.send(one, "word " * 180)]
        await scene.ended(*sent)
        while not asked_for_summaries(scene):
            sent.append(await scene.send(one, "word " * 180))
            await scene.ended(sent[-1])
        last = await scene.answering.exact.request(ANN, sent[-1].answers[0].message_id)
        view = await scene.tree.messages.get(ANN, one, last.context["summary_id"])
        covered = [source.id for source in view.sources if source.kind == "summary-of"]
        assert covered == last.context["summarised"]
        assert (view.message.role, text_of(view.message)) == ("system", "They talked.")
        assert view.message.hidden_at_ms is not None
        assert "They talked." in str(last.steps[0].request)
        assert view.message.id not in [message.id for message in await scene.path(one)]
        assert (await scene.tree.repairing.repair(ANN, one, only_check=True)).problems == ()
        before = asked_for_summaries(scene)
        await scene.ended(await scene.send(one, "And?"))
        assert asked_for_summaries(scene) == before

    talk(acts)


def test_without_a_summary_older_turns_are_left_out(talk) -> None:
    async def acts(scene) -> None:
        def refuse(exchange, asked) -> Plan:
            return parse_plan("fault=401") if b"Summarise this part" in exchange.body else Plan(tokens=40)

        scene.fake.choose = refuse
        one, _ = await scene.conversation(**NARROW)
        for _ in range(9):
            sent = await scene.send(one, "word " * 180)
            (run,) = await scene.ended(sent)
            assert run.status == "done"
        found = await scene.answering.exact.request(ANN, sent.answers[0].message_id)
        assert found.context["dropped"]
        assert found.context.get("summary_id") is None

    talk(acts)


def test_a_summary_of_what_is_erased_while_it_is_written_is_not_kept(talk) -> None:
    async def acts(scene) -> None:
        scene.fake.choose = slowly
        one, _ = await scene.conversation(**NARROW)
        sent = [await scene.send(one, "word " * 180)]

        async def is_asked_or_over() -> bool:
            run = await scene.runs.get(scene.scope, sent[-1].answers[0].run_id)
            return asked_for_summaries(scene) > 0 or run.status != "running"

        while not asked_for_summaries(scene):
            await scene.ended(sent[-1])
            sent.append(await scene.send(one, "word " * 180))
            await until_async(is_asked_or_over, what="a summary or an answer")
        await scene.tree.deletion.message(ANN, one, sent[0].message.id, "erase")
        (run,) = await scene.ended(sent[-1])
        assert run.status == "done"
        assert await kept(scene, sent[0].message.id) == []
        found = await scene.answering.exact.request(ANN, sent[-1].answers[0].message_id)
        assert found.context.get("summary_id") is None
        assert "They talked." not in str(found.steps)

    talk(acts)


async def kept(scene, message_id: str) -> list[str]:
    """Return what the summaries say that cover a message."""

    def read(tx) -> list[str]:
        found = get_messages(tx, scene.scope, list(summaries_of(tx, scene.scope, [message_id])))
        return [text_of(message) for message in found.values() if message.content is not None]

    return await scene.bench.storage.read(read)
