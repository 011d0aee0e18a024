"""Spaces, people, API keys, sign-in links and browser sessions: who may come in, and as whom."""

from salon.foundation.accounts.models import (
    NO_LIMITS,
    ApiKey,
    BudgetPeriod,
    KeyIdentity,
    KeyLimits,
    NewKey,
)

__all__ = ["NO_LIMITS", "ApiKey", "BudgetPeriod", "KeyIdentity", "KeyLimits", "NewKey"]
