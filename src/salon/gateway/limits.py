"""Requests, tokens and concurrency per key: who may start now, and when to try again."""

from typing import Protocol

from salon.foundation.accounts import KeyLimits


class Ticket(Protocol):
    """One admitted request. Ends with ``release``, once; later calls do nothing."""

    def settle(self, tokens: int) -> None:
        """Correct the tokens counted at admission to what was really used."""
        ...

    def release(self) -> None:
        """Give the place among the concurrent requests back."""
        ...


class Limiter(Protocol):
    """Counts what each key uses."""

    async def admit(self, identity_key: str, limits: KeyLimits, *, tokens: int) -> Ticket:
        """Count one request of about ``tokens`` tokens. Raises: RateLimited with ``retry_after_s``."""
        ...
