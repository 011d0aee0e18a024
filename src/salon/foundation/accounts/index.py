"""Who may come in, in memory: one dictionary from a secret's digest to an identity.

Everything effective is computed here when something changes, never per request: a key has at most the
rights, models, operations, rates and life of the key it was made with, and its requests are paid from
that one's budgets and counted against its rates too.
"""

from collections.abc import Iterable

import msgspec

from salon.foundation.accounts.models import KeyIdentity, KeyLimits, Lineage, Person, matches
from salon.foundation.accounts.session_store import SessionRow
from salon.foundation.accounts.store import KeyRow
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, Right
from salon.foundation.kit.regions import covers
from salon.foundation.ledger import Budget

FOREVER_MS = 2**62
NO_MODEL = ("",)
"""A pattern that no model's name matches; an empty tuple would allow all."""


class Entry:
    """What one secret opens, and until when."""

    __slots__ = ("identity", "key_id", "until_ms")

    def __init__(self, key_id: str, identity: KeyIdentity, until_ms: int) -> None:
        self.key_id = key_id
        self.identity = identity
        self.until_ms = until_ms


class Index:
    """Keys, sessions and people as of one version. One event loop."""

    def __init__(self) -> None:
        self.keys: dict[bytes, Entry] = {}
        self.sessions: dict[bytes, tuple[Caller, int]] = {}
        self._rows: dict[str, KeyRow] = {}
        self._children: dict[str, set[str]] = {}
        self._entries: dict[str, Entry] = {}
        self._digests: dict[str, tuple[bytes, ...]] = {}
        self._people: dict[str, Person] = {}
        self._sessions: dict[str, SessionRow] = {}
        self._budgets: dict[str, tuple[str, ...]] = {}
        """Budgets by the id of the key or space they belong to."""
        self._looked_at_ms = 0
        self._next_end_ms = 0
        """Before that nothing runs out of time."""

    def update(
        self,
        *,
        people: Iterable[Person] = (),
        keys: Iterable[KeyRow] = (),
        sessions: Iterable[SessionRow] = (),
        budgets: Iterable[Budget] | None = None,
    ) -> set[str]:
        """Take in changed rows; returns the ids of keys and sessions that stopped working or open less."""
        sessions_before = self._live_sessions()
        changed_people = {person.id: person for person in people}
        self._people |= changed_people
        stale: set[str] = {row.key.id for row in keys if self._take(row)}
        if budgets is not None:
            stale |= self._take_budgets(budgets)
        if changed_people:
            stale |= {row.key.id for row in self._rows.values() if row.person_id in changed_people}
        ended = self._recompute(stale)
        self._sessions |= {session.id: session for session in sessions}
        self._recompute_sessions()
        self._next_end_ms = 0
        return ended | (sessions_before - self._live_sessions())

    def over(self, now_ms: int) -> set[str]:
        """Return the ids of keys and sessions whose time has run out since the last call."""
        if self._looked_at_ms <= now_ms < self._next_end_ms:
            return set()
        since_ms, self._looked_at_ms = min(self._looked_at_ms, now_ms), now_ms
        ends = [(entry.until_ms, entry.key_id) for entry in self.keys.values()]
        ends += [(session.expires_at_ms, session.id) for session in self._sessions.values()]
        self._next_end_ms = min((end_ms for end_ms, _ in ends if end_ms > now_ms), default=FOREVER_MS)
        return {name for end_ms, name in ends if since_ms < end_ms <= now_ms}

    def _take(self, row: KeyRow) -> bool:
        known = self._rows.get(row.key.id)
        if known is not None and known.version >= row.version:
            return False
        self._rows[row.key.id] = row
        if row.key.parent_id is not None:
            self._children.setdefault(row.key.parent_id, set()).add(row.key.id)
        return True

    def _take_budgets(self, budgets: Iterable[Budget]) -> set[str]:
        fresh: dict[str, tuple[str, ...]] = {}
        for budget in budgets:
            owner = budget.key_id or budget.space_id
            fresh[owner] = (*fresh.get(owner, ()), budget.id)
        owners = {
            owner
            for owner in fresh.keys() | self._budgets.keys()
            if fresh.get(owner) != self._budgets.get(owner)
        }
        self._budgets = fresh
        return {
            row.key.id for row in self._rows.values() if row.key.id in owners or row.key.space_id in owners
        }

    def _recompute(self, stale: set[str]) -> set[str]:
        """Compute the entries of ``stale`` keys and of all made with them, parents first.

        Returns those that open less than before.
        """
        done: set[str] = set()
        narrowed: set[str] = set()
        for key_id in stale:
            waiting = [self._highest(key_id, stale)]
            while waiting:
                current = waiting.pop()
                if current in done:
                    continue
                done.add(current)
                if self._place(current):
                    narrowed.add(current)
                waiting.extend(self._children.get(current, ()))
        return narrowed

    def _highest(self, key_id: str, stale: set[str]) -> str:
        highest = current = key_id
        while current := self._parent_of(current):
            if current in stale:
                highest = current
        return highest

    def _parent_of(self, key_id: str) -> str:
        row = self._rows.get(key_id)
        return (row.key.parent_id or "") if row is not None else ""

    def _place(self, key_id: str) -> bool:
        """Compute what a key opens; tells whether that is less than before."""
        had, old_digests = self._entries.pop(key_id, None), self._digests.pop(key_id, ())
        for digest in old_digests:
            self.keys.pop(digest, None)
        row = self._rows.get(key_id)
        entry = None if row is None else self._entry(row)
        if row is None or entry is None:
            return had is not None
        self._entries[key_id] = entry
        self.keys[row.secret_hash] = entry
        digests = [row.secret_hash]
        if row.previous_hash is not None and row.previous_until_ms is not None:
            self.keys[row.previous_hash] = Entry(
                key_id, entry.identity, min(entry.until_ms, row.previous_until_ms)
            )
            digests.append(row.previous_hash)
        self._digests[key_id] = tuple(digests)
        return had is not None and (
            not set(old_digests) <= set(digests) or _opens_less(had.identity, entry.identity)
        )

    def _entry(self, row: KeyRow) -> Entry | None:
        key = row.key
        person = self._people.get(row.person_id) if row.person_id is not None else None
        if key.revoked_at_ms is not None or (person is not None and person.suspended_at_ms is not None):
            return None
        rights = frozenset(Right(name) for name in key.rights if name in OWNER_RIGHTS)
        limits, until_ms = key.limits, key.limits.expires_at_ms or FOREVER_MS
        budgets = [*self._budgets.get(key.id, ()), *self._budgets.get(key.space_id, ())]
        lineage: Lineage | None = None
        if key.parent_id is not None:
            parent = self._entries.get(key.parent_id)
            if parent is None:
                return None
            rights &= parent.identity.caller.rights
            limits = within(limits, parent.identity.limits)
            until_ms = min(until_ms, parent.until_ms)
            budgets += parent.identity.budget_ids
            lineage = _below(parent.identity)
        caller = Caller(
            kind="key", space_id=key.space_id, person_id=row.person_id, key_id=key.id, rights=rights
        )
        identity = KeyIdentity(
            caller=caller,
            limits=limits,
            name=key.name,
            budget_ids=tuple(sorted(set(budgets))),
            lineage=lineage,
        )
        return Entry(key.id, identity, until_ms)

    def identity_of(self, key_id: str) -> KeyIdentity | None:
        """Return whom requests with a key act as; None when it does not work any more."""
        entry = self._entries.get(key_id)
        return entry.identity if entry is not None else None

    def identity_until(self, key_id: str, now_ms: int) -> KeyIdentity | None:
        """Return whom requests with a key act as at ``now_ms``; None when it does not work any more."""
        entry = self._entries.get(key_id)
        return entry.identity if entry is not None and now_ms < entry.until_ms else None

    def descends(self, key_id: str, ancestor_id: str) -> bool:
        """Tell whether a key was made with another, directly or not."""
        current = self._parent_of(key_id)
        while current and current != ancestor_id:
            current = self._parent_of(current)
        return bool(current)

    def depth(self, key_id: str) -> int:
        """Return how many keys are above one."""
        count = 0
        while key_id := self._parent_of(key_id):
            count += 1
        return count

    def names_of(self, space_id: str) -> dict[str, str]:
        """Return the names of a space's keys, live or not."""
        return {row.key.id: row.key.name for row in self._rows.values() if row.key.space_id == space_id}

    def name_of(self, space_id: str, author_id: str) -> str | None:
        """Return the present name of a person or key of a space, live or not; None for anybody else's."""
        person, row = self._people.get(author_id), self._rows.get(author_id)
        if person is not None:
            return person.name if person.space_id == space_id else None
        return row.key.name if row is not None and row.key.space_id == space_id else None

    def person(self, person_id: str) -> Person | None:
        """Return a person."""
        return self._people.get(person_id)

    def budgets_of(self, owner_id: str) -> tuple[str, ...]:
        """Return the budgets of a key or a space."""
        return self._budgets.get(owner_id, ())

    # Sessions

    def _live_sessions(self) -> set[str]:
        return {session.id for session in self._sessions.values() if session.secret_hash in self.sessions}

    def _recompute_sessions(self) -> None:
        live: dict[bytes, tuple[Caller, int]] = {}
        for session in list(self._sessions.values()):
            if session.ended_at_ms is not None:
                del self._sessions[session.id]
                continue
            person = self._people.get(session.person_id)
            if person is not None and person.suspended_at_ms is None:
                live[session.secret_hash] = (caller_of(person), session.expires_at_ms)
        self.sessions = live

    def expire_sessions(self, now_ms: int) -> None:
        """Forget sessions that are over."""
        for session in list(self._sessions.values()):
            if session.expires_at_ms <= now_ms:
                del self._sessions[session.id]
                self.sessions.pop(session.secret_hash, None)


def caller_of(person: Person) -> Caller:
    """Return the caller a signed-in person acts as."""
    owns = person.role == "owner"
    return Caller(
        kind="owner" if owns else "person",
        space_id=person.space_id,
        person_id=person.id,
        rights=OWNER_RIGHTS if owns else frozenset({Right.USE_MODELS, Right.READ_USAGE}),
    )


def _opens_less(before: KeyIdentity, now: KeyIdentity) -> bool:
    """Tell whether some endpoint may not be open any more."""
    return not before.caller.rights <= now.caller.rights or before.limits.operations != now.limits.operations


def _below(parent: KeyIdentity) -> Lineage:
    """Return where a key stands that was made with ``parent``."""
    name, above = parent.counter_key, parent.lineage
    own = ((name, parent.limits),) if parent.limits.counts_anything() else ()
    return (
        Lineage(root=name, counters=own)
        if above is None
        else Lineage(root=above.root, counters=own + above.counters)
    )


def within(limits: KeyLimits, outer: KeyLimits) -> KeyLimits:
    """Return ``limits`` cut down to what ``outer`` allows."""
    if outer == KeyLimits():
        return limits
    return msgspec.structs.replace(
        limits,
        requests_per_minute=_smaller(limits.requests_per_minute, outer.requests_per_minute),
        tokens_per_minute=_smaller(limits.tokens_per_minute, outer.tokens_per_minute),
        concurrency=_smaller(limits.concurrency, outer.concurrency),
        models=_narrower_models(limits.models, outer.models),
        operations=_narrower_operations(limits.operations, outer.operations),
        expires_at_ms=_smaller(limits.expires_at_ms, outer.expires_at_ms),
        regions=_narrower_regions(limits.regions, outer.regions),
        promises=tuple(dict.fromkeys((*limits.promises, *outer.promises))),
    )


def _smaller(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _narrower_models(models: tuple[str, ...], outer: tuple[str, ...]) -> tuple[str, ...]:
    if not outer or not models:
        return models or outer
    # A pattern that matches another, read as text, matches everything that one does.
    kept = [model for model in models if any(matches(pattern, model) for pattern in outer)]
    kept += [pattern for pattern in outer if any(matches(model, pattern) for model in models)]
    return tuple(dict.fromkeys(kept)) or NO_MODEL


def _narrower_regions(regions: tuple[str, ...], outer: tuple[str, ...]) -> tuple[str, ...]:
    if not outer or not regions:
        return regions or outer
    kept = [one for one in regions if any(covers(other, one) for other in outer)]
    kept += [one for one in outer if any(covers(other, one) for other in regions)]
    return tuple(dict.fromkeys(kept)) or NO_MODEL


def _narrower_operations(operations: tuple[str, ...], outer: tuple[str, ...]) -> tuple[str, ...]:
    if not outer or not operations:
        return operations or outer
    return tuple(name for name in operations if name in outer) or NO_MODEL
