"""What a name, a set of rights and limits must be, before anything is written."""

from typing import Final

from salon.foundation.accounts.models import KeyLimits
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.kit.errors import InvalidRequest, NotAllowed
from salon.foundation.kit.regions import is_name
from salon.foundation.ledger.budgets import check_zone

LONGEST_NAME: Final = 100
MOST_PATTERNS: Final = 500
LONGEST_PATTERN: Final = 300
_LARGEST: Final = 2**63 - 1
_PERIODS: Final = frozenset({"day", "month", "total"})


def check_name(name: str) -> None:
    """Refuse a name that cannot be shown in one line. Raises: InvalidRequest."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise InvalidRequest(
            field="name",
            problem=f"A name has 1 to {LONGEST_NAME} printable characters and no space around it.",
        )


def check_rights(caller: Caller, rights: frozenset[Right]) -> None:
    """Refuse to give a right the caller lacks. Raises: NotAllowed."""
    for right in sorted(rights - caller.rights):
        raise NotAllowed(right=str(right))


def check_limits(limits: KeyLimits, *, now_ms: int) -> None:
    """Refuse limits that mean nothing. Raises: InvalidRequest naming the field."""
    for field in ("requests_per_minute", "tokens_per_minute", "concurrency"):
        value = getattr(limits, field)
        if value is not None and not 1 <= value <= _LARGEST:
            raise InvalidRequest(field=field, problem="It must be at least 1. Leave it out for no limit.")
    if limits.budget_e10 is not None and not 0 <= limits.budget_e10 <= _LARGEST:
        raise InvalidRequest(field="budget_e10", problem="A budget is not negative and fits in 64 bits.")
    if limits.budget_period not in _PERIODS:
        raise InvalidRequest(field="budget_period", problem="It is day, month or total.")
    check_zone(limits.budget_zone)
    if limits.expires_at_ms is not None and limits.expires_at_ms <= now_ms:
        raise InvalidRequest(field="expires_at_ms", problem="It lies in the past. Name a later time.")
    _check_words("models", limits.models)
    _check_words("operations", limits.operations)
    for field, names in (("regions", limits.regions), ("promises", limits.promises)):
        _check_words(field, names)
        if not all(is_name(name) for name in names):
            problem = "Write small letters, digits and single dashes, like eu-central-1 or no-training."
            raise InvalidRequest(field=field, problem=problem)


def _check_words(field: str, words: tuple[str, ...]) -> None:
    if len(words) > MOST_PATTERNS or any(not word or len(word) > LONGEST_PATTERN for word in words):
        raise InvalidRequest(
            field=field, problem=f"At most {MOST_PATTERNS} entries of 1 to {LONGEST_PATTERN} characters each."
        )
