"""What was asked, what it cost, and what may still be spent: requests, attempts, budgets, holds."""

from salon.foundation.ledger.ledger import Hold, LedgerPort
from salon.foundation.ledger.models import (
    AttemptEntry,
    CacheUse,
    RequestEntry,
    RequestStatus,
    UsageSource,
)

__all__ = [
    "AttemptEntry",
    "CacheUse",
    "Hold",
    "LedgerPort",
    "RequestEntry",
    "RequestStatus",
    "UsageSource",
]
