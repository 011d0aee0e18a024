"""Writes and lists the rows of requests and attempts."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, bindparam, or_, select

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.ledger.models import AttemptEntry, RequestEntry, only_attempt
from salon.foundation.ledger.sums_store import note_late
from salon.foundation.ledger.tables import attempts, requests
from salon.foundation.storage import Row, Transaction, insert, statement

_INSERT_REQUESTS = statement(insert(requests))
_INSERT_ATTEMPTS = statement(insert(attempts))
_OF_REQUEST = statement(select(requests).where(requests.c.request_id == bindparam("request_id")))
_ATTEMPTS_OF_REQUEST = statement(
    select(attempts).where(attempts.c.request_id == bindparam("request_id")).order_by(attempts.c.number)
)
_BEFORE = and_(
    requests.c.started_at_ms <= bindparam("before_ms"),
    or_(requests.c.started_at_ms < bindparam("before_ms"), requests.c.request_id < bindparam("before_id")),
)
_PAGE = (
    select(requests).where(_BEFORE).order_by(requests.c.started_at_ms.desc(), requests.c.request_id.desc())
)
_PAGES = {
    (spaced, keyed): statement(
        _PAGE.where(
            *([requests.c.space_id == bindparam("space_id")] if spaced else []),
            *([requests.c.key_id == bindparam("key_id")] if keyed else []),
        ).limit(bindparam("limit"))
    )
    for spaced in (True, False)
    for keyed in (True, False)
}

_REQUEST_FIELDS = RequestEntry.__struct_fields__
_ATTEMPT_FIELDS = AttemptEntry.__struct_fields__


def insert_entries(
    tx: Transaction, scope: Scope, entries: Sequence[RequestEntry], tried: Sequence[AttemptEntry]
) -> None:
    """Write rows of requests and of their attempts. Raises: ConstraintViolated on a known request id."""
    note_late(tx, scope, entries)
    tx.many(_INSERT_REQUESTS, [msgspec.structs.astuple(entry) for entry in entries])
    tx.many(_INSERT_ATTEMPTS, [msgspec.structs.astuple(attempt) for attempt in tried])


def find_request(tx: Transaction, scope: Scope, request_id: str) -> RequestEntry | None:
    """Return one request of the scope."""
    row = tx.one(_OF_REQUEST, request_id=request_id)
    if row is None:
        return None
    entry = _request(row)
    return None if isinstance(scope, SpaceScope) and entry.space_id != scope.space_id else entry


def attempts_of(tx: Transaction, _scope: Scope, entry: RequestEntry) -> list[AttemptEntry]:
    """Return the attempts of a request the scope was already checked for, in order."""
    if entry.attempt_ms is not None:
        return [only_attempt(entry)]
    return [
        AttemptEntry(**dict(zip(_ATTEMPT_FIELDS, row, strict=True)))
        for row in tx.all(_ATTEMPTS_OF_REQUEST, request_id=entry.request_id)
    ]


def page_of_requests(
    tx: Transaction, scope: Scope, *, key_id: str | None, before: tuple[int, str], limit: int
) -> list[RequestEntry]:
    """Return requests that started before ``before`` (time, id), newest first."""
    params: dict[str, object] = {"before_ms": before[0], "before_id": before[1], "limit": limit}
    if isinstance(scope, SpaceScope):
        params["space_id"] = scope.space_id
    if key_id is not None:
        params["key_id"] = key_id
    rows = tx.all(_PAGES[isinstance(scope, SpaceScope), key_id is not None], **params)
    return [_request(row) for row in rows]


def _request(row: Row) -> RequestEntry:
    return RequestEntry(**dict(zip(_REQUEST_FIELDS, row, strict=True)))
