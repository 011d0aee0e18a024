"""Signature version 4: proves a request to an Amazon service without sending the secret.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (2026-11).
"""

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

import msgspec

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SPACES = re.compile(r" +")

Pairs = list[tuple[str, str]]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """An access key; ``session_token`` goes with those that were lent for a while."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


class Signer:
    """Signs requests to one service of one region; keeps the key of the day."""

    def __init__(self, credentials: Credentials, *, region: str, service: str) -> None:
        self.credentials = credentials
        self._region = region
        self._service = service
        self._day = ""
        self._key = b""

    def sign(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, *, now_s: float
    ) -> Pairs:
        """Return the headers that prove a request sent at ``now_s`` (seconds since 1970).

        ``target`` is the path as it goes on the wire, with its query; ``headers`` are those that are
        signed besides, ``host`` among them, names in lower case.
        """
        moment = datetime.datetime.fromtimestamp(now_s, datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        added: Pairs = [("x-amz-date", moment)]
        if self.credentials.session_token:
            added.append(("x-amz-security-token", self.credentials.session_token))
        request, names = canonical(method, target, [*headers, *added], body)
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        said = f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}"
        signature = hmac.new(self._key_of(moment[:8]), said.encode(), hashlib.sha256).hexdigest()
        proof = (
            f"{_ALGORITHM} Credential={self.credentials.access_key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return [*added, ("authorization", proof)]

    def _key_of(self, day: str) -> bytes:
        if day != self._day:
            key = b"AWS4" + self.credentials.secret_access_key.encode()
            for word in (day, self._region, self._service, "aws4_request"):
                key = hmac.new(key, word.encode(), hashlib.sha256).digest()
            self._day, self._key = day, key
        return self._key


def canonical(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> tuple[str, str]:
    """Return the canonical form of a request, and the names of the headers in it."""
    path, _, query = target.partition("?")
    pairs = sorted(tuple(part.partition("=")[::2]) for part in query.split("&") if part)
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(_SPACES.sub(" ", value.strip()))
    names = ";".join(sorted(found))
    lines = [
        method,
        quote(path, safe="/~"),
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{','.join(found[name])}" for name in sorted(found)),
        "",
        names,
        hashlib.sha256(body).hexdigest(),
    ]
    return "\n".join(lines), names
