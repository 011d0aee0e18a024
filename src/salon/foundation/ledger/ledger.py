"""The ledger's door: record what happened, hold money before it is spent, ask what was used."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from salon.foundation.ledger.models import AttemptEntry, RequestEntry


class Hold(Protocol):
    """Money set aside for one request. Ends with exactly one ``settle`` or ``release``."""

    amount_e10: int
    """What is held now."""

    async def extend(self, more_e10: int) -> None:
        """Hold ``more_e10`` on top. Raises: BudgetExceeded; what was held stays held."""
        ...

    def settle(self, actual_e10: int | None) -> None:
        """End the hold; the spend is written with the next entry recorded ``with`` this hold."""
        ...

    def release(self) -> None:
        """End the hold; nothing was spent."""
        ...


class LedgerPort(Protocol):
    """What the gateway uses of ``Ledger``."""

    def record(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> None:
        """Queue the rows of one ended request; with ``hold``, settle it at ``entry.cost_e10``."""
        ...

    def record_acked(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> "Future[None]":
        """Like ``record``; the future is done once the rows are on disk."""
        ...

    async def flush(self) -> None:
        """Wait until everything recorded so far is on disk."""
        ...

    async def reserve(
        self,
        budget_ids: Sequence[str],
        estimate_e10: int | None,
        *,
        model: str,
        at_ms: int | None = None,
    ) -> Hold | None:
        """Hold ``estimate_e10`` on every budget, or on none. Raises: BudgetExceeded, Unpriced."""
        ...
