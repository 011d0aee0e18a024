"""Client secrets: keys for a browser, made with another credential, for one kind of session, for minutes.

Kept is a hash, and the session's settings sealed with the secret itself: the database alone shows neither.
A secret is worth what the credential is worth that made it: it ends with that one.
"""

import hashlib
import os
import secrets
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from salon.foundation import audit
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import InvalidRequest, RateLimited
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction
from salon.foundation.telemetry import redactor
from salon.gateway.protocols.wire_json import JsonObject
from salon.gateway.realtime import store

PREFIX: Final = "ek_salon_"
USUAL_LIFE_S: Final = 600
SHORTEST_LIFE_S: Final = 10
LONGEST_LIFE_S: Final = 7200
MOST_LIVE: Final = 1000
"""Secrets at once that one credential may have made."""
CIPHER: Final = "aes-256-gcm"
FORMAT: Final = 1
"""Version of what is inside: the session's settings as JSON."""
_NONCE_BYTES: Final = 12
_REASON: Final = "gateway: a client secret is found by its hash, before its space is known"


class MadeSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret just made. The only moment it can be read."""

    value: str
    expires_at_ms: int


class KnownSecret(msgspec.Struct, frozen=True, kw_only=True):
    """What a secret that works stands for."""

    bound_to: str
    """The credential that made it."""
    session: JsonObject
    """What its sessions begin with."""


class ClientSecrets:
    """Makes client secrets and looks them up."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._scope = SystemScope(_REASON)

    async def make(self, caller: Caller, *, bound_to: str, session: JsonObject, life_s: int) -> MadeSecret:
        """Make a secret that works for ``life_s``, as long as ``bound_to`` does.

        Raises: InvalidRequest, RateLimited when the credential has made too many.
        """
        if not SHORTEST_LIFE_S <= life_s <= LONGEST_LIFE_S:
            problem = f"It must be from {SHORTEST_LIFE_S} to {LONGEST_LIFE_S} seconds."
            raise InvalidRequest(field="expires_after.seconds", problem=problem)
        value = PREFIX + secrets.token_urlsafe(32)
        redactor.register(value)
        now_ms = self._clock.now_ms()
        row: dict[str, Any] = {
            "id": new_id("rts"),
            "created_by": caller.key_id or caller.person_id,
            "secret_hash": _hash(value),
            "bound_to": bound_to,
            "session_format": FORMAT,
            "session_cipher": CIPHER,
            "session_key_id": None,
            "session": _seal(value, session),
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + life_s * 1000,
        }
        scope = SpaceScope(caller.space_id)

        def write(tx: Transaction) -> None:
            store.delete_expired(tx, self._scope, now_ms=now_ms)
            if store.count_live(tx, scope, bound_to, now_ms=now_ms) >= MOST_LIVE:
                raise RateLimited(limit=f"{MOST_LIVE} client secrets at once", retry_after_s=60)
            store.insert(tx, scope, row)
            audit.record(tx, caller, "client-secret.created", str(row["id"]), {"seconds": life_s})

        await self._storage.write(write)
        return MadeSecret(value=value, expires_at_ms=now_ms + life_s * 1000)

    async def find(self, secret: str) -> KnownSecret | None:
        """Return what a secret stands for; None when it is unknown or its time is over."""
        found = await self._storage.read(lambda tx: store.find(tx, self._scope, _hash(secret)))
        if found is None or found.expires_at_ms <= self._clock.now_ms() or found.version != FORMAT:
            return None
        session = _open(secret, found.sealed)
        return None if session is None else KnownSecret(bound_to=found.bound_to, session=session)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"salon client secret\0" + secret.encode()).digest()


def _seal(secret: str, session: JsonObject) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, msgspec.json.encode(session), None)


def _open(secret: str, sealed: bytes) -> JsonObject | None:
    try:
        plain = AESGCM(_key(secret)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        return None
    return msgspec.json.decode(plain, type=dict[str, Any])
