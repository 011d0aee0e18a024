"""Makes one answer: whose it is, what the model is told, and the turn itself."""

import msgspec

from salon.features.conversations.answering.attachments import AnswerFiles
from salon.features.conversations.answering.beginning import caller_of
from salon.features.conversations.answering.checking import Identities, identity_of
from salon.features.conversations.answering.context import Contexts
from salon.features.conversations.answering.models import Turn, TurnData
from salon.features.conversations.answering.summaries import TreeSummaries
from salon.features.turns import NO_TOOLS, Asks, Full, ToolBox, TurnOutcome, take_turn
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs import RunHandle
from salon.foundation.storage import Storage


class Maker:
    """Makes answers with the gateway of one house."""

    def __init__(
        self,
        storage: Storage,
        contexts: Contexts,
        files: AnswerFiles,
        accounts: Identities,
        asks: Asks,
        *,
        clock: Clock,
        tools: ToolBox = NO_TOOLS,
        full: Full | None = None,
    ) -> None:
        """Answers end early where what they write is ``full``."""
        self._storage = storage
        self._contexts = contexts
        self._files = files
        self._accounts = accounts
        self._asks = asks
        self._clock = clock
        self._tools = tools
        self._full = full

    async def __call__(self, handle: RunHandle, turn: Turn, data: TurnData) -> TurnOutcome:
        """Ask, and return what came of it. Raises: NotSignedIn, StorageError, StaleEpoch."""
        scope = SpaceScope(SpaceId(turn.space_id))
        identity = await identity_of(self._accounts, turn.created_by)
        told = await self._contexts.of_turn(scope, data)
        summaries = TreeSummaries(
            self._storage,
            self._asks,
            identity,
            turn,
            told.spec.model,
            messages=told.messages,
            clock=self._clock,
        )
        outcome = await take_turn(
            self._asks,
            identity,
            told.spec,
            told.messages,
            run=handle,
            tools=self._tools,
            summaries=summaries,
            full=self._full,
        )
        parts = await self._files.kept(caller_of(turn.space_id, turn.created_by), outcome.parts)
        return msgspec.structs.replace(outcome, parts=parts)
