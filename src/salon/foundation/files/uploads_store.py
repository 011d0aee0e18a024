"""All SQL of files that arrive in parts."""

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.foundation.files.models import FileReference, Upload
from salon.foundation.files.tables import references, uploads
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, statement

_INSERT = statement(uploads.insert())
_GET = statement(
    select(uploads).where(uploads.c.id == bindparam("upload"), uploads.c.space_id == bindparam("space"))
)
_GET_ANY = statement(select(uploads).where(uploads.c.id == bindparam("upload")))
_ADVANCE = statement(
    update(uploads)
    .where(
        uploads.c.id == bindparam("upload"),
        uploads.c.space_id == bindparam("space"),
        uploads.c.status == "pending",
        uploads.c.received_bytes == bindparam("before_bytes"),
    )
    .values(received_bytes=bindparam("after_bytes"))
)
_END = statement(
    update(uploads)
    .where(
        uploads.c.id == bindparam("upload"),
        uploads.c.space_id == bindparam("space"),
        uploads.c.status == "pending",
    )
    .values(status=bindparam("new_status"), file_id=bindparam("new_file"))
)
_PARTS = statement(
    select(references)
    .where(references.c.upload_id == bindparam("upload"), references.c.space_id == bindparam("space"))
    .order_by(references.c.offset_bytes, references.c.id)
)
_FORGET = statement(delete(uploads).where(uploads.c.expires_at_ms < bindparam("before_ms")))


def insert_upload(tx: Transaction, scope: SpaceScope, upload: Upload) -> None:
    """Begin an upload."""
    assert upload.space_id == scope.space_id
    tx.run(_INSERT, **msgspec.structs.asdict(upload))


def get_upload(tx: Transaction, scope: SpaceScope, upload_id: str) -> Upload | None:
    """Return an upload of the space."""
    row = tx.one(_GET, upload=upload_id, space=scope.space_id)
    return None if row is None else _upload(row)


def get_any_upload(tx: Transaction, _scope: SystemScope, upload_id: str) -> Upload | None:
    """Return an upload of any space."""
    row = tx.one(_GET_ANY, upload=upload_id)
    return None if row is None else _upload(row)


def advance_upload(
    tx: Transaction, scope: SpaceScope, upload_id: str, *, before_bytes: int, after_bytes: int
) -> bool:
    """Count what was received; False if the upload ended, or somebody else sent that place meanwhile."""
    changed = tx.run(
        _ADVANCE, upload=upload_id, space=scope.space_id, before_bytes=before_bytes, after_bytes=after_bytes
    )
    return changed > 0


def end_upload(
    tx: Transaction, scope: SpaceScope, upload_id: str, *, status: str, file_id: str | None
) -> bool:
    """End an upload; False if it had ended before."""
    return tx.run(_END, upload=upload_id, space=scope.space_id, new_status=status, new_file=file_id) > 0


def parts_of(tx: Transaction, scope: SpaceScope, upload_id: str) -> list[FileReference]:
    """Return the parts of an upload, by their place where that is known."""
    rows = tx.all(_PARTS, upload=upload_id, space=scope.space_id)
    names = FileReference.__struct_fields__
    return [FileReference(**dict(zip(names, row, strict=True))) for row in rows]


def forget_uploads(tx: Transaction, _scope: SystemScope, *, before_ms: int) -> int:
    """Forget uploads that took no more parts since ``before_ms``; return how many."""
    return tx.run(_FORGET, before_ms=before_ms)


def _upload(row: Row) -> Upload:
    return Upload(**dict(zip(Upload.__struct_fields__, row, strict=True)))
