"""Every id that the tree takes: another space's is not there, whatever it is asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

from salon.features.conversations.models import Author, Source
from salon.features.conversations.tree import BranchChange, ConversationChange, MessageMarks
from salon.foundation.kit.errors import NotFound

Ask = Callable[[Any, dict[str, str], Any], Awaitable[Any]]

OF_CONVERSATION: dict[str, Ask] = {
    "get": lambda t, i, m: t.conversations.get(m.bob, i["c"]),
    "change": lambda t, i, m: t.conversations.change(m.bob, i["c"], ConversationChange(title="Mine")),
    "participants": lambda t, i, m: t.conversations.participants(m.bob, i["c"]),
    "join": lambda t, i, m: t.conversations.add_participant(m.bob, i["c"], Author(kind="person", id="x")),
    "leave": lambda t, i, m: t.conversations.remove_participant(
        m.bob, i["c"], kind="person", participant_id="per_ann"
    ),
    "branches": lambda t, i, m: t.branches.page(m.bob, i["c"]),
    "branch": lambda t, i, m: t.branches.create(m.bob, i["c"], name="x", head_id=i["m"]),
    "path": lambda t, i, m: t.messages.page(m.bob, i["c"]),
    "append": lambda t, i, m: t.messages.append(m.bob, i["c"], [m.said("mine")]),
    "delete": lambda t, i, m: t.deletion.conversation(m.bob, i["c"], "delete"),
    "erase": lambda t, i, m: t.deletion.conversation(m.bob, i["c"], "erase"),
    "restore": lambda t, i, m: t.deletion.restore_conversation(m.bob, i["c"]),
    "copy": lambda t, i, m: t.copying.copy(m.bob, i["c"]),
    "repair": lambda t, i, m: t.repairing.repair(m.bob, i["c"]),
    "roots": lambda t, i, m: t.messages.children(m.bob, i["c"], None),
    "all": lambda t, i, m: t.messages.all(m.bob, i["c"]),
}
OF_BRANCH: dict[str, Ask] = {
    "get branch": lambda t, i, m: t.branches.get(m.bob, i["c"], i["b"]),
    "rename": lambda t, i, m: t.branches.change(m.bob, i["c"], i["b"], BranchChange(name="Mine")),
    "move": lambda t, i, m: t.branches.move(m.bob, i["c"], i["b"], to=None, kind="rollback"),
    "undo": lambda t, i, m: t.branches.undo(m.bob, i["c"], i["b"]),
    "moves": lambda t, i, m: t.branches.moves(m.bob, i["c"], i["b"]),
    "delete branch": lambda t, i, m: t.deletion.branch(m.bob, i["c"], i["b"], "delete"),
    "restore branch": lambda t, i, m: t.deletion.restore_branch(m.bob, i["c"], i["b"]),
    "compare": lambda t, i, m: t.comparing.branches(m.bob, i["c"], i["b"], i["b"]),
    "merge onto": lambda t, i, m: t.merging.choose(m.bob, i["c"], [i["m"]], name="x", base=i["b"]),
    "copy branch": lambda t, i, m: t.copying.copy(m.bob, i["c"], last=i["b"]),
    "path of branch": lambda t, i, m: t.messages.page(m.bob, i["c"], branch_id=i["b"]),
    "append to branch": lambda t, i, m: t.messages.append(m.bob, i["c"], [m.said("x")], branch_id=i["b"]),
    "open": lambda t, i, m: t.conversations.change(m.bob, i["c"], ConversationChange(branch_id=i["b"])),
}
OF_MESSAGE: dict[str, Ask] = {
    "get message": lambda t, i, m: t.messages.get(m.bob, i["c"], i["m"]),
    "path to": lambda t, i, m: t.messages.page(m.bob, i["c"], last_id=i["m"]),
    "path above": lambda t, i, m: t.messages.page(m.bob, i["c"], before=i["m"]),
    "path below": lambda t, i, m: t.messages.page_after(m.bob, i["c"], i["m"]),
    "children": lambda t, i, m: t.messages.children(m.bob, i["c"], i["m"]),
    "mark": lambda t, i, m: t.messages.mark(m.bob, i["c"], i["m"], MessageMarks(is_pinned=True)),
    "edit": lambda t, i, m: t.messages.edit(m.bob, i["c"], i["m"], m.said("mine")),
    "append after": lambda t, i, m: t.messages.append(m.bob, i["c"], [m.said("x")], after=i["m"]),
    "delete message": lambda t, i, m: t.deletion.message(m.bob, i["c"], i["m"], "delete"),
    "erase message": lambda t, i, m: t.deletion.message(m.bob, i["c"], i["m"], "erase"),
    "restore message": lambda t, i, m: t.deletion.restore_message(m.bob, i["c"], i["m"]),
    "compare paths": lambda t, i, m: t.comparing.branches(m.bob, i["c"], i["m"], i["m"]),
    "merge": lambda t, i, m: t.merging.choose(m.bob, i["c"], [i["m"]], name="x"),
    "copy from": lambda t, i, m: t.copying.copy(m.bob, i["c"], first_id=i["m"]),
    "branch from": lambda t, i, m: t.branches.create(m.bob, i["c"], name="x", head_id=i["m"]),
    "quote": lambda t, i, m: t.messages.append(
        m.bob,
        i["c"],
        [m.said("x", sources=(Source(kind="quote", id=i["m"], conversation_id=i["theirs"]),))],
    ),
}


async def is_absent(asking: Awaitable[Any]) -> bool:
    try:
        await asking
    except NotFound:
        return True
    return False


def test_what_belongs_to_another_space_is_not_there(play) -> None:
    async def scene(made) -> None:
        conversation, branch, messages = await made.talk("Ann's own words.")
        mine = (await made.tree.conversations.create(made.bob, title="Bob's")).conversation.id
        theirs = {"c": conversation, "b": branch, "m": messages[0], "theirs": conversation}
        before = await made.tree.conversations.get(made.ann, conversation)
        for name, ask in {**OF_CONVERSATION, **OF_BRANCH, **OF_MESSAGE}.items():
            assert await is_absent(ask(made.tree, theirs, made)), name
        for name, ask in {**OF_BRANCH, **OF_MESSAGE}.items():  # below a conversation of one's own
            assert await is_absent(ask(made.tree, {**theirs, "c": mine}, made)), name
        assert await made.tree.conversations.get(made.ann, conversation) == before
        assert await made.words(conversation) == ["Ann's own words."]

    play(scene)
