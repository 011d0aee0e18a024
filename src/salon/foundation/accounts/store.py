"""All SQL of spaces, people and API keys.

Each change of what may come in takes the next number of one counter, in the order of the commits. A
process that has seen a number finds everything newer by it.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import BigInteger, bindparam, func, select, update

from salon.foundation.accounts.models import ApiKey, KeyLimits, Person
from salon.foundation.accounts.tables import api_keys, people, spaces, versions
from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.kit.ids import KeyId, PersonId, SpaceId
from salon.foundation.storage import Row, Transaction, insert, statement

TURN: Final = "accounts"

_MAKE_VERSION = statement(insert(versions).on_conflict_do_nothing(index_elements=["id"]))
_NEXT_VERSION = statement(
    update(versions)
    .where(versions.c.id == 1)
    .values(version=versions.c.version + 1)
    .returning(versions.c.version)
)
_VERSION = statement(select(versions.c.version).where(versions.c.id == 1))

_INSERT_SPACE = statement(insert(spaces))
_INSERT_PERSON = statement(insert(people))
_OWNER = statement(select(people).where(people.c.role == "owner").order_by(people.c.created_at_ms).limit(1))
_PERSON = statement(select(people).where(people.c.id == bindparam("id")))
_PEOPLE_SINCE = statement(select(people).where(people.c.version > bindparam("version")))
_SUSPEND = statement(
    update(people)
    .where(people.c.id == bindparam("which"))
    .values(suspended_at_ms=bindparam("suspended_at_ms"), version=bindparam("new_version"))
)

_INSERT_KEY = statement(insert(api_keys))
_KEYS_SINCE = statement(
    select(api_keys).where(api_keys.c.version > bindparam("version")).order_by(api_keys.c.id)
)
_KEY = statement(select(api_keys).where(api_keys.c.id == bindparam("id")))
_KEYS_OF_SPACE = statement(
    select(api_keys)
    .where(api_keys.c.space_id == bindparam("space_id"))
    .order_by(api_keys.c.created_at_ms, api_keys.c.id)
)
_CHANGE_KEY = statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("which"), api_keys.c.revoked_at_ms.is_(None))
    .values(
        name=bindparam("name"),
        rights=bindparam("rights"),
        limits=bindparam("limits"),
        version=bindparam("new_version"),
    )
)
_ROTATE_KEY = statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("which"), api_keys.c.revoked_at_ms.is_(None))
    .values(
        previous_hash=api_keys.c.secret_hash,
        previous_until_ms=bindparam("previous_until_ms"),
        secret_hash=bindparam("secret_hash"),
        hint=bindparam("hint"),
        version=bindparam("new_version"),
    )
)
_REVOKE_KEY = statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("which"), api_keys.c.revoked_at_ms.is_(None))
    .values(revoked_at_ms=bindparam("revoked_at_ms"), version=bindparam("new_version"))
)
_TOUCH_KEY = statement(
    update(api_keys)
    .where(
        api_keys.c.id == bindparam("which"),
        func.coalesce(api_keys.c.last_used_at_ms, 0) < bindparam("used", type_=BigInteger),
    )
    .values(last_used_at_ms=bindparam("used", type_=BigInteger))
)


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key with what its secret is checked against."""

    key: ApiKey
    person_id: PersonId | None
    secret_hash: bytes
    previous_hash: bytes | None
    previous_until_ms: int | None
    version: int


def make_version(tx: Transaction, _scope: Scope) -> None:
    """Make the counter of changes, if it is not there."""
    tx.run(_MAKE_VERSION, id=1, version=0)


def next_version(tx: Transaction, _scope: Scope) -> int:
    """Count a change; only one transaction at a time has a number that is not committed."""
    tx.take_turn(TURN)
    row = tx.one(_NEXT_VERSION)
    assert row is not None, "the counter is made at the start"
    return int(row[0])


def current_version(tx: Transaction, _scope: Scope) -> int:
    """Return the number of the last committed change."""
    row = tx.one(_VERSION)
    return 0 if row is None else int(row[0])


def insert_space(
    tx: Transaction, _scope: Scope, space_id: SpaceId, *, kind: str, name: str, now_ms: int
) -> None:
    """Write a new space."""
    tx.run(
        _INSERT_SPACE,
        id=space_id,
        kind=kind,
        name=name,
        created_by=None,
        created_at_ms=now_ms,
        archived_at_ms=None,
    )


def insert_person(tx: Transaction, scope: Scope, person: Person, *, now_ms: int) -> None:
    """Write a new person."""
    tx.run(
        _INSERT_PERSON,
        id=person.id,
        space_id=person.space_id,
        name=person.name,
        role=person.role,
        created_by=None,
        created_at_ms=now_ms,
        suspended_at_ms=person.suspended_at_ms,
        version=next_version(tx, scope),
    )


def find_owner(tx: Transaction, _scope: Scope) -> Person | None:
    """Return the owner of this installation."""
    row = tx.one(_OWNER)
    return None if row is None else _person(row)


def find_person(tx: Transaction, _scope: Scope, person_id: str) -> Person | None:
    """Return a person."""
    row = tx.one(_PERSON, id=person_id)
    return None if row is None else _person(row)


def people_since(tx: Transaction, _scope: Scope, version: int) -> list[Person]:
    """Return everyone changed after ``version``."""
    return [_person(row) for row in tx.all(_PEOPLE_SINCE, version=version)]


def suspend_person(tx: Transaction, scope: Scope, person_id: str, *, suspended_at_ms: int | None) -> bool:
    """Shut a person out, or let them in again with None."""
    new_version = next_version(tx, scope)
    return tx.run(_SUSPEND, which=person_id, suspended_at_ms=suspended_at_ms, new_version=new_version) > 0


def insert_key(tx: Transaction, scope: Scope, row: KeyRow) -> None:
    """Write a new key. Raises: ConstraintViolated when a live key of the space has its name."""
    key = row.key
    tx.run(
        _INSERT_KEY,
        id=key.id,
        space_id=key.space_id,
        person_id=row.person_id,
        parent_id=key.parent_id,
        name=key.name,
        hint=key.hint,
        secret_hash=row.secret_hash,
        previous_hash=None,
        previous_until_ms=None,
        rights=_json(sorted(key.rights)),
        limits=_json(key.limits),
        created_by=key.created_by,
        created_at_ms=key.created_at_ms,
        last_used_at_ms=None,
        revoked_at_ms=None,
        version=next_version(tx, scope),
    )


def keys_since(tx: Transaction, _scope: Scope, version: int) -> list[KeyRow]:
    """Return every key changed after ``version``, revoked ones too."""
    return [_key_row(row) for row in tx.all(_KEYS_SINCE, version=version)]


def keys_of_space(tx: Transaction, scope: SpaceScope) -> list[KeyRow]:
    """Return every key of a space, oldest first."""
    return [_key_row(row) for row in tx.all(_KEYS_OF_SPACE, space_id=scope.space_id)]


def find_key(tx: Transaction, scope: Scope, key_id: str) -> KeyRow | None:
    """Return a key of the scope, revoked or not."""
    row = tx.one(_KEY, id=key_id)
    found = None if row is None else _key_row(row)
    if found is not None and isinstance(scope, SpaceScope) and found.key.space_id != scope.space_id:
        return None
    return found


def change_key(tx: Transaction, scope: Scope, key: ApiKey) -> bool:
    """Write name, rights and limits of a live key; False when it was revoked meanwhile."""
    return (
        tx.run(
            _CHANGE_KEY,
            which=key.id,
            name=key.name,
            rights=_json(sorted(key.rights)),
            limits=_json(key.limits),
            new_version=next_version(tx, scope),
        )
        > 0
    )


def rotate_key(
    tx: Transaction, scope: Scope, key_id: str, *, secret_hash: bytes, hint: str, previous_until_ms: int
) -> bool:
    """Give a live key a new secret; the old one works until ``previous_until_ms``."""
    new_version = next_version(tx, scope)
    return (
        tx.run(
            _ROTATE_KEY,
            which=key_id,
            secret_hash=secret_hash,
            hint=hint,
            previous_until_ms=previous_until_ms,
            new_version=new_version,
        )
        > 0
    )


def revoke_key(tx: Transaction, scope: Scope, key_id: str, *, revoked_at_ms: int) -> bool:
    """Stop a key from working; False when it was revoked before."""
    new_version = next_version(tx, scope)
    return tx.run(_REVOKE_KEY, which=key_id, revoked_at_ms=revoked_at_ms, new_version=new_version) > 0


def touch_keys(tx: Transaction, _scope: Scope, used: Iterable[tuple[str, int]]) -> None:
    """Note when keys were used last; an older time changes nothing."""
    for key_id, used_at_ms in used:
        tx.run(_TOUCH_KEY, which=key_id, used=used_at_ms)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _person(row: Row) -> Person:
    return Person(
        id=PersonId(row[0]), space_id=SpaceId(row[1]), name=row[2], role=row[3], suspended_at_ms=row[6]
    )


def _key_row(row: Row) -> KeyRow:
    key = ApiKey(
        id=KeyId(row[0]),
        space_id=SpaceId(row[1]),
        name=row[4],
        hint=row[5],
        rights=frozenset(msgspec.json.decode(row[9], type=list[str])),
        limits=msgspec.json.decode(row[10], type=KeyLimits),
        parent_id=None if row[3] is None else KeyId(row[3]),
        created_by=row[11],
        created_at_ms=row[12],
        last_used_at_ms=row[13],
        revoked_at_ms=row[14],
    )
    return KeyRow(
        key=key,
        person_id=None if row[2] is None else PersonId(row[2]),
        secret_hash=bytes(row[6]),
        previous_hash=None if row[7] is None else bytes(row[7]),
        previous_until_ms=row[8],
        version=row[15],
    )
