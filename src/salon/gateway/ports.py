"""What the gateway needs of the ledger, and of the payload log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from salon.foundation.ledger import AttemptEntry, Hold, RequestEntry

if TYPE_CHECKING:
    from salon.gateway.exchange import Reply
    from salon.gateway.relay.job import Job


class PayloadWatch(Protocol):
    """Keeps what some requests said. Never blocks."""

    def watch(self, job: "Job", reply: "Reply") -> "Reply":
        """Return the reply to use for a request."""
        ...

    def end(self, job: "Job") -> None:
        """Take what an ended request said, if it was watched."""
        ...


class LedgerPort(Protocol):
    """Holds money before it is spent, and writes down what happened."""

    def reserve_now(
        self, budget_ids: Sequence[str], estimate_e10: int | None, *, at_ms: int, currency: str
    ) -> Hold | None:
        """Like ``reserve`` if nothing has to be waited for, else None and nothing is held."""
        ...

    async def reserve(
        self,
        budget_ids: Sequence[str],
        estimate_e10: int | None,
        *,
        model: str = "",
        at_ms: int | None = None,
        currency: str = "USD",
    ) -> Hold | None:
        """Hold ``estimate_e10`` on every budget, or on none. Raises: BudgetExceeded."""
        ...

    def record(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry] = (), *, hold: Hold | None = None
    ) -> None:
        """Queue the rows of one ended request; with ``hold``, end it at the entry's cost."""
        ...
