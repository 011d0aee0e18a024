"""Seals and opens credentials: AES-256-GCM, the row's id as associated data, the key's id beside it."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from salon.foundation.kit.caller import Caller, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction
from salon.foundation.telemetry import redactor
from salon.gateway.vault import store
from salon.gateway.vault.keys import MasterKeys

CIPHER: Final = "aes-256-gcm"
FORMAT: Final = 1
"""Version of what is inside: the credential as UTF-8."""
_NONCE_BYTES: Final = 12
_REASON: Final = "gateway: open the credentials of every space's providers"


class Vault:
    """Keeps credentials. A sealed one moved to another row, or changed by a bit, does not open."""

    def __init__(self, keys: MasterKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self.also_reseal: list[Callable[[], Awaitable[int]]] = []
        """What else is sealed with the master keys: seals it anew, returns how much did not open."""

    def put(self, tx: Transaction, caller: Caller, secret: str) -> str:
        """Seal ``secret`` in this transaction and return the id of its row."""
        redactor.register(secret)
        secret_id = new_id("sec")
        key, sealed = self._seal(secret_id, secret)
        row: dict[str, Any] = {
            "id": secret_id,
            "space_id": caller.space_id,
            "created_by": caller.key_id or caller.person_id,
            "body_format": FORMAT,
            "body_cipher": CIPHER,
            "body_key_id": key,
            "body": sealed,
            "created_at_ms": self._clock.now_ms(),
        }
        store.insert_secret(tx, SystemScope(_REASON), row)
        return secret_id

    def remove(self, tx: Transaction, secret_id: str) -> None:
        """Forget a credential in this transaction."""
        store.delete_secret(tx, SystemScope(_REASON), secret_id)

    def open_all(self, tx: Transaction) -> dict[str, str | None]:
        """Return every credential by row id; None for one that does not open.

        Its key is not here, it was changed, or a later Salon wrote it.
        """
        return {row[0]: self._open(row) for row in store.all_secrets(tx, SystemScope(_REASON))}

    async def rotate(self, storage: Storage) -> int:
        """Seal everything with a new master key; return how many credentials that were.

        A crash in between leaves both keys in the file, so everything still opens. Older keys are
        forgotten only when there is nothing left that no key here opens.
        """
        if self._keys.path is not None:
            self._keys.add_new()
        done, unreadable = await storage.write(self._reseal)
        for reseal in self.also_reseal:
            unreadable += await reseal()
        if not unreadable and self._keys.path is not None:
            self._keys.forget_old()
        return done

    def _reseal(self, tx: Transaction) -> tuple[int, int]:
        """Return how many were sealed anew, and how many could not be opened."""
        scope = SystemScope(_REASON)
        done, unreadable = 0, 0
        for row in store.all_secrets(tx, scope):
            secret = self._open(row)
            if secret is None:
                unreadable += 1
                continue
            key, sealed = self._seal(row[0], secret)
            store.reseal(tx, scope, (row[0], key, sealed, FORMAT))
            done += 1
        return done, unreadable

    def _seal(self, row_id: str, secret: str) -> tuple[str, bytes]:
        current = self._keys.current
        key = self._keys.get(current)
        assert key is not None
        nonce = os.urandom(_NONCE_BYTES)
        return current, nonce + AESGCM(key).encrypt(nonce, secret.encode(), row_id.encode())

    def _open(self, row: store.Sealed) -> str | None:
        row_id, key_name, sealed, version = row
        key = self._keys.get(key_name)
        if key is None or version != FORMAT:
            return None
        try:
            plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row_id.encode())
        except (InvalidTag, ValueError):
            return None
        secret = plain.decode()
        redactor.register(secret)
        return secret
