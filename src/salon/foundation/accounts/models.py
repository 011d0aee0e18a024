"""What the house knows of those who use it: keys, their limits, and the identity a request acts under."""

from typing import Literal

import msgspec

from salon.foundation.kit.caller import Caller
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.foundation.ledger import BudgetPeriod


class KeyLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a key may use. ``None`` and an empty tuple both mean "no limit of this kind"."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None
    budget_e10: int | None = None
    """Money per ``budget_period``, in 10⁻¹⁰ of ``budget_currency``."""
    budget_period: BudgetPeriod = "total"
    budget_zone: str = "UTC"
    """The IANA zone whose midnight starts a day or a month."""
    budget_currency: str = "USD"
    budget_allows_unpriced: bool = False
    """Let models without a known price pass, although the budget cannot count them."""
    models: tuple[str, ...] = ()
    """Models that may be asked for, by alias or ``kind/name``; ``*`` stands for any characters."""
    operations: tuple[str, ...] = ()
    """Operations of the endpoint table that may be called, such as ``chat``."""
    expires_at_ms: int | None = None
    regions: tuple[str, ...] = ()
    """Regions of providers its requests may be taken to; ``eu`` covers ``eu-central-1``."""
    promises: tuple[str, ...] = ()
    """What such a provider must have promised about the data, like ``no-training``; all of these."""

    def counts_anything(self) -> bool:
        """Tell whether a request, token or concurrency limit is set."""
        return (
            self.requests_per_minute is not None
            or self.tokens_per_minute is not None
            or self.concurrency is not None
        )

    def allows_model(self, model: str) -> bool:
        """Tell whether ``model``, as the caller named it, may be asked for."""
        return not self.models or any(matches(pattern, model) for pattern in self.models)

    def allows_operation(self, operation: str) -> bool:
        """Tell whether ``operation`` may be called."""
        return not self.operations or operation in self.operations


NO_LIMITS = KeyLimits()


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a key stands among those it was made with."""

    root: str
    """The first of them. Its family is counted in one place."""
    counters: tuple[tuple[str, KeyLimits], ...] = ()
    """The keys above that have something to count, the nearest first: under which name, and their limits."""


class KeyIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Under whom one request acts: the caller, what it may use, and what pays for it."""

    caller: Caller
    limits: KeyLimits = NO_LIMITS
    name: str
    """The key's name, or ``owner``; shown in usage and logs."""
    budget_ids: tuple[str, ...] = ()
    """Every budget that must hold the money of a request: the key's and its space's."""
    lineage: Lineage | None = None
    """None for whoever was not made with a key."""

    @property
    def counter_key(self) -> str:
        """Under which name rate limits count this identity."""
        return self.caller.key_id or self.caller.person_id or self.caller.space_id


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as its owner sees it. The secret itself is kept nowhere."""

    id: KeyId
    space_id: SpaceId
    name: str
    hint: str
    """The secret masked: its prefix and last four characters."""
    rights: frozenset[str]
    limits: KeyLimits
    parent_id: KeyId | None
    """The key this one was made with; its rights are a subset of that one's."""
    created_by: PersonId | None
    created_at_ms: int
    last_used_at_ms: int | None
    """Within a minute; written in batches."""
    revoked_at_ms: int | None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key just made. The only moment its secret can be read."""

    key: ApiKey
    secret: str


class LoginLink(msgspec.Struct, frozen=True, kw_only=True):
    """A token that signs one browser in, once, before it expires."""

    token: str
    expires_at_ms: int


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who uses this Salon."""

    id: PersonId
    space_id: SpaceId
    """The person's own space."""
    name: str
    role: Literal["owner", "member"]
    suspended_at_ms: int | None = None


def matches(pattern: str, text: str) -> bool:
    """Tell whether ``text`` matches ``pattern``, where ``*`` stands for any characters. Linear time."""
    head, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    tail = rest.pop()
    if not text.startswith(head) or len(text) < len(head) + len(tail) or not text.endswith(tail):
        return False
    position, end = len(head), len(text) - len(tail)
    for part in rest:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
