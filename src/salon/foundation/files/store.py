"""All SQL of the files."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, func, select, update

from salon.foundation.files.derivatives_store import delete_derivatives
from salon.foundation.files.errors import QuotaExceeded
from salon.foundation.files.models import FileQuery, FileReference, Usage
from salon.foundation.files.tables import blobs, derivatives, references, usage
from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.kit.errors import Overloaded
from salon.foundation.storage import Row, Statement, Transaction, insert, statement

_new_blob = insert(blobs)
_CLAIM = statement(
    _new_blob.on_conflict_do_update(
        index_elements=["hash"],
        set_={"touched_at_ms": _new_blob.excluded.touched_at_ms, "deleting_at_ms": None},
        where=blobs.c.deleting_at_ms.is_(None) | (blobs.c.deleting_at_ms < bindparam("stale_before_ms")),
    )
)
_INSERT = statement(references.insert())
_GET = statement(
    select(references).where(
        references.c.id == bindparam("file_id"), references.c.space_id == bindparam("space")
    )
)


def _list(*, is_ascending: bool, has_purpose: bool) -> Statement:
    """Return the statement of one page."""
    place = references.c.id
    wanted = [references.c.purpose == bindparam("purpose")] if has_purpose else []
    return statement(
        select(references)
        .where(
            references.c.space_id == bindparam("space"),
            place > bindparam("after") if is_ascending else place < bindparam("after"),
            references.c.upload_id.is_(None),
            references.c.expires_at_ms.is_(None) | (references.c.expires_at_ms > bindparam("now_ms")),
            *wanted,
        )
        .order_by(place if is_ascending else place.desc())
        .limit(bindparam("limit"))
    )


_LISTS = {
    (way, wish): _list(is_ascending=way, has_purpose=wish) for way in (False, True) for wish in (False, True)
}
_OF_PURPOSE = statement(
    select(references).where(
        references.c.space_id == bindparam("space"),
        references.c.purpose == bindparam("purpose"),
        references.c.upload_id.is_(None),
    )
)
_NEWEST = "fil_" + "z" * 26
"""After every id, in the order of every database."""
_EXPIRED = statement(
    select(references)
    .where(references.c.expires_at_ms <= bindparam("now_ms"))
    .order_by(references.c.expires_at_ms)
    .limit(bindparam("limit"))
)
_DELETE = statement(
    delete(references).where(
        references.c.id == bindparam("file_id"), references.c.space_id == bindparam("space")
    )
)
_TOUCH = statement(
    update(blobs).where(blobs.c.hash == bindparam("the_hash")).values(touched_at_ms=bindparam("now_ms"))
)
_LET_GO = statement(
    update(blobs).where(blobs.c.hash.in_(bindparam("hashes", expanding=True))).values(touched_at_ms=0)
)
_CONFIRM = statement(
    update(blobs)
    .where(blobs.c.hash == bindparam("the_hash"), blobs.c.deleting_at_ms.is_(None))
    .values(touched_at_ms=bindparam("now_ms"))
)
_new_usage = insert(usage)
_ADD_USAGE = statement(
    _new_usage.on_conflict_do_update(
        index_elements=["space_id"],
        set_={
            "size_bytes": usage.c.size_bytes + _new_usage.excluded.size_bytes,
            "files": usage.c.files + _new_usage.excluded.files,
        },
    ).returning(usage.c.size_bytes)
)
_USAGE = statement(select(usage.c.size_bytes, usage.c.files).where(usage.c.space_id == bindparam("space")))
_RECOUNT = statement(
    select(func.coalesce(func.sum(references.c.size_bytes), 0), func.count()).where(
        references.c.space_id == bindparam("space")
    )
)
_RECOUNT_MADE = statement(
    select(func.coalesce(func.sum(derivatives.c.size_bytes), 0)).where(
        derivatives.c.space_id == bindparam("space")
    )
)
_is_referenced = exists().where(references.c.hash == blobs.c.hash) | exists().where(
    derivatives.c.hash == blobs.c.hash
)
_DOOMED = statement(
    select(blobs.c.hash)
    .where(blobs.c.touched_at_ms < bindparam("before_ms"), ~_is_referenced)
    .limit(bindparam("limit"))
)
_REFERENCED = statement(select(blobs.c.hash).where(_is_referenced))
_DOOM = statement(
    update(blobs)
    .where(
        blobs.c.hash == bindparam("the_hash"),
        blobs.c.touched_at_ms < bindparam("before_ms"),
        ~_is_referenced,
    )
    .values(deleting_at_ms=bindparam("now_ms"))
)
_BURY = statement(
    delete(blobs).where(
        blobs.c.hash == bindparam("the_hash"), blobs.c.deleting_at_ms == bindparam("deleting_ms")
    )
)


def claim_blob(
    tx: Transaction, _scope: SystemScope, hash_: str, *, size_bytes: int, now_ms: int, stale_before_ms: int
) -> bool:
    """Keep content from being collected while it is uploaded; False while it is being deleted."""
    changed = tx.run(
        _CLAIM,
        hash=hash_,
        size_bytes=size_bytes,
        touched_at_ms=now_ms,
        deleting_at_ms=None,
        stale_before_ms=stale_before_ms,
    )
    return changed > 0


def insert_reference(
    tx: Transaction, scope: SpaceScope, file: FileReference, *, quota_bytes: int | None
) -> None:
    """Add a space's reference and count it.

    Raises: QuotaExceeded; Overloaded if the content was collected while it was uploaded.
    """
    assert file.space_id == scope.space_id
    if not tx.run(_CONFIRM, the_hash=file.hash, now_ms=file.created_at_ms):
        raise Overloaded(retry_after_s=1)
    total = tx.one(_ADD_USAGE, space_id=scope.space_id, size_bytes=file.size_bytes, files=1)
    if total is not None and quota_bytes is not None and total[0] > quota_bytes:
        raise QuotaExceeded(quota_bytes)
    tx.run(_INSERT, **_values(file))


def get_reference(tx: Transaction, scope: SpaceScope, file_id: str) -> FileReference | None:
    """Return a reference of the space, expired or a part of an upload as it may be."""
    row = tx.one(_GET, file_id=file_id, space=scope.space_id)
    return None if row is None else _reference(row)


def list_references(
    tx: Transaction, scope: SpaceScope, query: FileQuery, *, now_ms: int
) -> list[FileReference]:
    """Return a space's files that have not expired, without parts of uploads."""
    first = "" if query.is_ascending else _NEWEST
    asked: dict[str, Any] = {"space": scope.space_id, "after": query.after or first, "now_ms": now_ms}
    if query.purpose:
        asked["purpose"] = query.purpose
    rows = tx.all(_LISTS[query.is_ascending, bool(query.purpose)], limit=query.limit, **asked)
    return [_reference(row) for row in rows]


def references_for(tx: Transaction, scope: SpaceScope, purpose: str) -> list[FileReference]:
    """Return all files of the space that are kept for a purpose, expired as they may be."""
    return [_reference(row) for row in tx.all(_OF_PURPOSE, space=scope.space_id, purpose=purpose)]


def expired_references(
    tx: Transaction, _scope: SystemScope, *, now_ms: int, limit: int = 200
) -> list[FileReference]:
    """Return files and parts of uploads whose time is over."""
    return [_reference(row) for row in tx.all(_EXPIRED, now_ms=now_ms, limit=limit)]


def delete_reference(tx: Transaction, scope: SpaceScope, file_id: str, *, now_ms: int) -> bool:
    """Remove a reference and what was made of it; content goes when nothing refers to it any more."""
    file = get_reference(tx, scope, file_id)
    if file is None:
        return False
    delete_derivatives(tx, scope, file_id, now_ms=now_ms)
    tx.run(_DELETE, file_id=file_id, space=scope.space_id)
    tx.run(_TOUCH, the_hash=file.hash, now_ms=now_ms)
    tx.one(_ADD_USAGE, space_id=scope.space_id, size_bytes=-file.size_bytes, files=-1)
    return True


def hold_count(tx: Transaction, scope: SpaceScope) -> None:
    """Have files of the space stored and removed before or after this transaction, and none beside it."""
    tx.one(_ADD_USAGE, space_id=scope.space_id, size_bytes=0, files=0)


def let_go(tx: Transaction, _scope: SpaceScope, hashes: Sequence[str]) -> None:
    """Let the collector take content at its next look, if nothing refers to it by then."""
    tx.run(_LET_GO, hashes=list(hashes))


def usage_of(tx: Transaction, scope: SpaceScope) -> Usage:
    """Return what a space stores, as counted."""
    return _usage(tx.one(_USAGE, space=scope.space_id))


def recount(tx: Transaction, scope: SpaceScope) -> Usage:
    """Return what a space stores, by adding it up."""
    files, made = tx.one(_RECOUNT, space=scope.space_id), tx.one(_RECOUNT_MADE, space=scope.space_id)
    counted = _usage(files)
    more = int(made[0]) if made is not None else 0
    return Usage(size_bytes=counted.size_bytes + more, files=counted.files)


def unreferenced(tx: Transaction, _scope: Scope, *, before_ms: int, limit: int = 200) -> list[str]:
    """Return content that nothing refers to and nobody touched since ``before_ms``."""
    return [str(row[0]) for row in tx.all(_DOOMED, before_ms=before_ms, limit=limit)]


def referenced(tx: Transaction, _scope: SystemScope) -> set[str]:
    """Return the content that something refers to."""
    return {str(row[0]) for row in tx.all(_REFERENCED)}


def doom(tx: Transaction, _scope: SystemScope, hash_: str, *, before_ms: int, now_ms: int) -> bool:
    """Mark content as being deleted, if still nothing refers to it."""
    return tx.run(_DOOM, the_hash=hash_, before_ms=before_ms, now_ms=now_ms) > 0


def bury(tx: Transaction, _scope: SystemScope, hash_: str, *, now_ms: int) -> None:
    """Forget deleted content, unless an upload has claimed it since."""
    tx.run(_BURY, the_hash=hash_, deleting_ms=now_ms)


def _usage(row: Row | None) -> Usage:
    return Usage(size_bytes=0, files=0) if row is None else Usage(size_bytes=int(row[0]), files=int(row[1]))


def _values(file: FileReference) -> Mapping[str, Any]:
    return msgspec.structs.asdict(file)


def _reference(row: Row) -> FileReference:
    return FileReference(**dict(zip(FileReference.__struct_fields__, row, strict=True)))
