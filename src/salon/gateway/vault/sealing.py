"""Bodies as they are stored: (format, cipher, key id, bytes), sealed with the master key or plain."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from salon.gateway.vault.keys import MasterKeys

FORMAT: Final = 1
"""Version of what is inside: JSON as UTF-8."""
_CIPHER: Final = "aes-256-gcm"
_NONCE_BYTES: Final = 12

Stored = tuple[int, str, str | None, bytes]


class Sealer:
    """Seals and opens bodies; the row's id and the column's name are associated data."""

    def __init__(self, keys: MasterKeys, *, encrypts: bool) -> None:
        self._keys = keys
        self._encrypts = encrypts

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._keys.current

    def seal(self, text: str, *, row_id: str, column: str) -> Stored:
        """Return a body as it is stored."""
        if not self._encrypts:
            return FORMAT, "none", None, text.encode()
        key = self._keys.get(self._keys.current)
        assert key is not None
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, text.encode(), f"{row_id}:{column}".encode())
        return FORMAT, _CIPHER, self._keys.current, nonce + sealed

    def open(self, stored: Stored, *, row_id: str, column: str) -> str | None:
        """Return the text of a stored body; None when its key is not here or a later Salon wrote it."""
        version, cipher, key_id, body = stored
        if version != FORMAT:
            return None
        if cipher == "none":
            return bytes(body).decode()
        key = self._keys.get(key_id or "")
        if key is None or cipher != _CIPHER:
            return None
        data = bytes(body)
        try:
            plain = AESGCM(key).decrypt(
                data[:_NONCE_BYTES], data[_NONCE_BYTES:], f"{row_id}:{column}".encode()
            )
        except (InvalidTag, ValueError):
            return None
        return plain.decode()
