"""All SQL of sign-in links and browser sessions."""

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.foundation.accounts.store import next_version
from salon.foundation.accounts.tables import login_links, sessions
from salon.foundation.kit.caller import Scope
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.storage import Transaction, insert, statement

_INSERT_LINK = statement(insert(login_links))
_USE_LINK = statement(
    update(login_links)
    .where(
        login_links.c.token_hash == bindparam("token"),
        login_links.c.used_at_ms.is_(None),
        login_links.c.expires_at_ms > bindparam("now"),
    )
    .values(used_at_ms=bindparam("now"))
    .returning(login_links.c.person_id)
)
_FORGET_LINKS = statement(delete(login_links).where(login_links.c.expires_at_ms < bindparam("before")))
_INSERT_SESSION = statement(insert(sessions))
_SESSIONS_SINCE = statement(select(sessions).where(sessions.c.version > bindparam("version")))
_END_SESSION = statement(
    update(sessions)
    .where(sessions.c.secret_hash == bindparam("secret"), sessions.c.ended_at_ms.is_(None))
    .values(ended_at_ms=bindparam("now"), version=bindparam("new_version"))
)
_END_SESSIONS = statement(
    update(sessions)
    .where(sessions.c.person_id == bindparam("person"), sessions.c.ended_at_ms.is_(None))
    .values(ended_at_ms=bindparam("now"), version=bindparam("new_version"))
)


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One signed-in browser."""

    id: str
    space_id: SpaceId
    person_id: PersonId
    secret_hash: bytes
    created_at_ms: int
    expires_at_ms: int
    ended_at_ms: int | None = None


def insert_link(
    tx: Transaction,
    _scope: Scope,
    link_id: str,
    *,
    person_id: str,
    token_hash: bytes,
    now_ms: int,
    expires_at_ms: int,
) -> None:
    """Write a sign-in link, and forget those that expired a day ago."""
    tx.run(_FORGET_LINKS, before=now_ms - 86_400_000)
    tx.run(
        _INSERT_LINK,
        id=link_id,
        person_id=person_id,
        token_hash=token_hash,
        created_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
        used_at_ms=None,
    )


def use_link(tx: Transaction, _scope: Scope, token_hash: bytes, *, now_ms: int) -> PersonId | None:
    """Use a link up and return whom it signs in; None when it is unknown, used or too old."""
    row = tx.one(_USE_LINK, token=token_hash, now=now_ms)
    return None if row is None else PersonId(row[0])


def insert_session(tx: Transaction, scope: Scope, session: SessionRow) -> None:
    """Write a new session."""
    tx.run(_INSERT_SESSION, **msgspec.structs.asdict(session), version=next_version(tx, scope))


def sessions_since(tx: Transaction, _scope: Scope, version: int) -> list[SessionRow]:
    """Return every session changed after ``version``, ended ones too."""
    return [
        SessionRow(
            id=row[0],
            space_id=SpaceId(row[1]),
            person_id=PersonId(row[2]),
            secret_hash=bytes(row[3]),
            created_at_ms=row[4],
            expires_at_ms=row[5],
            ended_at_ms=row[6],
        )
        for row in tx.all(_SESSIONS_SINCE, version=version)
    ]


def end_session(tx: Transaction, scope: Scope, secret_hash: bytes, *, now_ms: int) -> bool:
    """End one session; False when it ended before."""
    return tx.run(_END_SESSION, secret=secret_hash, now=now_ms, new_version=next_version(tx, scope)) > 0


def end_sessions_of(tx: Transaction, scope: Scope, person_id: str, *, now_ms: int) -> int:
    """End every session of a person; returns how many."""
    return tx.run(_END_SESSIONS, person=person_id, now=now_ms, new_version=next_version(tx, scope))
