"""The vault's statements."""

from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update

from salon.foundation.kit.caller import Scope
from salon.foundation.storage import Transaction, statement
from salon.gateway.vault.tables import secrets

_INSERT: Final = statement(secrets.insert())
_ALL: Final = statement(
    select(secrets.c.id, secrets.c.body_key_id, secrets.c.body, secrets.c.body_format).order_by(secrets.c.id)
)
_RESEAL: Final = statement(
    update(secrets)
    .where(secrets.c.id == bindparam("secret_id"))
    .values(body=bindparam("sealed"), body_key_id=bindparam("key"), body_format=bindparam("version"))
)
_DELETE: Final = statement(delete(secrets).where(secrets.c.id == bindparam("secret_id")))

Sealed = tuple[str, str, bytes, int]
"""Row id, key id, bytes, and the version of what is inside."""


def insert_secret(tx: Transaction, scope: Scope, row: dict[str, Any]) -> None:
    """Write a sealed credential."""
    tx.run(_INSERT, **row)


def all_secrets(tx: Transaction, scope: Scope) -> list[Sealed]:
    """Return every sealed credential."""
    return [(str(row[0]), str(row[1]), bytes(row[2]), int(row[3])) for row in tx.all(_ALL)]


def reseal(tx: Transaction, scope: Scope, sealed: Sealed) -> None:
    """Replace the bytes of a credential."""
    tx.run(_RESEAL, secret_id=sealed[0], key=sealed[1], sealed=sealed[2], version=sealed[3])


def delete_secret(tx: Transaction, scope: Scope, secret_id: str) -> None:
    """Remove a credential."""
    tx.run(_DELETE, secret_id=secret_id)
