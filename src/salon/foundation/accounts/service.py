"""The accounts' door: who may come in, answered from memory; and the acts that change it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from salon.foundation.accounts import secrets, store
from salon.foundation.accounts.index import Index, caller_of
from salon.foundation.accounts.keys import GRACE_S, KeyService
from salon.foundation.accounts.mirror import Mirror
from salon.foundation.accounts.models import (
    NO_LIMITS,
    ApiKey,
    KeyIdentity,
    KeyLimits,
    LoginLink,
    NewKey,
    Person,
)
from salon.foundation.accounts.sessions import SessionService
from salon.foundation.accounts.spaces import SpaceService
from salon.foundation.kit.caller import KEY_RIGHTS, Caller, Right, SystemScope
from salon.foundation.kit.clock import Clock, SystemClock
from salon.foundation.kit.errors import Conflict, NotFound, SalonError
from salon.foundation.kit.ids import PersonId
from salon.foundation.kit.tasks import TaskSupervisor
from salon.foundation.ledger import Budget
from salon.foundation.storage import Storage

REFRESH_S: Final = 1.0
"""How often another process's changes are looked for; with the reading itself it stays under 2 s."""
LOOK_AGAIN_S: Final = 0.05
"""The least time between two looks that unknown credentials ask for, so that wrong ones cost little."""
TOUCH_S: Final = 30.0

Via = Literal["tcp", "local", "library", "internal"]

_VIAS: Final[tuple[Via, ...]] = ("tcp", "local", "library", "internal")

_log = logging.getLogger(__name__)


class Accounts:
    """Spaces, people, keys and sessions of this installation. One per process, on one event loop."""

    def __init__(self, storage: Storage, clock: Clock | None = None) -> None:
        self._storage = storage
        self._clock = clock or SystemClock()
        self._tasks = TaskSupervisor("accounts")
        self._index = Index()
        self._mirror = Mirror(storage, self._index)
        self._keys = KeyService(storage, self._clock, self._index)
        self._sessions = SessionService(storage, self._clock)
        self._spaces = SpaceService(storage, self._clock)
        self._by_digest = self._index.keys
        self._used: dict[str, int] = {}
        """When keys were used since it was last written."""
        self._owner: Person | None = None
        self._owners: dict[Via, Caller] = {}
        self._next_look: asyncio.Task[None] | None = None
        self._looked_s = -LOOK_AGAIN_S
        self._scope = SystemScope("accounts: note when keys of any space were used")

    async def start(self) -> None:
        """Make the owner and the first space if they are missing, and read who may come in."""
        owner = self._owner = await self._spaces.bootstrap()
        plain = caller_of(owner)
        self._owners = {via: msgspec.structs.replace(plain, via=via) for via in _VIAS}
        await self.refresh()
        self._tasks.spawn(self._keep(), name="accounts-refresh")

    async def close(self) -> None:
        """Stop looking for changes, and write when keys were used last."""
        await self._tasks.close()
        try:
            await self.write_last_used()
        except SalonError as error:
            _log.warning("when keys were used last is not written: %s", error)

    # Hot path: from memory, no waiting

    def authenticate_key(self, secret: str) -> KeyIdentity | None:
        """Return who a key stands for; None if it is unknown, revoked or expired."""
        return self.authenticate_digest(secrets.digest_of(secret))

    def authenticate_digest(self, digest: bytes) -> KeyIdentity | None:
        """Do as ``authenticate_key`` for who kept what ``digest_of`` returned for the key."""
        entry = self._by_digest.get(digest)
        if entry is None:
            return None
        now_ms = self._clock.now_ms()
        if entry.until_ms <= now_ms:
            return None
        self._used[entry.key_id] = now_ms
        return entry.identity

    def session(self, secret: str) -> Caller | None:
        """Return who a browser session stands for; None if it is unknown, ended or expired."""
        found = self._index.sessions.get(secrets.digest_of(secret))
        return None if found is None or found[1] <= self._clock.now_ms() else found[0]

    def owner(self, via: Via) -> Caller:
        """Return the owner of this installation, as coming in through ``via``."""
        return self._owners[via]

    def identity(self, caller: Caller) -> KeyIdentity:
        """Return the identity of a person: no limits of their own, paid by the space's budgets."""
        return KeyIdentity(
            caller=caller,
            limits=NO_LIMITS,
            name="owner" if caller.kind == "owner" else caller.kind,
            budget_ids=self._index.budgets_of(caller.space_id),
        )

    async def identity_of_creator(self, created_by: str) -> KeyIdentity | None:
        """Return under whom the key or person acts now that a row names; None once they may not any more."""
        key_id = created_by if created_by.startswith("key_") else None
        identity = self.identity_now(key_id=key_id, person_id=created_by)
        if identity is None:  # or another process made the key a moment ago
            await self.look_again()
            identity = self.identity_now(key_id=key_id, person_id=created_by)
        return identity

    def identity_now(self, *, key_id: str | None, person_id: str | None) -> KeyIdentity | None:
        """Return whom what was asked earlier acts as now; None when its key or person may not act any more.

        For work that outlives the request it was asked with.
        """
        if key_id is not None:
            return self._index.identity_until(key_id, self._clock.now_ms())
        person = self._index.person(person_id) if person_id is not None else None
        if person is None or person.suspended_at_ms is not None:
            return None
        return self.identity(caller_of(person))

    def bound(self, credential: str) -> KeyIdentity | None:
        """Return under whom acts what was made with a credential; None once that does not work any more.

        ``key:`` and its id, ``session:`` and the SHA-256 of its secret in hex, or ``owner:`` and the way in.
        """
        kind, _, name = credential.partition(":")
        if kind == "key":
            return self._index.identity_until(name, self._clock.now_ms())
        if kind == "owner" and name in _VIAS:
            return self.identity(self.owner(name))
        found = self._index.sessions.get(bytes.fromhex(name)) if kind == "session" else None
        return None if found is None or found[1] <= self._clock.now_ms() else self.identity(found[0])

    async def identity_of_key(self, caller: Caller, key_id: str) -> KeyIdentity:
        """Return the identity that requests with a key act under. Raises: NotAllowed, NotFound, Conflict."""
        key = await self._keys.get(caller, key_id)
        identity = self._index.identity_of(key.id)
        if identity is None:
            raise Conflict(problem=f"The key “{key.name}” does not work any more.")
        return identity

    # Keys

    async def create_key(
        self,
        caller: Caller,
        name: str,
        *,
        limits: KeyLimits = NO_LIMITS,
        rights: frozenset[Right] = KEY_RIGHTS,
    ) -> NewKey:
        """Make a key; its secret can be read from the answer only.

        With the right to manage keys. Raises: NotAllowed for a right the caller lacks, InvalidRequest,
        Conflict when a live key of the space has the name, or the caller's key has too many above it.
        """
        made = await self._keys.create(caller, name, limits=limits, rights=rights)
        await self.refresh()
        return made

    async def update_key(
        self,
        caller: Caller,
        key_id: str,
        *,
        name: str | None = None,
        limits: KeyLimits | None = None,
        rights: frozenset[Right] | None = None,
    ) -> ApiKey:
        """Change a key; what is None stays. Raises: NotAllowed, NotFound, InvalidRequest, Conflict."""
        changed = await self._keys.update(caller, key_id, name=name, limits=limits, rights=rights)
        await self.refresh()
        return changed

    async def rotate_key(self, caller: Caller, key_id: str, *, grace_s: float = GRACE_S) -> NewKey:
        """Give a key a new secret; the old one works on for ``grace_s``. Raises: NotAllowed, NotFound."""
        made = await self._keys.rotate(caller, key_id, grace_s=grace_s)
        await self.refresh()
        return made

    async def revoke_key(self, caller: Caller, key_id: str) -> None:
        """Stop a key, and all made with it, from working: here at once, elsewhere within 2 s.

        Raises: NotAllowed, NotFound.
        """
        await self._keys.revoke(caller, key_id)
        await self.refresh()

    async def list_keys(self, caller: Caller, *, revoked: bool = False) -> list[ApiKey]:
        """Return the keys the caller may manage, oldest first. Raises: NotAllowed."""
        return await self._keys.list(caller, revoked=revoked)

    async def get_key(self, caller: Caller, key_id: str) -> ApiKey:
        """Return one key the caller may manage. Raises: NotAllowed, NotFound."""
        return await self._keys.get(caller, key_id)

    def key_names(self, caller: Caller) -> dict[str, str]:
        """Return the name of each key of the caller's space by its id, revoked ones too; for usage."""
        return self._index.names_of(caller.space_id)

    # Spaces and people

    def author_name(self, caller: Caller, author_id: str) -> str | None:
        """Return the present name of a person or key of the caller's space; None for anybody else's."""
        return self._index.name_of(caller.space_id, author_id)

    async def set_space_budget(self, caller: Caller, budget: Budget | None) -> None:
        """Give the caller's space one budget for all its requests, or none.

        Its id and space are set here. Raises: NotAllowed, InvalidRequest.
        """
        await self._spaces.set_budget(caller, budget)
        await self.refresh()

    async def suspend_person(self, caller: Caller, person_id: PersonId, *, suspended: bool = True) -> None:
        """Shut a person out of every way in, or let them in again. Raises: NotAllowed, NotFound, Conflict."""
        await self._spaces.suspend(caller, person_id, suspended=suspended)
        await self.refresh()

    # Signing in

    async def create_login_link(self, person_id: PersonId | None = None) -> LoginLink:
        """Make a token that signs one browser in, once, within ten minutes; as the owner by default.

        Raises: NotFound.
        """
        person = self._owner if person_id is None else self._index.person(person_id)
        if person is None:
            raise NotFound(what="person", id=(person_id or "")[:80])
        return await self._sessions.create_link(person)

    async def redeem(self, token: str) -> str:
        """Use a token up and return the secret of a new session. Raises: NotSignedIn."""
        secret = await self._sessions.redeem(token)
        await self.refresh()
        return secret

    async def sign_out(self, secret: str) -> None:
        """End one session; one that is not there is ended already."""
        caller = self.session(secret)
        if caller is not None:
            await self._sessions.end(caller, secret)
            await self.refresh()

    async def sign_out_everywhere(self, caller: Caller) -> int:
        """End every session of the caller's person; returns how many."""
        count = await self._sessions.end_all(caller)
        await self.refresh()
        return count

    # Keeping fresh

    def on_ended(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call ``listener`` on the loop with the ids of keys and sessions that stopped working or open less.

        Within 2 s of the act, whoever did it, or of the time that ran out.
        """
        self._mirror.on_ended.append(listener)

    def on_budget_change(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` on the loop with the id of each budget that is new, changed or gone."""
        self._mirror.on_budget_change.append(listener)

    async def refresh(self) -> None:
        """Read what changed since the last look, here or in another process. Raises: StorageError."""
        await self._mirror.refresh()

    async def look_again(self) -> None:
        """Take in what another process changed until now; all who ask meanwhile share one look.

        For a credential that is unknown here: it may have been made elsewhere a moment ago. While the
        database cannot be read nothing new is known.
        """
        if self._next_look is None:
            self._next_look = self._tasks.spawn(self._look(), name="accounts-look-again")
        await asyncio.shield(self._next_look)

    async def _look(self) -> None:
        await asyncio.sleep(max(0.0, self._looked_s + LOOK_AGAIN_S - self._clock.monotonic_s()))
        self._next_look = None  # who comes from here on may ask for what this look misses
        self._looked_s = self._clock.monotonic_s()
        try:
            await self.refresh()
        except SalonError as error:
            _log.warning("who may come in cannot be read anew: %s", error)

    async def _keep(self) -> None:
        touched_s = self._clock.monotonic_s()
        while True:
            await asyncio.sleep(REFRESH_S)
            self._mirror.tell_ended(self._index.over(self._clock.now_ms()))
            try:
                await self.refresh()
                if self._clock.monotonic_s() - touched_s >= TOUCH_S:
                    touched_s = self._clock.monotonic_s()
                    self._index.expire_sessions(self._clock.now_ms())
                    await self.write_last_used()
            except SalonError as error:
                _log.warning("who may come in cannot be read anew: %s", error)

    async def write_last_used(self) -> None:
        """Write when keys were used last. Raises: StorageError; then it is tried again later."""
        if not self._used:
            return
        used, self._used = self._used, {}
        scope = self._scope
        try:
            await self._storage.write(lambda tx: store.touch_keys(tx, scope, sorted(used.items())))
        except SalonError:
            self._used = {**used, **self._used}
            raise
