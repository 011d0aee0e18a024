"""What was asked, what it cost, and what may still be spent: requests, attempts, budgets, holds."""

from salon.foundation.ledger.budgets import Budget, BudgetPeriod, BudgetState
from salon.foundation.ledger.course_store import (
    Course,
    CourseGroup,
    CourseQuery,
    CourseRow,
    CourseStep,
    Times,
)
from salon.foundation.ledger.histograms import Latency
from salon.foundation.ledger.holds import Hold
from salon.foundation.ledger.ledger import Ledger, RequestPage, estimate_tokens, system_scope
from salon.foundation.ledger.models import (
    AttemptEntry,
    CacheUse,
    RequestEntry,
    RequestStatus,
    UsageSource,
)
from salon.foundation.ledger.rare_counts import RARE_COUNTS, rare_counts
from salon.foundation.ledger.recorder import LedgerHealth
from salon.foundation.ledger.usage_store import Group, UsageQuery, UsageRow

__all__ = [
    "RARE_COUNTS",
    "AttemptEntry",
    "Budget",
    "BudgetPeriod",
    "BudgetState",
    "CacheUse",
    "Course",
    "CourseGroup",
    "CourseQuery",
    "CourseRow",
    "CourseStep",
    "Group",
    "Hold",
    "Latency",
    "Ledger",
    "LedgerHealth",
    "RequestEntry",
    "RequestPage",
    "RequestStatus",
    "Times",
    "UsageQuery",
    "UsageRow",
    "UsageSource",
    "estimate_tokens",
    "rare_counts",
    "system_scope",
]
