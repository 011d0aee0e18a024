"""Spaces, people, API keys, sign-in links and browser sessions: who may come in, and as whom."""

from salon.foundation.accounts.keys import GRACE_S, LONGEST_GRACE_S
from salon.foundation.accounts.models import (
    NO_LIMITS,
    ApiKey,
    KeyIdentity,
    KeyLimits,
    Lineage,
    LoginLink,
    NewKey,
    Person,
    matches,
)
from salon.foundation.accounts.secrets import digest_of, looks_made_here
from salon.foundation.accounts.service import Accounts

__all__ = [
    "GRACE_S",
    "LONGEST_GRACE_S",
    "NO_LIMITS",
    "Accounts",
    "ApiKey",
    "KeyIdentity",
    "KeyLimits",
    "Lineage",
    "LoginLink",
    "NewKey",
    "Person",
    "digest_of",
    "looks_made_here",
    "matches",
]
