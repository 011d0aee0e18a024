"""Keeps the index equal to the database, whoever wrote it: this process at once, others within 2 s."""

import asyncio
from collections.abc import Callable

import msgspec

from salon.foundation.accounts import session_store, store
from salon.foundation.accounts.index import Index
from salon.foundation.accounts.models import Person
from salon.foundation.accounts.session_store import SessionRow
from salon.foundation.accounts.store import KeyRow
from salon.foundation.kit.caller import SystemScope
from salon.foundation.ledger import Budget, budget_store
from salon.foundation.storage import Storage, Transaction


class _Changes(msgspec.Struct, frozen=True, kw_only=True):
    people: list[Person]
    keys: list[KeyRow]
    sessions: list[SessionRow]
    budgets: list[Budget]


class Mirror:
    """Reads what changed since the last look into the index. One event loop."""

    def __init__(self, storage: Storage, index: Index) -> None:
        self._storage = storage
        self._index = index
        self._version = -1
        self._one_at_a_time = asyncio.Lock()
        self._budgets: dict[str, Budget] = {}
        self._scope = SystemScope("accounts: know every key of the installation")
        self.on_ended: list[Callable[[frozenset[str]], None]] = []
        self.on_budget_change: list[Callable[[str], None]] = []

    async def refresh(self) -> None:
        """Take in what changed since the last look. Raises: StorageError."""
        async with self._one_at_a_time:
            version, changes = await self._storage.read(self._read)
            if changes is None:
                return
            ended = self._index.update(
                people=changes.people, keys=changes.keys, sessions=changes.sessions, budgets=changes.budgets
            )
            self._version = version
            self._tell(ended, changes.budgets)

    def _read(self, tx: Transaction) -> tuple[int, _Changes | None]:
        scope, seen = self._scope, self._version
        version = store.current_version(tx, scope)
        if version == seen:
            return version, None
        return version, _Changes(
            people=store.people_since(tx, scope, seen),
            keys=store.keys_since(tx, scope, seen),
            sessions=session_store.sessions_since(tx, scope, seen),
            budgets=budget_store.live_budgets(tx, scope),
        )

    def _tell(self, ended: set[str], budgets: list[Budget]) -> None:
        fresh = {budget.id: budget for budget in budgets}
        known, self._budgets = self._budgets, fresh
        for budget_id in fresh.keys() | known.keys():
            if fresh.get(budget_id) != known.get(budget_id):
                for listener in self.on_budget_change:
                    listener(budget_id)
        self.tell_ended(ended)

    def tell_ended(self, ended: set[str]) -> None:
        """Tell the listeners which keys and sessions have ended or open less."""
        if ended:
            for listener in self.on_ended:
                listener(frozenset(ended))
