"""All SQL of which files messages name: written with them, and read when something is erased."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from salon.features.conversations.models import Message
from salon.features.conversations.named_files import named_in
from salon.features.conversations.tables import message_files
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, insert, statement

_INSERT = statement(insert(message_files).on_conflict_do_nothing(index_elements=["message_id", "file_id"]))
_of_messages = (
    message_files.c.message_id.in_(bindparam("keys", expanding=True)),
    message_files.c.space_id == bindparam("space"),
)
_FILES = statement(select(message_files.c.file_id).where(*_of_messages).distinct())
_DELETE = statement(delete(message_files).where(*_of_messages))
_USER = statement(
    select(message_files.c.message_id)
    .where(message_files.c.file_id == bindparam("file"), message_files.c.space_id == bindparam("space"))
    .limit(1)
)


def note_files(tx: Transaction, new: Sequence[Message]) -> None:
    """Write down which files of the house new messages name."""
    rows = [
        {"message_id": message.id, "file_id": file_id, "space_id": message.space_id}
        for message in new
        for file_id in named_in((message.content,))
    ]
    if rows:
        tx.many(_INSERT, rows)


def take_files(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> list[str]:
    """Return the files that messages name, and forget that they do."""
    found = [str(row[0]) for row in tx.all(_FILES, keys=list(message_ids), space=scope.space_id)]
    if found:
        tx.run(_DELETE, keys=list(message_ids), space=scope.space_id)
    return found


def is_named(tx: Transaction, scope: SpaceScope, file_id: str) -> bool:
    """Tell whether any message of the space names a file."""
    return tx.one(_USER, file=file_id, space=scope.space_id) is not None
