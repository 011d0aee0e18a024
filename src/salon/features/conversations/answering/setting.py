"""The settings of conversations and of spaces, and what a context takes under them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from salon.features.conversations.answering import store
from salon.features.conversations.answering.context import Contexts, model_of, settings_of, spec_of
from salon.features.conversations.answering.settings import (
    NAMES,
    Overrides,
    Settings,
    checked,
    over,
    read,
    stored,
)
from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.models import Answer
from salon.features.conversations.store.answers import answers_of
from salon.features.conversations.store.conversations import change_conversation
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import the_conversation
from salon.features.conversations.tree.messages import opened
from salon.features.turns import Asks, ContextReport, fit
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.storage import Transaction


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that were said, and what is in force with what they stand over."""

    own: Settings
    in_force: Settings
    version: int
    """Of the row that holds them."""


class SettingsDesk:
    """Reads and writes settings."""

    def __init__(self, desk: Desk, contexts: Contexts, asks: Asks) -> None:
        self._desk = desk
        self._contexts = contexts
        self._asks = asks

    async def of_conversation(self, caller: Caller, conversation_id: str) -> InForce:
        """Return the settings of a conversation. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: _in_force(tx, scope, conversation_id))

    async def change(
        self,
        caller: Caller,
        conversation_id: str,
        given: Mapping[str, Any],
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> InForce:
        """Set what is named of a conversation; null takes it away, what is not named stays.

        Raises: NotFound, InvalidRequest naming the field, ChangedMeanwhile for another ``version``.
        """
        scope = SpaceScope(caller.space_id)
        _check(given)

        def do(tx: Transaction, now_ms: int) -> Ids:
            conversation = the_conversation(tx, scope, conversation_id)
            settings = _laid(conversation.settings, given)
            done = change_conversation(
                tx, scope, conversation_id, version=version, settings=settings, changed_at_ms=now_ms
            )
            if not done:
                raise ChangedMeanwhile(what="conversation", id=conversation_id, version=conversation.version)
            data = {"settings": sorted(given)}
            event = Event(
                type="conversation.changed", subject=conversation_id, data=data, created_by=author_id(caller)
            )
            publish(tx, scope, event)
            return {}

        return await self._desk.act(
            caller,
            do,
            lambda tx, _: _in_force(tx, scope, conversation_id),
            act="settings.change",
            asked={"conversation": conversation_id, "settings": dict(given), "version": version},
            client_id=client_id,
        )

    async def of_space(self, caller: Caller) -> InForce:
        """Return what is usual in the caller's space."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: _usual(tx, scope))

    async def change_space(
        self,
        caller: Caller,
        given: Mapping[str, Any],
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> InForce:
        """Set what is usual in the caller's space; as ``change``."""
        scope = SpaceScope(caller.space_id)
        _check(given)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(f"conversation-defaults:{scope.space_id}")
            settings, had = store.get_defaults(tx, scope)
            if version is not None and version != had:
                raise ChangedMeanwhile(what="settings", id=scope.space_id, version=had)
            store.put_defaults(
                tx,
                scope,
                _laid(settings, given),
                version=had + 1,
                created_by=author_id(caller),
                now_ms=now_ms,
            )
            data = {"settings": sorted(given)}
            publish(tx, scope, Event(type="conversation-defaults.changed", subject=scope.space_id, data=data))
            return {}

        asked = {"settings": dict(given), "version": version}
        return await self._desk.act(
            caller,
            do,
            lambda tx, _: _usual(tx, scope),
            act="defaults.change",
            asked=asked,
            client_id=client_id,
        )

    async def context(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        branch_id: str | None = None,
        model: str | None = None,
        is_exact: bool = False,
    ) -> ContextReport:
        """Return what the next answer on a branch would be told, in tokens by part, and what is left.

        ``is_exact`` counts by the model's vocabulary where it is known, also while there is much room. Where
        the provider has counted what the last answer was told, only what came since is counted here.
        Raises: NotFound, InvalidRequest without a model, TurnTooLong.
        """
        scope = SpaceScope(caller.space_id)
        branch = await self._desk.storage.read(lambda tx: opened(tx, scope, conversation_id, branch_id))
        settings, path = await self._contexts.of_path(scope, conversation_id, branch.head_id)
        spec = spec_of(settings, Overrides(), model=model_of(settings, model))
        messages = await self._contexts.messages(scope, path, model=spec.model)
        report = (await fit(self._asks, spec, messages, is_exact=is_exact)).report
        last = next((message.id for message in reversed(path) if message.author.kind == "model"), None)
        if last is None:
            return report
        answers = await self._desk.storage.read(lambda tx: answers_of(tx, scope, [last]))
        return _corrected(report, answers.get(last), model=spec.model)


def _corrected(report: ContextReport, last: Answer | None, *, model: str) -> ContextReport:
    """Return a report with what the provider counted for the last answer, where it was counted as this one.

    Not where something was left out or shortened: it need not have been the same.
    """
    told = None if last is None or last.asked is None else last.asked.get("context")
    if last is None or last.model != model or not told:
        return report
    before = msgspec.convert(told, ContextReport)
    if before.counted is None or before.count != report.count or not (before.is_whole and report.is_whole):
        return report
    return report.told(before.counted + report.by_parts - before.by_parts)


def _in_force(tx: Transaction, scope: SpaceScope, conversation_id: str) -> InForce:
    conversation = the_conversation(tx, scope, conversation_id)
    return InForce(
        own=read(conversation.settings),
        in_force=settings_of(tx, scope, conversation_id),
        version=conversation.version,
    )


def _usual(tx: Transaction, scope: SpaceScope) -> InForce:
    settings, version = store.get_defaults(tx, scope)
    return InForce(own=read(settings), in_force=over(Settings(), read(settings)), version=version)


def _check(given: Mapping[str, Any]) -> None:
    checked(
        {name: value for name, value in given.items() if value is not None or name not in NAMES}, Settings
    )


def _laid(present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored settings with what is given; whatever is not ours stays as it is."""
    named = {name: value for name, value in given.items() if value is not None}
    ours = stored(checked(named, Settings))
    kept = {name: value for name, value in present.items() if name not in given}
    return {**kept, **{name: ours[name] for name in named if name in ours}}
