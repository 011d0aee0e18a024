"""Who is calling: one reading of every credential carrier, for both doors.

Carriers: ``Authorization: Bearer``, ``x-api-key``, ``api-key``, ``x-goog-api-key``, and the browser's
session cookie. A key in the query string is refused: addresses end up in logs. All keys of one request
must be the same one. Without a credential the owner is assumed on loopback and on the data directory's
own socket, unless settings require a key or a proxy forwarded the request.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, Protocol
from urllib.parse import parse_qsl

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import ForeignOrigin, NotAllowed, NotSignedIn
from salon.surfaces.api.endpoints import Endpoint

Peer = Literal["local", "loopback", "remote"]
"""``local`` is the data directory's own socket; ``loopback`` a TCP peer on this machine."""

SESSION_COOKIE: Final = "salon_session"
KEY_HEADERS: Final = (b"x-api-key", b"api-key", b"x-goog-api-key")
_QUERY_KEYS: Final = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "token"})
_FORWARDED: Final = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via", b"x-forwarded-host")
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_SECRET_BYTES: Final = 512

_WRONG = "This key is not known here, or was revoked. Make one with “salon keys create NAME”."
_MISSING = "A key is needed: send “Authorization: Bearer …”. Make one with “salon keys create NAME”."


class AccessAccounts(Protocol):
    """What the doors need of accounts; all of it from memory."""

    def authenticate_key(self, secret: str) -> KeyIdentity | None:
        """Return who a key stands for, or ``None`` if it is unknown, revoked or expired."""
        ...

    def session(self, secret: str) -> Caller | None:
        """Return who a browser session stands for."""
        ...

    def owner(self, via: Literal["tcp", "local", "library", "internal"]) -> Caller:
        """Return the owner of this installation."""
        ...

    def identity(self, caller: Caller) -> KeyIdentity:
        """Return under whom a person acts: no limits, paid by the space's budgets."""
        ...

    def on_ended(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call ``listener`` when keys or sessions have stopped working."""
        ...


def peer_at(host: str) -> Peer:
    """Return how a TCP client at this address reached us. Unknown is remote."""
    return "loopback" if host == "::1" or host.startswith(("127.", "::ffff:127.")) else "remote"


class Access:
    """Turns the credentials of a request into an identity, and checks it against a row."""

    def __init__(self, accounts: AccessAccounts, *, require_key: bool = False) -> None:
        self._accounts = accounts
        self._require_key = require_key

    def identify(
        self, headers: Mapping[bytes, bytes], *, peer: Peer, method: str, query: bytes = b""
    ) -> KeyIdentity | None:
        """Return who is calling, or ``None`` for nobody in particular.

        ``headers`` has lower-case names. Raises: NotSignedIn for a credential that is wrong, doubtful or
        in the address; ForeignOrigin for a cookie sent by a page that is not ours.
        """
        if query:
            _refuse_query_key(query)
        secret = read_key(headers)
        if secret is not None:
            return self.identify_key(secret)
        cookie = headers.get(b"cookie")
        if cookie is not None:
            session = read_cookie(cookie, SESSION_COOKIE)
            if session is not None:
                return self._from_session(session, headers, method)
        return self._from_peer(headers, peer)

    def identify_key(self, secret: str) -> KeyIdentity:
        """Return who a key stands for. Raises: NotSignedIn."""
        identity = self._accounts.authenticate_key(secret)
        if identity is None:
            raise NotSignedIn(problem=_WRONG)
        return identity

    def authorize(self, endpoint: Endpoint, identity: KeyIdentity | None) -> None:
        """Check ``identity`` against the policy of ``endpoint``. Raises: NotSignedIn, NotAllowed."""
        policy = endpoint.policy
        if policy == "public":
            return
        if identity is None:
            raise NotSignedIn(problem=_MISSING)
        if policy != "signed-in" and policy not in identity.caller.rights:
            raise NotAllowed(right=str(policy))
        if identity.limits.operations and not identity.limits.allows_operation(endpoint.operation):
            raise NotAllowed(right=f"operation {endpoint.operation}")

    def _from_session(self, session: str, headers: Mapping[bytes, bytes], method: str) -> KeyIdentity:
        caller = self._accounts.session(session)
        if caller is None:
            raise NotSignedIn(problem="This browser is not signed in any more. Open a new link from “salon”.")
        # The Host and Origin check has passed, so a present Origin is ours. A change without one could
        # come from a foreign form: browsers send Origin with every such request.
        proves_page = b"origin" in headers or headers.get(b"sec-fetch-site") == b"same-origin"
        if method not in _SAFE_METHODS and not proves_page:
            raise ForeignOrigin(header="Origin")
        return self._accounts.identity(caller)

    def _from_peer(self, headers: Mapping[bytes, bytes], peer: Peer) -> KeyIdentity | None:
        if peer == "local":
            return self._accounts.identity(self._accounts.owner("local"))
        if peer == "loopback" and not self._require_key and not any(name in headers for name in _FORWARDED):
            return self._accounts.identity(self._accounts.owner("tcp"))
        return None


def read_key(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the one key that the headers carry. Raises: NotSignedIn for a doubtful one."""
    found: bytes | None = None
    authorization = headers.get(b"authorization")
    if authorization is not None:
        if authorization[:7].lower() != b"bearer ":
            raise NotSignedIn(problem="Only “Authorization: Bearer …” is understood.")
        found = authorization[7:].strip()
    for name in KEY_HEADERS:
        value = headers.get(name)
        if value is not None:
            if found is not None and value != found:
                raise NotSignedIn(problem="Two different keys were sent. Send one.")
            found = value
    if found is None:
        return None
    if not found or len(found) > _MAX_SECRET_BYTES or not found.isascii():
        raise NotSignedIn(problem=_WRONG)
    return found.decode("ascii")


def _refuse_query_key(query: bytes) -> None:
    if any(
        name.lower() in _QUERY_KEYS for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    ):
        raise NotSignedIn(
            problem="Send the key in a header: addresses end up in logs. Treat this key as lost."
        )


def read_cookie(header: bytes, name: str) -> str | None:
    """Return the value of a cookie. A name sent twice with different values is nobody's."""
    wanted = name.encode("ascii")
    values: set[bytes] = set()
    for part in header.split(b";"):
        key, separator, value = part.strip().partition(b"=")
        if separator and key == wanted:
            values.add(value)
    if not values:
        return None
    value = values.pop() if len(values) == 1 else b""
    return value.decode("ascii", "replace")
