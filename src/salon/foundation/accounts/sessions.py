"""One-time sign-in links and browser sessions. Each act is one transaction with its audit record."""

from typing import Final

from salon.foundation import audit
from salon.foundation.accounts import secrets, session_store
from salon.foundation.accounts.index import caller_of
from salon.foundation.accounts.models import LoginLink, Person
from salon.foundation.accounts.session_store import SessionRow
from salon.foundation.accounts.store import find_person
from salon.foundation.kit.caller import Caller, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import NotSignedIn
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction

LINK_LIFE_S: Final = 600.0
SESSION_LIFE_S: Final = 30 * 24 * 3600.0
_USED_LINK: Final = (
    "This sign-in link was used already, is older than ten minutes, or was never made. Make a new one."
)


class SessionService:
    """The acts of signing in and out."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._scope = SystemScope(
            "accounts: a link or session is found by its secret, before its space is known"
        )

    async def create_link(self, person: Person) -> LoginLink:
        """Make a token that signs one browser in as ``person``, once."""
        token = secrets.new_secret(secrets.LINK_PREFIX)
        now_ms = self._clock.now_ms()
        expires_at_ms = now_ms + round(LINK_LIFE_S * 1000)

        def write(tx: Transaction) -> None:
            link_id = new_id("lnk")
            session_store.insert_link(
                tx,
                self._scope,
                link_id,
                person_id=person.id,
                token_hash=secrets.digest_of(token),
                now_ms=now_ms,
                expires_at_ms=expires_at_ms,
            )
            audit.record(tx, caller_of(person), "sign-in-link.created", link_id)

        await self._storage.write(write)
        return LoginLink(token=token, expires_at_ms=expires_at_ms)

    async def redeem(self, token: str) -> str:
        """Use a token up and return the secret of a new session. Raises: NotSignedIn."""
        now_ms = self._clock.now_ms()
        secret = secrets.new_secret(secrets.SESSION_PREFIX)

        def write(tx: Transaction) -> bool:
            scope = self._scope
            person_id = session_store.use_link(tx, scope, secrets.digest_of(token), now_ms=now_ms)
            person = None if person_id is None else find_person(tx, scope, person_id)
            if person is None or person.suspended_at_ms is not None:
                return False
            session = SessionRow(
                id=new_id("ses"),
                space_id=person.space_id,
                person_id=person.id,
                secret_hash=secrets.digest_of(secret),
                created_at_ms=now_ms,
                expires_at_ms=now_ms + round(SESSION_LIFE_S * 1000),
            )
            session_store.insert_session(tx, scope, session)
            audit.record(tx, caller_of(person), "session.started", session.id)
            return True

        if not await self._storage.write(write):
            raise NotSignedIn(problem=_USED_LINK)
        return secret

    async def end(self, caller: Caller, secret: str) -> None:
        """End one session."""
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> None:
            if session_store.end_session(tx, self._scope, secrets.digest_of(secret), now_ms=now_ms):
                audit.record(tx, caller, "session.ended", caller.person_id or "")

        await self._storage.write(write)

    async def end_all(self, caller: Caller) -> int:
        """End every session of the caller's person; returns how many."""
        person_id = caller.person_id
        if person_id is None:
            return 0
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> int:
            count = session_store.end_sessions_of(tx, self._scope, person_id, now_ms=now_ms)
            audit.record(tx, caller, "sessions.ended", person_id, {"count": count})
            return count

        return await self._storage.write(write)
