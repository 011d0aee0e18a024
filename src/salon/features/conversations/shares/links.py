"""What links end in: words that nobody guesses, made of the share's id and a key that is in no database.

So a link can be told again to a client that sends the same act again, and all that is kept of it is a hash.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

LinkKeys = Callable[[], Sequence[bytes]]
"""The keys that links are made with, the one of new links first; 32 random bytes each."""


class Links:
    """Makes the ends of links."""

    def __init__(self, keys: LinkKeys) -> None:
        self._keys = keys

    def token(self, share_id: str) -> str:
        """Return what the link of a new share ends in: 256 bits, as letters, digits, ``-`` and ``_``."""
        return self.tokens(share_id)[0]

    def tokens(self, share_id: str) -> list[str]:
        """Return what the link of a share may end in, the newest key's first."""
        return [_token(key, share_id) for key in self._keys()]


def _token(key: bytes, share_id: str) -> str:
    digest = hmac.digest(key, share_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
