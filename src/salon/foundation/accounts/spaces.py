"""The first space and its owner, who may be shut out, and what a whole space may spend."""

import msgspec

from salon.foundation import audit
from salon.foundation.accounts import store
from salon.foundation.accounts.checks import check_name
from salon.foundation.accounts.models import Person
from salon.foundation.kit.caller import Caller, Right, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from salon.foundation.kit.ids import PersonId, SpaceId, new_id
from salon.foundation.ledger import Budget, budget_store
from salon.foundation.ledger.budgets import check_zone
from salon.foundation.storage import Storage, Transaction


class SpaceService:
    """The acts on spaces and people."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._scope = SystemScope("accounts: the first start makes the owner and the first space")

    async def bootstrap(self) -> Person:
        """Return the owner, made with the first space if this is the first start."""
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> Person:
            scope = self._scope
            tx.take_turn(store.TURN)
            store.make_version(tx, scope)
            owner = store.find_owner(tx, scope)
            if owner is None:
                space_id = SpaceId(new_id("spc"))
                owner = Person(id=PersonId(new_id("per")), space_id=space_id, name="Owner", role="owner")
                store.insert_space(tx, scope, space_id, kind="person", name="Home", now_ms=now_ms)
                store.insert_person(tx, scope, owner, now_ms=now_ms)
            return owner

        return await self._storage.write(write)

    async def suspend(self, caller: Caller, person_id: PersonId, *, suspended: bool) -> None:
        """Shut a person out, or let them in again. Raises: NotAllowed, NotFound, Conflict."""
        _need(caller)
        if person_id == caller.person_id:
            raise Conflict(problem="You cannot shut yourself out. Someone else with your rights can.")
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> None:
            at_ms = now_ms if suspended else None
            if not store.suspend_person(tx, self._scope, person_id, suspended_at_ms=at_ms):
                raise NotFound(what="person", id=person_id[:80])
            audit.record(tx, caller, "person.suspended" if suspended else "person.resumed", person_id)

        await self._storage.write(write)

    async def set_budget(self, caller: Caller, budget: Budget | None) -> None:
        """Give the caller's space one budget, or none; its id and space are ours to set.

        Raises: NotAllowed, InvalidRequest.
        """
        _need(caller)
        if budget is not None:
            check_name(budget.name)
            check_zone(budget.zone)
            if not 0 <= budget.limit_e10 < 2**63:
                raise InvalidRequest(
                    field="limit_e10", problem="A budget is not negative and fits in 64 bits."
                )
            budget = msgspec.structs.replace(budget, id=new_id("bud"), space_id=caller.space_id, key_id=None)
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> None:
            replace_budget(tx, SpaceScope(caller.space_id), None, budget, by=caller.person_id, now_ms=now_ms)
            store.next_version(tx, self._scope)
            detail = {} if budget is None else {"limit_e10": budget.limit_e10, "period": budget.period}
            audit.record(tx, caller, "space-budget.set", caller.space_id, detail)

        await self._storage.write(write)


def replace_budget(
    tx: Transaction,
    scope: SpaceScope,
    key_id: str | None,
    wanted: Budget | None,
    *,
    by: str | None,
    now_ms: int,
) -> None:
    """Make ``wanted`` the one budget of a key, or of the space itself; None ends it.

    While period, zone and currency stay, the counter goes on; otherwise the budget is a new one.
    """
    current = [budget for budget in budget_store.live_budgets(tx, scope) if budget.key_id == key_id]
    if wanted is not None and current and _counts_alike(current[0], wanted):
        budget_store.change_budget(tx, scope, msgspec.structs.replace(wanted, id=current[0].id))
        return
    for budget in current:
        budget_store.remove_budget(tx, scope, budget.id, now_ms=now_ms)
    if wanted is not None:
        budget_store.insert_budget(tx, scope, wanted, created_by=by, now_ms=now_ms)


def _counts_alike(one: Budget, other: Budget) -> bool:
    return (one.period, one.zone, one.currency) == (other.period, other.zone, other.currency)


def _need(caller: Caller) -> None:
    if not caller.has(Right.MANAGE_SYSTEM):
        raise NotAllowed(right=str(Right.MANAGE_SYSTEM))
