"""Callers made by hand, for tests of services."""

from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.ids import PersonId, SpaceId


def person(space: str = "spc_one", name: str = "per_ann") -> Caller:
    """Return a caller of a space with every right."""
    return Caller(kind="owner", space_id=SpaceId(space), person_id=PersonId(name), rights=OWNER_RIGHTS)
