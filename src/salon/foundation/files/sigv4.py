"""AWS Signature Version 4 for S3, as much as a content-addressed store needs."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import msgspec

EMPTY_SHA256: Final = hashlib.sha256(b"").hexdigest()
Query = list[tuple[str, str]]


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs. Never logged."""

    access_key: str
    secret_key: str
    region: str = "us-east-1"
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(region={self.region!r})"


def sign(
    credentials: Credentials,
    *,
    method: str,
    host: str,
    path: str,
    query: Query,
    payload_sha256: str,
    now_ms: int,
) -> list[tuple[bytes, bytes]]:
    """Return the headers that sign a request. ``path`` is not yet percent-encoded."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    stamp, day = moment.strftime("%Y%m%dT%H%M%SZ"), moment.strftime("%Y%m%d")
    headers = {"host": host, "x-amz-content-sha256": payload_sha256, "x-amz-date": stamp}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        [
            method,
            encode_path(path),
            encode_query(query),
            "".join(f"{name}:{headers[name]}\n" for name in sorted(headers)),
            names,
            payload_sha256,
        ]
    )
    scope = f"{day}/{credentials.region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(_signing_key(credentials, day), text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope},"
        f"SignedHeaders={names},Signature={signature}"
    )
    return [(name.encode(), value.encode()) for name, value in headers.items() if name != "host"]


def encode_path(path: str) -> str:
    """Return a path as it is signed and sent."""
    return quote(path, safe="/-_.~")


def encode_query(query: Query) -> str:
    """Return a query as it is signed and sent: sorted, everything encoded."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _signing_key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
