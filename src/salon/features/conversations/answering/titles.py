"""Titles: the first words at once, then those of a small model, asked once; a person's stay."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from salon.features.conversations.answering import store
from salon.features.conversations.answering.checking import Identities, identity_of
from salon.features.conversations.answering.context import settings_of
from salon.features.conversations.answering.landing import Landed
from salon.features.conversations.answering.models import Turn, TurnData
from salon.features.conversations.models import Conversation
from salon.features.conversations.store.conversations import change_conversation, get_conversation
from salon.features.conversations.store.messages import path
from salon.features.conversations.tree.appending import turn_of
from salon.features.conversations.tree.lookups import all_say
from salon.features.turns import Asks
from salon.foundation.accounts import KeyIdentity
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.ids import SpaceId
from salon.foundation.messages import Message, ModelRequest, Part, TextDelta, TextPart
from salon.foundation.storage import Storage, Transaction

MOST_LETTERS: Final = 80
_EXCERPT: Final = 2_000
_MOST_TOKENS: Final = 64
_MODEL_WORDS: Final = (
    "Write a title for this conversation: at most six words, in its language, without quotation marks and"
    " without a full stop. Answer with the title alone."
)
_logger = logging.getLogger(__name__)


class Titles:
    """Writes the titles of conversations that nobody named."""

    def __init__(
        self,
        storage: Storage,
        asks: Asks,
        accounts: Identities,
        *,
        clock: Clock,
        is_on: Callable[[], bool],
        model: Callable[[], str],
        can_write: Callable[[str], Awaitable[bool]],
    ) -> None:
        """``model`` is the one to ask by the settings; an empty one is the conversation's own.

        ``can_write`` tells whether a model could: the demo repeats what it is told.
        """
        self._storage = storage
        self._asks = asks
        self._accounts = accounts
        self._clock = clock
        self._is_on = is_on
        self._model = model
        self._can_write = can_write

    async def after(self, turn: Turn, data: TurnData, landed: Landed) -> None:
        """Have a model write the title of a conversation whose first answer has come, once."""
        scope, model = SpaceScope(SpaceId(turn.space_id)), self._model() or data.model
        if not self._is_on() or not await self._can_write(model):
            return
        if not await self._storage.write(lambda tx: self._claim(tx, scope, turn, model)):
            return
        try:
            found = await self._storage.read(
                lambda tx: path(tx, scope, turn.conversation_id, landed.message.id, limit=2)
            )
            said = [_excerpt(one.role, () if one.content is None else one.content.parts) for one in found]
            identity = await identity_of(self._accounts, turn.created_by)
            title = await self._ask(identity, model, "\n\n".join(said))
            ids = tuple(one.id for one in found)
            await self._storage.write(lambda tx: self._give(tx, scope, turn.conversation_id, title, ids))
        except SalonError as error:
            # The first words stay: a title is not worth a second question.
            _logger.info("no model wrote a title for %s: %s", turn.conversation_id, error.code)

    async def _ask(self, identity: KeyIdentity, model: str, said: str) -> str:
        prompt = f"{_MODEL_WORDS}\n\n<conversation>\n{said}\n</conversation>"
        request = ModelRequest(
            model=model,
            messages=(Message(role="user", parts=(TextPart(text=prompt),)),),
            max_output_tokens=_MOST_TOKENS,
            stream=True,
        )
        answer = self._asks.open(identity, request)
        text: list[str] = []
        try:
            while events := await answer.take():
                text += [event.text for event in events if isinstance(event, TextDelta)]
        finally:
            answer.leave()
        return cleaned("".join(text))

    def _claim(self, tx: Transaction, scope: SpaceScope, turn: Turn, model: str) -> bool:
        conversation = get_conversation(tx, scope, turn.conversation_id)
        if conversation is None or not _is_open(conversation):
            return False
        if settings_of(tx, scope, conversation.id).titles is False:
            return False
        return store.claim_title(tx, scope, conversation.id, model=model, now_ms=self._clock.now_ms())

    def _give(
        self, tx: Transaction, scope: SpaceScope, conversation_id: str, title: str, ids: Sequence[str]
    ) -> None:
        tx.take_turn(turn_of(conversation_id))
        conversation = get_conversation(tx, scope, conversation_id)
        if not title or conversation is None or not _is_open(conversation):
            return
        if not all_say(tx, scope, ids):
            return
        now_ms = self._clock.now_ms()
        change_conversation(
            tx,
            scope,
            conversation_id,
            version=conversation.version,
            title=title,
            title_by="model",
            sources=list(ids),
            changed_at_ms=now_ms,
        )
        data = {"title_by": "model"}
        publish(tx, scope, Event(type="conversation.changed", subject=conversation_id, data=data))


def first_words(parts: Sequence[Part]) -> str:
    """Return the title that a conversation has while no one wrote another."""
    words = next((part.text for part in parts if isinstance(part, TextPart) and part.text.strip()), "")
    line = " ".join(words.split())
    if len(line) <= MOST_LETTERS:
        return line
    cut = line[:MOST_LETTERS].rsplit(" ", 1)[0] if " " in line[:MOST_LETTERS] else line[: MOST_LETTERS - 1]
    return f"{cut}…"


def cleaned(title: str) -> str:
    """Return a model's title as it is shown: one line without quotation marks, not too long."""
    line = next((one.strip() for one in title.splitlines() if one.strip()), "")
    line = line.removeprefix("Title:").strip().strip("\"'“”«»*#").strip().rstrip(".")
    return line[:MOST_LETTERS].rstrip()


def _is_open(conversation: Conversation) -> bool:
    return conversation.title_by == "nobody" and conversation.deleted_at_ms is None


def _excerpt(role: str, parts: Sequence[Part]) -> str:
    words = " ".join(part.text for part in parts if isinstance(part, TextPart))
    return f"{role}: {words[:_EXCERPT]}"
