"""Summaries of what does not fit any more: messages of the tree, hidden, with their sources."""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.models import Turn
from salon.features.conversations.errors import BodyGone
from salon.features.conversations.models import Author, Content, Source
from salon.features.conversations.store.conversations import add_messages
from salon.features.conversations.store.messages import (
    get_message,
    get_messages,
    insert_messages,
    insert_sources,
)
from salon.features.conversations.tree.appending import NewMessage, build, turn_of
from salon.features.conversations.tree.lookups import all_say
from salon.features.turns import Asks, ContextMessage, Summary
from salon.foundation.accounts import KeyIdentity
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import UpstreamBroken
from salon.foundation.kit.ids import SpaceId
from salon.foundation.messages import Message, ModelRequest, TextDelta, TextPart, ToolCallPart, ToolResultPart
from salon.foundation.storage import Storage, Transaction

_WORDS: Final = (
    "Summarise this part of a conversation for yourself, so that you can go on without it: what was asked,"
    " decided and found, names, figures and open questions. Write in its language, plainly, at most {words}"
    " words."
)
_MOST_RESULT: Final = 2_000
_FIRST: Final = 50
"""How many of the oldest messages are looked at for the summaries that cover them."""


class TreeSummaries:
    """The summaries of the path to one answer."""

    def __init__(
        self,
        storage: Storage,
        asks: Asks,
        identity: KeyIdentity,
        turn: Turn,
        model: str,
        *,
        messages: Sequence[ContextMessage],
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._asks = asks
        self._identity = identity
        self._turn = turn
        self._model = model
        self._ids = [message.id for message in messages if message.id is not None]
        self._clock = clock
        self._scope = SpaceScope(SpaceId(turn.space_id))

    async def kept(self) -> Sequence[Summary]:
        """Return the summaries there are for these messages."""

        def read(tx: Transaction) -> list[Summary]:
            covers = store.summaries_of(tx, self._scope, self._ids[:_FIRST])
            found = get_messages(tx, self._scope, list(covers))
            return [
                Summary(id=one.id, text=_text(one.content), covers=covers[one.id])
                for one in found.values()
                if one.content is not None and one.deleted_at_ms is None
            ]

        return await self._storage.read(read)

    async def summarise(
        self, messages: Sequence[ContextMessage], *, previous: Summary | None, most_tokens: int
    ) -> Summary:
        """Have a model write, and keep, a summary of ``messages``.

        Raises: SalonError; BodyGone where one of them was deleted while the model wrote.
        """
        covers = tuple(message.id for message in messages if message.id is not None)
        known = set(previous.covers) if previous is not None else set[str]()
        new = [message for message in messages if message.id not in known]
        said = [_line(message) for message in new]
        if previous is not None:
            said.insert(0, f"What was before, in short: {previous.text}")
        text = await self._ask("\n\n".join(said), most_tokens)
        summary_id = await self._storage.write(lambda tx: self._keep(tx, text, covers))
        return Summary(id=summary_id, text=text, covers=covers)

    async def _ask(self, said: str, most_tokens: int) -> str:
        words = _WORDS.format(words=max(20, most_tokens // 2))
        prompt = f"{words}\n\n<conversation>\n{said}\n</conversation>"
        request = ModelRequest(
            model=self._model,
            messages=(Message(role="user", parts=(TextPart(text=prompt),)),),
            max_output_tokens=most_tokens,
            stream=True,
        )
        answer, text = self._asks.open(self._identity, request), list[str]()
        try:
            while events := await answer.take():
                text += [event.text for event in events if isinstance(event, TextDelta)]
        finally:
            answer.leave()
        if not "".join(text).strip():
            raise UpstreamBroken(provider=self._model, detail="it wrote no summary")
        return "".join(text).strip()

    def _keep(self, tx: Transaction, text: str, covers: Sequence[str]) -> str:
        """Write a summary below the last message that it covers, where no branch leads to."""
        scope, now_ms, turn = self._scope, self._clock.now_ms(), self._turn
        tx.take_turn(turn_of(turn.conversation_id))
        last = get_message(tx, scope, covers[-1])
        if last is None or not all_say(tx, scope, covers):
            raise BodyGone(what="conversation", id=turn.conversation_id)
        sources = tuple(
            Source(kind="summary-of", id=one, conversation_id=turn.conversation_id) for one in covers
        )
        new = NewMessage(
            role="system",
            author=Author(kind="model", id=self._model),
            content=Content(parts=(TextPart(text=text),)),
            sources=sources,
            run_id=turn.run_id,
            is_excluded=True,
        )
        built = build(scope, turn.conversation_id, last, new, created_by=turn.created_by, now_ms=now_ms)
        hidden = msgspec.structs.replace(built, hidden_at_ms=now_ms)
        # An erasure elsewhere may reach its sources as copies, in a turn of its own: it collides here.
        add_messages(tx, scope, turn.conversation_id, added=1, now_ms=now_ms)
        insert_messages(tx, scope, [hidden])
        insert_sources(tx, scope, hidden, sources)
        data = {"conversation": turn.conversation_id, "sources": len(sources)}
        publish(tx, scope, Event(type="message.summarised", subject=hidden.id, data=data))
        return hidden.id


def _text(content: Content | None) -> str:
    parts = () if content is None else content.parts
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _line(message: ContextMessage) -> str:
    said: list[str] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            said.append(part.text)
        elif isinstance(part, ToolCallPart):
            said.append(f"[called {part.name} {part.arguments[:_MOST_RESULT]}]")
        elif isinstance(part, ToolResultPart):
            words = "".join(one.text for one in part.parts if isinstance(one, TextPart))
            said.append(f"[it returned {words[:_MOST_RESULT]}]")
        else:
            said.append(f"[{part.__struct_config__.tag}]")
    return f"{message.role}: {' '.join(said)}"
