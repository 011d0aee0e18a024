"""A hold: money set aside on every budget of one request until its cost is known."""

from collections.abc import Callable

import msgspec

from salon.foundation.ledger.lease_store import Delta
from salon.foundation.ledger.leases import Leases
from salon.foundation.ledger.slices import Slice


class Part(msgspec.Struct, eq=False):
    """What is held on one slice, and under which epoch."""

    slice: Slice
    amount_e10: int
    epoch: int

    def join(self, more: "Part") -> None:
        """Take in what was held on top of it."""
        if self.epoch == more.epoch:
            self.amount_e10 += more.amount_e10
        else:  # others gave our lease back meanwhile: only the new part is leased
            self.give()
            self.amount_e10, self.epoch = more.amount_e10, more.epoch

    def give(self) -> None:
        """Give it back."""
        self.slice.give(self.amount_e10, epoch=self.epoch)


class Hold(msgspec.Struct, eq=False):
    """Money set aside for one request. One event loop.

    Ends once: by ``ledger.record(…, hold=hold)``, which writes the row and the spend in one transaction,
    or by ``release``. ``settle`` is for a spend whose row is recorded by itself right after. Whatever
    comes after the end does nothing.
    """

    _leases: Leases
    _parts: list[Part]
    amount_e10: int
    """What is held now, on each budget."""
    currency: str
    _write: Callable[[tuple[Delta, ...]], None]
    _open: bool = True

    @property
    def open(self) -> bool:
        """Tell whether the hold has not ended."""
        return self._open

    @property
    def allows_unpriced(self) -> bool:
        """Tell whether every budget lets a request of unknown cost pass, such as a fallback's."""
        return all(part.slice.allows_unpriced for part in self._parts)

    async def extend(self, more_e10: int) -> None:
        """Hold ``more_e10`` on top, on every budget or on none.

        Does not suspend while the leased slices have room. Raises: BudgetExceeded; what was held stays
        held. Overloaded, StorageError when the database does not answer.
        """
        if not self._open or more_e10 <= 0:
            return
        taken = await take_all(self._leases, [part.slice for part in self._parts], more_e10)
        if not self._open:  # ended while waiting
            give_all(taken)
            return
        for part, more in zip(self._parts, taken, strict=True):
            part.join(more)
        self.amount_e10 += more_e10

    def end(self, actual_e10: int | None) -> tuple[Delta, ...]:
        """End the hold and return what its budgets' counters gain; None counts nothing."""
        if not self._open:
            return ()
        self._open = False
        spent = actual_e10 or 0
        if len(self._parts) == 1:
            (part,) = self._parts
            return (part.slice.settle(part.amount_e10, spent, epoch=part.epoch),)
        return tuple(part.slice.settle(part.amount_e10, spent, epoch=part.epoch) for part in self._parts)

    def settle(self, actual_e10: int | None) -> None:
        """End the hold at what was spent; record the request's row right after, without the hold."""
        deltas = self.end(actual_e10)
        if any(delta.spent_e10 or delta.less_e10 for delta in deltas):
            self._write(deltas)

    def split(self, amount_e10: int) -> "Hold":
        """Return a hold of its own over ``amount_e10`` of the money, or over what is left of it."""
        taken = max(0, min(amount_e10, self.amount_e10)) if self._open else 0
        self.amount_e10 -= taken
        parts: list[Part] = []
        for part in self._parts:
            part.amount_e10 -= taken
            parts.append(Part(part.slice, taken, part.epoch))
        return Hold(self._leases, parts, taken, self.currency, self._write)

    def release(self) -> None:
        """End the hold; nothing was spent."""
        if self._open:
            self._open = False
            give_all(self._parts)


async def take_all(leases: Leases, slices: list[Slice], amount_e10: int) -> list[Part]:
    """Hold ``amount_e10`` on every slice, or on none."""
    taken: list[Part] = []
    try:
        for slice_ in slices:
            await leases.take(slice_, amount_e10)
            taken.append(Part(slice_, amount_e10, slice_.epoch))
    except BaseException:
        give_all(taken)
        raise
    return taken


def give_all(parts: list[Part]) -> None:
    """Give held money back on every slice."""
    for part in parts:
        part.give()
