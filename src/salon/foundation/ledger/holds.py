"""A hold: money set aside on every budget of one request until its cost is known."""

from collections.abc import Callable

from salon.foundation.ledger.budget_store import Delta
from salon.foundation.ledger.leases import Leases
from salon.foundation.ledger.slices import Slice

Part = tuple[Slice, int]
"""A slice and the epoch under which it was held."""


class Hold:
    """Money set aside for one request. One event loop.

    Ends once: by ``ledger.record(…, hold=hold)``, which writes the row and the spend in one transaction,
    or by ``release``. ``settle`` is for a spend whose row is recorded by itself right after. Whatever
    comes after the end does nothing.
    """

    __slots__ = ("_leases", "_open", "_parts", "_write", "amount_e10", "currency")

    def __init__(
        self,
        leases: Leases,
        parts: list[Part],
        amount_e10: int,
        *,
        currency: str,
        write: Callable[[tuple[Delta, ...]], None],
    ) -> None:
        self._leases = leases
        self._parts = parts
        self._write = write
        self._open = True
        self.amount_e10 = amount_e10
        """What is held now, on each budget."""
        self.currency = currency

    @property
    def open(self) -> bool:
        """Tell whether the hold has not ended."""
        return self._open

    @property
    def allows_unpriced(self) -> bool:
        """Tell whether every budget lets a request of unknown cost pass, such as a fallback's."""
        return all(slice_.budget is None or slice_.budget.allows_unpriced for slice_, _ in self._parts)

    async def extend(self, more_e10: int) -> None:
        """Hold ``more_e10`` on top, on every budget or on none.

        Does not suspend while the leased slices have room. Raises: BudgetExceeded; what was held stays
        held. Overloaded, StorageError when the database does not answer.
        """
        if not self._open or more_e10 <= 0:
            return
        taken = await take_all(self._leases, [slice_ for slice_, _ in self._parts], more_e10)
        if not self._open:  # ended while waiting
            give_all(taken, more_e10)
            return
        for (slice_, epoch), (_, now) in zip(self._parts, taken, strict=True):
            if epoch != now:  # fenced since: the first part is gone, only this one is leased
                slice_.held_e10 -= self.amount_e10
        self._parts = taken
        self.amount_e10 += more_e10

    def end(self, actual_e10: int | None) -> tuple[Delta, ...]:
        """End the hold and return what its budgets' counters gain; None counts nothing."""
        if not self._open:
            return ()
        self._open = False
        spent = actual_e10 or 0
        return tuple(slice_.settle(self.amount_e10, spent, epoch=epoch) for slice_, epoch in self._parts)

    def settle(self, actual_e10: int | None) -> None:
        """End the hold at what was spent; record the request's row right after, without the hold."""
        deltas = self.end(actual_e10)
        if any(delta.spent_e10 or delta.less_e10 for delta in deltas):
            self._write(deltas)

    def release(self) -> None:
        """End the hold; nothing was spent."""
        if self._open:
            self._open = False
            give_all(self._parts, self.amount_e10)


async def take_all(leases: Leases, slices: list[Slice], amount_e10: int) -> list[Part]:
    """Hold ``amount_e10`` on every slice, or on none."""
    taken: list[Part] = []
    try:
        for slice_ in slices:
            await leases.take(slice_, amount_e10)
            taken.append((slice_, slice_.epoch))
    except BaseException:
        give_all(taken, amount_e10)
        raise
    return taken


def give_all(parts: list[Part], amount_e10: int) -> None:
    """Give held money back on every slice."""
    for slice_, epoch in parts:
        slice_.give(amount_e10, epoch=epoch)
