"""Accounts in which whoever comes is the owner: for suites and benches of a door alone."""

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.ids import PersonId, SpaceId

OWNER = Caller(
    kind="owner", space_id=SpaceId("spc_live"), person_id=PersonId("per_live"), rights=OWNER_RIGHTS
)
"""Whoever comes."""


class Everybody:
    """Accounts in which whoever comes is the owner."""

    def authenticate_key(self, secret: str) -> KeyIdentity | None:
        """Know no key."""
        del secret

    def session(self, secret: str) -> Caller | None:
        """Know no session."""
        del secret

    def owner(self, via: str) -> Caller:
        """Return the owner."""
        del via
        return OWNER

    def identity(self, caller: Caller) -> KeyIdentity:
        """Return as whom it acts."""
        return KeyIdentity(caller=caller, name="owner")

    def on_ended(self, listener: object) -> None:
        """Never end anything."""
