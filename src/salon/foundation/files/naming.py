"""Files that others name: whether they are there, looked up in the transaction that writes the name down."""

from collections.abc import Iterable

from salon.foundation.files import store
from salon.foundation.files.errors import FileMissing
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Transaction


def check_named(tx: Transaction, scope: SpaceScope, file_ids: Iterable[str]) -> None:
    """Refuse files that are not of the space. Raises: FileMissing."""
    for file_id in dict.fromkeys(file_ids):
        if store.get_reference(tx, scope, file_id) is None:
            raise FileMissing(id=file_id[:100])


def contents_in_use(tx: Transaction) -> set[str]:
    """Return the hashes of all content that any file, or anything made of one, refers to."""
    return store.referenced(tx, SystemScope("files: what a restored database refers to"))
