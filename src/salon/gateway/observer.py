"""What an observer of the gateway hears: how each attempt and each request ended.

Metrics and traces implement it. Calls come from the event loop and must not block or raise; without an
observer nothing is called. Texts of requests and answers are never given.
"""

from collections.abc import Sequence
from typing import Protocol

from salon.foundation.ledger import AttemptEntry, RequestEntry


class Observer(Protocol):
    """Hears what became of what the gateway did."""

    def on_attempt_end(self, provider: str, entry: AttemptEntry) -> None:
        """Hear that an attempt at the provider of this name ended, well or not."""
        ...

    def on_request_end(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry], *, traceparent: str | None
    ) -> None:
        """Hear that the request ended; ``entry`` is what the ledger keeps.

        ``traceparent`` is the caller's W3C trace context, if one came.
        """
        ...
