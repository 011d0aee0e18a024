"""Writes what is asked and answered where a chain goes on, in a transaction."""

from collections.abc import Sequence

from salon.features.conversations.models import Author, Branch, Content
from salon.features.conversations.responses.chain import Items
from salon.features.conversations.responses.items import author_of, turns_of
from salon.features.conversations.responses.models import Chain
from salon.features.conversations.store.conversations import list_branches
from salon.features.conversations.tree import (
    NewMessage,
    append,
    author_id,
    begin,
    blank,
    the_branch,
    the_conversation,
    turn_of,
)
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction
from salon.gateway.protocols.wire_json import JsonObject, objects_in


class Place:
    """A caller's hand in the tree. Lives as long as a transaction."""

    def __init__(self, tx: Transaction, caller: Caller, *, now_ms: int) -> None:
        self._tx = tx
        self._scope = SpaceScope(caller.space_id)
        self._by = author_id(caller)
        self._person = caller.person_id or caller.key_id
        self._now_ms = now_ms

    def say(self, chain: Chain, items: Items, *, model: str) -> tuple[str, str | None]:
        """Write what is asked; return its conversation and its last message. Raises: TooLarge."""
        conversation_id = chain.conversation_id or self._begin(model)
        self._tx.take_turn(turn_of(conversation_id))
        new = [
            NewMessage(role=role, author=author_of(role, person=self._person, model=model), content=content)
            for role, content in turns_of(items)
        ]
        return conversation_id, self._append(conversation_id, chain.parent_id, new)

    def answer(self, conversation_id: str, asked_id: str | None, told: JsonObject) -> str | None:
        """Write what was answered; return its message, or None when nothing was said. Raises: TooLarge."""
        output = objects_in(told.get("output"))
        if not output:
            return None
        self._tx.take_turn(turn_of(conversation_id))
        parts = tuple(part for _, turn in turns_of(output) for part in turn.parts)
        content = Content(parts=parts, provider_data={"responses": {"items": output}})
        is_whole = told.get("status") in {"completed", "incomplete"}
        answer = NewMessage(
            role="assistant",
            author=Author(kind="model", id=str(told.get("model"))),
            content=content,
            status="complete" if is_whole else "interrupted",
        )
        return self._append(conversation_id, asked_id, [answer])

    def _append(self, conversation_id: str, after: str | None, new: Sequence[NewMessage]) -> str | None:
        if not new:
            return after
        branch = self._branch(conversation_id, after)
        appended = append(
            self._tx,
            self._scope,
            branch,
            new,
            after=after,
            created_by=self._by,
            now_ms=self._now_ms,
        )
        return appended.messages[-1].id

    def _branch(self, conversation_id: str, head_id: str | None) -> Branch:
        """Return the branch that ends in a message, else the one that opens first."""
        branches = list_branches(self._tx, self._scope, conversation_id)
        found = next((branch for branch in branches if branch.head_id == head_id), None)
        if found is not None:
            return found
        conversation = the_conversation(self._tx, self._scope, conversation_id)
        return the_branch(self._tx, self._scope, conversation_id, str(conversation.branch_id))

    def _begin(self, model: str) -> str:
        made = blank(
            self._scope,
            title="",
            settings={"model": model},
            kind="chat",
            created_by=self._by,
            now_ms=self._now_ms,
        )
        return begin(self._tx, self._scope, made).id
