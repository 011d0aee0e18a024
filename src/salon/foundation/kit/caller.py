"""Who acts, and over which rows: the Caller of every act and the scope of every statement."""

from collections import Counter
from enum import StrEnum
from typing import Literal

import msgspec

from salon.foundation.kit.ids import KeyId, PersonId, SpaceId


class Right(StrEnum):
    """What a caller may do; a role is a set of these."""

    USE_MODELS = "models.use"
    USE_CONVERSATIONS = "conversations.use"
    READ_USAGE = "usage.read"
    MANAGE_KEYS = "keys.manage"
    MANAGE_PROVIDERS = "providers.manage"
    MANAGE_SYSTEM = "system.manage"
    READ_SYSTEM = "system.read"


OWNER_RIGHTS = frozenset(Right)
KEY_RIGHTS = frozenset({Right.USE_MODELS})

CallerKind = Literal["owner", "person", "key", "system"]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The one on whose behalf an act happens. Immutable; cheap to pass everywhere."""

    kind: CallerKind
    space_id: SpaceId
    """The space that owns what this act makes and pays for."""
    person_id: PersonId | None = None
    key_id: KeyId | None = None
    """Set when the caller came with an API key."""
    rights: frozenset[Right] = KEY_RIGHTS
    via: Literal["tcp", "local", "library", "internal"] = "tcp"
    """How the caller reached us; ``local`` is the data directory's own socket."""

    def has(self, right: Right) -> bool:
        """Tell whether this caller holds ``right``."""
        return right in self.rights


class SpaceScope(msgspec.Struct, frozen=True):
    """Limits a statement to the rows of one space. Every store function takes one."""

    space_id: SpaceId


system_scope_uses: Counter[str] = Counter()
"""How often each reason for acting across all spaces was used; a test lists the reasons."""


class SystemScope:
    """Lets a statement act across spaces, for a written reason that is counted."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason
        system_scope_uses[reason] += 1


Scope = SpaceScope | SystemScope
