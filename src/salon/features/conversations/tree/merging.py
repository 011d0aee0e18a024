"""Merging: a new branch of turns that were chosen from others.

A chosen message that stands where the new branch has come to is taken as it is; any other is said again
there, with the chosen one as its source. Whoever wants a bridge written by a model appends it to the branch.
"""

from collections.abc import Sequence

import msgspec

from salon.features.conversations.models import Message, Source
from salon.features.conversations.store import conversations as store
from salon.features.conversations.store.messages import get_messages
from salon.features.conversations.tree.answers import copy_answers
from salon.features.conversations.tree.appending import (
    Appended,
    NewMessage,
    chain,
    new_branch,
    turn_of,
    write_messages,
)
from salon.features.conversations.tree.branches import check_name
from salon.features.conversations.tree.comparing import end_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import readable, the_branch, the_conversation, the_message
from salon.foundation.acts import Ids
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, WrongField
from salon.foundation.storage import Transaction

MOST_CHOSEN = 500


class Merging:
    """Merges of branches."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def choose(
        self,
        caller: Caller,
        conversation_id: str,
        chosen: Sequence[str],
        *,
        name: str,
        base: str | None = None,
        opens: bool = False,
        client_id: str | None = None,
    ) -> Appended:
        """Make a branch that begins with the path to ``base`` and goes on with the chosen messages.

        ``base`` is a message or a branch; None is before the first message. Returns what was said again.
        Raises: NotFound, InvalidRequest for none, too many, or one that says nothing; ActDiffers.
        """
        check_name(name)
        if not 0 < len(chosen) <= MOST_CHOSEN:
            problem = f"Choose 1 to {MOST_CHOSEN} messages."
            raise WrongField(field="messages", problem=problem, limit=MOST_CHOSEN if chosen else 1)
        scope, by = SpaceScope(caller.space_id), author_id(caller)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            the_conversation(tx, scope, conversation_id)
            start = None if base is None else end_of(tx, scope, conversation_id, base)
            tip = None if start is None else the_message(tx, scope, conversation_id, start)
            wanted = [_chosen(tx, scope, conversation_id, one) for one in chosen]
            while wanted and wanted[0].parent_id == (tip.id if tip else None):
                tip = wanted.pop(0)
            new = [_again(message) for message in wanted]
            built = chain(scope, conversation_id, tip, new, created_by=by, now_ms=now_ms)
            write_messages(tx, scope, conversation_id, built, new, now_ms=now_ms)
            again = [(had.id, one.id) for had, one in zip(wanted, built, strict=True)]
            copy_answers(tx, scope, conversation_id, again, dict(again))
            head = built[-1] if built else tip
            branch = new_branch(
                tx,
                scope,
                conversation_id,
                name=name,
                head_id=None if head is None else head.id,
                created_by=by,
                now_ms=now_ms,
            )
            if opens:
                store.change_conversation(
                    tx, scope, conversation_id, branch_id=branch.id, changed_at_ms=now_ms
                )
            return {"branch": branch.id, "messages": [message.id for message in built]}

        def then(tx: Transaction, made: Ids) -> Appended:
            found = get_messages(tx, scope, made["messages"])
            return Appended(
                messages=tuple(readable(found[one]) for one in made["messages"] if one in found),
                branch=the_branch(tx, scope, conversation_id, made["branch"], or_deleted=True),
            )

        asked = {
            "conversation": conversation_id,
            "chosen": chosen,
            "name": name,
            "base": base,
            "opens": opens,
        }
        return await self._desk.act(caller, do, then, act="branch.merge", asked=asked, client_id=client_id)


def _chosen(tx: Transaction, scope: SpaceScope, conversation_id: str, message_id: str) -> Message:
    message = the_message(tx, scope, conversation_id, message_id)
    if readable(message).content is None:
        raise InvalidRequest(field="messages", problem=f"{message_id} was deleted and says nothing.")
    return message


def _again(message: Message) -> NewMessage:
    """Return a message to be said again elsewhere in its conversation."""
    assert message.content is not None
    source = Source(kind="merge", id=message.id, conversation_id=message.conversation_id)
    return NewMessage(
        role=message.role,
        author=msgspec.structs.replace(message.author),
        content=message.content,
        status=message.status,
        tokens=message.tokens,
        sources=(source,),
    )
