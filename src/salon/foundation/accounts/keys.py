"""Making, changing, rotating and revoking API keys. Each act is one transaction with its audit record.

Who comes with a key may manage only the keys made with it, and gives them at most its own rights: no
chain of calls ends with more than it began with.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from salon.foundation import audit
from salon.foundation.accounts import secrets, store
from salon.foundation.accounts.checks import check_limits, check_name, check_rights
from salon.foundation.accounts.index import Index
from salon.foundation.accounts.models import NO_LIMITS, ApiKey, KeyLimits, NewKey
from salon.foundation.accounts.spaces import replace_budget
from salon.foundation.accounts.store import KeyRow
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import KEY_RIGHTS, Caller, Right, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, NotAllowed, NotFound
from salon.foundation.kit.ids import KeyId, new_id
from salon.foundation.ledger import Budget
from salon.foundation.storage import ConstraintViolated, Storage, Transaction

GRACE_S: Final = 24 * 3600.0
"""How long the old secret of a rotated key works on, unless said otherwise."""
LONGEST_GRACE_S: Final = 90 * 24 * 3600.0
DEEPEST: Final = 8
"""How many keys may be above one: each request is counted at all of them."""

T = TypeVar("T")


class KeyService:
    """The acts on API keys. Call ``refresh`` after each: the index then knows it in this process."""

    def __init__(self, storage: Storage, clock: Clock, index: Index) -> None:
        self._storage = storage
        self._clock = clock
        self._index = index

    async def create(
        self,
        caller: Caller,
        name: str,
        *,
        limits: KeyLimits = NO_LIMITS,
        rights: frozenset[Right] = KEY_RIGHTS,
    ) -> NewKey:
        """Make a key. Raises: NotAllowed, InvalidRequest, Conflict for a name that is taken, or too deep."""
        _need(caller, Right.MANAGE_KEYS)
        now_ms = self._clock.now_ms()
        check_name(name)
        check_rights(caller, rights)
        check_limits(limits, now_ms=now_ms)
        if caller.key_id is not None and self._index.depth(caller.key_id) >= DEEPEST:
            raise Conflict(
                problem=f"Over this key there are {DEEPEST} others already. Make it with one of those."
            )
        secret = secrets.new_secret(secrets.KEY_PREFIX)
        key = ApiKey(
            id=KeyId(new_id("key")),
            space_id=caller.space_id,
            name=name,
            hint=secrets.hint_of(secret),
            rights=frozenset(str(right) for right in rights),
            limits=limits,
            parent_id=caller.key_id,
            created_by=caller.person_id,
            created_at_ms=now_ms,
            last_used_at_ms=None,
            revoked_at_ms=None,
        )
        row = KeyRow(
            key=key,
            person_id=caller.person_id,
            secret_hash=secrets.digest_of(secret),
            previous_hash=None,
            previous_until_ms=None,
            version=0,
        )

        def write(tx: Transaction) -> None:
            scope = SpaceScope(caller.space_id)
            store.insert_key(tx, scope, row)
            replace_budget(tx, scope, key.id, _budget(key), by=caller.person_id, now_ms=now_ms)
            _tell(tx, caller, "key.created", key, {"rights": sorted(key.rights), "limits": _shown(limits)})

        await self._write_named(write, name)
        return NewKey(key=key, secret=secret)

    async def update(
        self,
        caller: Caller,
        key_id: str,
        *,
        name: str | None = None,
        limits: KeyLimits | None = None,
        rights: frozenset[Right] | None = None,
    ) -> ApiKey:
        """Change a key; what is None stays. Raises: NotAllowed, NotFound, InvalidRequest, Conflict."""
        _need(caller, Right.MANAGE_KEYS)
        now_ms = self._clock.now_ms()
        if name is not None:
            check_name(name)
        if rights is not None:
            check_rights(caller, rights)
        if limits is not None:
            check_limits(limits, now_ms=now_ms)

        def write(tx: Transaction) -> ApiKey:
            scope = SpaceScope(caller.space_id)
            known = self._find(tx, caller, key_id).key
            changed = msgspec.structs.replace(
                known,
                name=known.name if name is None else name,
                limits=known.limits if limits is None else limits,
                rights=known.rights if rights is None else frozenset(str(right) for right in rights),
            )
            if not store.change_key(tx, scope, changed):
                raise NotFound(what="key", id=key_id)
            replace_budget(tx, scope, key_id, _budget(changed), by=caller.person_id, now_ms=now_ms)
            _tell(tx, caller, "key.updated", changed, _difference(known, changed))
            return changed

        return await self._write_named(write, name or "")

    async def rotate(self, caller: Caller, key_id: str, *, grace_s: float = GRACE_S) -> NewKey:
        """Give a key a new secret; the old one works on for ``grace_s``, then only the new one does.

        Raises: NotAllowed, NotFound.
        """
        _need(caller, Right.MANAGE_KEYS)
        until_ms = self._clock.now_ms() + round(max(0.0, min(grace_s, LONGEST_GRACE_S)) * 1000)
        secret = secrets.new_secret(secrets.KEY_PREFIX)

        def write(tx: Transaction) -> ApiKey:
            known = self._find(tx, caller, key_id).key
            hint = secrets.hint_of(secret)
            store.rotate_key(
                tx,
                SpaceScope(caller.space_id),
                key_id,
                secret_hash=secrets.digest_of(secret),
                hint=hint,
                previous_until_ms=until_ms,
            )
            _tell(tx, caller, "key.rotated", known, {"old_until_ms": until_ms})
            return msgspec.structs.replace(known, hint=hint)

        return NewKey(key=await self._storage.write(write), secret=secret)

    async def revoke(self, caller: Caller, key_id: str) -> None:
        """Stop a key, and every key made with it, from working. Raises: NotAllowed, NotFound."""
        _need(caller, Right.MANAGE_KEYS)
        now_ms = self._clock.now_ms()

        def write(tx: Transaction) -> None:
            scope = SpaceScope(caller.space_id)
            known = self._find(tx, caller, key_id).key
            for key in [known, *_made_with(tx, scope, known.id)]:
                if store.revoke_key(tx, scope, key.id, revoked_at_ms=now_ms):
                    _tell(tx, caller, "key.revoked", key, {"with": known.id} if key is not known else {})

        await self._storage.write(write)

    async def list(self, caller: Caller, *, revoked: bool = False) -> list[ApiKey]:
        """Return the keys the caller may manage, oldest first. Raises: NotAllowed."""
        _need(caller, Right.MANAGE_KEYS)
        rows = await self._storage.read(lambda tx: store.keys_of_space(tx, SpaceScope(caller.space_id)))
        return [
            row.key
            for row in rows
            if (revoked or row.key.revoked_at_ms is None) and self._manages(caller, row.key.id)
        ]

    async def get(self, caller: Caller, key_id: str) -> ApiKey:
        """Return one key the caller may manage. Raises: NotAllowed, NotFound."""
        _need(caller, Right.MANAGE_KEYS)
        return (await self._storage.read(lambda tx: self._find(tx, caller, key_id))).key

    def _find(self, tx: Transaction, caller: Caller, key_id: str) -> KeyRow:
        row = store.find_key(tx, SpaceScope(caller.space_id), key_id)
        # A key that is not the caller's to manage looks like one that does not exist.
        if row is None or row.key.revoked_at_ms is not None or not self._manages(caller, key_id):
            raise NotFound(what="key", id=key_id[:80])
        return row

    def _manages(self, caller: Caller, key_id: str) -> bool:
        return caller.key_id is None or self._index.descends(key_id, caller.key_id)

    async def _write_named(self, write: Callable[[Transaction], T], name: str) -> T:
        try:
            return await self._storage.write(write)
        except ConstraintViolated as error:
            raise Conflict(problem=f"There is already a key named “{name}”. Choose another name.") from error


def _need(caller: Caller, right: Right) -> None:
    if not caller.has(right):
        raise NotAllowed(right=str(right))


def _made_with(tx: Transaction, scope: SpaceScope, key_id: str) -> list[ApiKey]:
    keys = [row.key for row in store.keys_of_space(tx, scope)]
    found: list[ApiKey] = []
    makers = {key_id}
    for key in keys:  # oldest first: a maker comes before what it made
        if key.parent_id in makers:
            makers.add(key.id)
            found.append(key)
    return found


def _budget(key: ApiKey) -> Budget | None:
    limits = key.limits
    if limits.budget_e10 is None:
        return None
    return Budget(
        id=new_id("bud"),
        space_id=key.space_id,
        key_id=key.id,
        name=key.name,
        limit_e10=limits.budget_e10,
        period=limits.budget_period,
        zone=limits.budget_zone,
        currency=limits.budget_currency,
        allows_unpriced=limits.budget_allows_unpriced,
    )


def _tell(tx: Transaction, caller: Caller, action: str, key: ApiKey, detail: dict[str, object]) -> None:
    audit.record(tx, caller, action, key.id, {"name": key.name, **detail})
    publish(
        tx,
        SpaceScope(caller.space_id),
        Event(
            type=action, subject=key.id, data={"name": key.name}, created_by=caller.person_id or caller.key_id
        ),
    )


def _shown(limits: KeyLimits) -> dict[str, object]:
    shown: dict[str, object] = msgspec.to_builtins(limits)
    return shown


def _difference(before: ApiKey, after: ApiKey) -> dict[str, object]:
    changes: dict[str, object] = {}
    if before.name != after.name:
        changes["name_before"] = before.name
    if before.rights != after.rights:
        changes["rights"] = sorted(after.rights)
    if before.limits != after.limits:
        changes["limits"] = _shown(after.limits)
    return changes
