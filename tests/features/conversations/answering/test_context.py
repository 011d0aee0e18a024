"""What a model is told of a long conversation: its end, and what is pinned."""

from salon.features.conversations.answering.context import MOST_BYTES, whole_path
from salon.features.conversations.models import Author, Content
from salon.features.conversations.tree import MessageMarks, NewMessage
from salon.foundation.messages import TextPart
from salon.testing.talking import ANN


def long(number: int) -> NewMessage:
    text = f"{number} " + "x" * 60_000
    author = Author(kind="person", id="per_ann")
    return NewMessage(role="user", author=author, content=Content(parts=(TextPart(text=text),)))


def test_only_what_a_model_could_read_is_looked_at_and_what_is_pinned(talk) -> None:
    async def acts(scene) -> None:
        one, branch = await scene.conversation()
        ids: list[str] = []
        for start in range(0, 1100, 100):
            new = [long(number) for number in range(start, start + 100)]
            done = await scene.tree.messages.append(ANN, one, new)
            ids += [message.id for message in done.messages]
        for place in (3, 1, 1050):
            await scene.tree.messages.mark(ANN, one, ids[place], MessageMarks(is_pinned=True))
        aside = await scene.tree.branches.create(ANN, one, name="Aside", head_id=ids[0])
        more = await scene.tree.messages.append(ANN, one, [long(0)], branch_id=aside.id)
        await scene.tree.messages.mark(ANN, one, more.messages[0].id, MessageMarks(is_pinned=True))
        found = await scene.bench.storage.read(lambda tx: whole_path(tx, scene.scope, one, ids[-1]))
        assert [message.id for message in found] == [ids[1], ids[3], *ids[600:]]
        assert sum(message.size_bytes for message in found) > MOST_BYTES
        assert await scene.bench.storage.read(lambda tx: whole_path(tx, scene.scope, one, None)) == []
        assert branch

    talk(acts)
