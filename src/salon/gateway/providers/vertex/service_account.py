"""A service account's key file: signs a claim, for which Google gives a token of an hour.

https://developers.google.com/identity/protocols/oauth2/service-account (2026-11).
"""

import base64
import re
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from salon.gateway.providers.authorize import Access
from salon.gateway.providers.tokens import BearerAuthorizer, Token, ask_for_token

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME_S: Final = 3600
_HERE = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/")


class _Account(msgspec.Struct, frozen=True):
    type: str
    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


def read_account(secret: str) -> tuple[_Account, RSAPrivateKey]:
    """Read a key file. Raises: ValueError with what is wrong, without its words."""
    try:
        account = msgspec.json.decode(secret.encode("utf-8", "replace"), type=_Account)
    except msgspec.DecodeError:
        raise ValueError("it is not the JSON key of a service account") from None
    if account.type != "service_account":
        raise ValueError("it is a key of another type; the JSON key of a service account is needed")
    if not account.token_uri.startswith("https://") and not _HERE.match(account.token_uri):
        raise ValueError("its token_uri is no https address")
    try:
        key = load_pem_private_key(account.private_key.encode("ascii"), password=None)
    except (ValueError, TypeError, UnicodeError):
        raise ValueError("its private_key cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("its private_key is no RSA key")  # noqa: TRY004 - what is wrong with a value
    return account, key


def authorizer(access: Access) -> BearerAuthorizer:
    """Return what proves requests as the service account."""
    account, key = read_account(access.secret)

    async def fetch() -> Token:
        claim = signed_claim(account, key, now_s=access.clock.now_ms() // 1000)
        return await ask_for_token(access, account.token_uri, {"grant_type": _GRANT, "assertion": claim})

    return BearerAuthorizer(access, fetch)


def signed_claim(account: _Account, key: RSAPrivateKey, *, now_s: int) -> str:
    """Return the JSON Web Token (RS256) that asks for a token; ``now_s`` in seconds since 1970."""
    header = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    claim = {
        "iss": account.client_email,
        "scope": _SCOPE,
        "aud": account.token_uri,
        "iat": now_s,
        "exp": now_s + _LIFETIME_S,
    }
    signed = b".".join(_base64url(msgspec.json.encode(part)) for part in (header, claim))
    signature = key.sign(signed, PKCS1v15(), SHA256())
    return b".".join((signed, _base64url(signature))).decode("ascii")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
