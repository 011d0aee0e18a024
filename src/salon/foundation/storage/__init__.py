"""Storage: one way to write and read, on SQLite and PostgreSQL.

Stores are synchronous functions of a ``Transaction``. ``await storage.write(fn)`` returns after COMMIT;
``await storage.read(fn)`` sees one snapshot. Statements are SQLAlchemy Core, kept at module level::

    _INSERT_KEY = statement(keys.insert())

    def insert_key(tx: Transaction, scope: Scope, key: Key) -> None:
        tx.run(_INSERT_KEY, id=key.id, …)
"""

from sqlalchemy.dialects.sqlite.dml import insert

from salon.foundation.storage.base import Storage
from salon.foundation.storage.errors import ConstraintViolated
from salon.foundation.storage.opening import open_storage
from salon.foundation.storage.schema import metadata
from salon.foundation.storage.statement import Row, Statement, statement
from salon.foundation.storage.transaction import Transaction

__all__ = [
    "ConstraintViolated",
    "Row",
    "Statement",
    "Storage",
    "Transaction",
    "insert",
    "metadata",
    "open_storage",
    "statement",
]
