"""What is looked at before something said is taken in: whether its answers can be asked for at all."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from salon.features.conversations.answering.attachments import AnswerFiles
from salon.features.conversations.answering.context import Contexts, model_of, spec_of
from salon.features.conversations.answering.models import MOST_MODELS, Answerer, Draft
from salon.features.conversations.tree.desk import author_id
from salon.features.turns import Asks, ContextMessage, fit
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotSignedIn, WrongField
from salon.foundation.messages import OperationName, Part


class Identities(Protocol):
    """The accounts, as answers see them."""

    async def identity_of_creator(self, created_by: str) -> KeyIdentity | None:
        """Return under whom the key or person acts now that a row names; None once they may not any more."""
        ...


class Models(Protocol):
    """The gateway, as far as it tells which models may be asked."""

    async def check_model(self, identity: KeyIdentity, model: str, operation: OperationName) -> None:
        """Refuse a model that may not be asked for. Raises: UnknownModel, ModelUnavailable, NotAllowed."""
        ...


async def identity_of(accounts: Identities, created_by: str | None) -> KeyIdentity:
    """Return whom what somebody began acts as now. Raises: NotSignedIn once they may not any more."""
    identity = None if created_by is None else await accounts.identity_of_creator(created_by)
    if identity is None:
        raise NotSignedIn(problem="Whoever asked for this answer may not use this Salon any more.")
    return identity


class Checker:
    """Refuses what could not be answered, before anything is written."""

    def __init__(
        self,
        contexts: Contexts,
        files: AnswerFiles,
        accounts: Identities,
        models: Models,
        asks: Asks,
    ) -> None:
        self._contexts = contexts
        self._files = files
        self._accounts = accounts
        self._models = models
        self._asks = asks

    async def ready(
        self, caller: Caller, conversation_id: str, draft: Draft, *, last_id: str | None
    ) -> Draft:
        """Return a draft with its files described and its answerers named, to follow ``last_id``.

        Raises: InvalidRequest, FileMissing, UnknownModel, NotAllowed, TurnTooLong.
        """
        if not draft.parts:
            raise InvalidRequest(field="parts", problem="Say something, or attach something.")
        if not draft.wants_answer:
            parts = await self._files.checked(caller, draft.parts, model=None)
            return msgspec.structs.replace(draft, parts=parts, answerers=())
        answerers, parts = await self._checked(
            caller, conversation_id, draft.answerers, last_id=last_id, following=draft.parts
        )
        return msgspec.structs.replace(draft, parts=parts, answerers=answerers)

    async def answerers(
        self,
        caller: Caller,
        conversation_id: str,
        answerers: Sequence[Answerer],
        *,
        last_id: str | None,
    ) -> tuple[Answerer, ...]:
        """Return who answers, each a model that may be asked and that the path fits. Raises: as ``ready``."""
        ready, _ = await self._checked(caller, conversation_id, answerers, last_id=last_id, following=())
        return ready

    async def _checked(
        self,
        caller: Caller,
        conversation_id: str,
        answerers: Sequence[Answerer],
        *,
        last_id: str | None,
        following: tuple[Part, ...],
    ) -> tuple[tuple[Answerer, ...], tuple[Part, ...]]:
        if len(answerers) > MOST_MODELS:
            problem = f"At most {MOST_MODELS} models answer one message."
            raise WrongField(field="models", problem=problem, limit=MOST_MODELS)
        scope = SpaceScope(caller.space_id)
        settings, path = await self._contexts.of_path(scope, conversation_id, last_id)
        named = tuple(answerers) or (Answerer(model=""),)
        ready = tuple(
            msgspec.structs.replace(one, model=model_of(settings, one.model or None)) for one in named
        )
        identity = await identity_of(self._accounts, author_id(caller))
        for one in ready:
            await self._models.check_model(identity, one.model, "chat")
        parts = await self._files.checked(caller, following, model=ready[0].model)
        for one in ready:
            messages = await self._contexts.messages(scope, path, model=one.model)
            if parts:
                words = await self._files.resolved(caller, parts, model=one.model)
                messages.append(ContextMessage(role="user", parts=words))
            await fit(self._asks, spec_of(settings, one.settings, model=one.model), messages)
        return ready, parts
