"""Who is calling: one reading of every credential carrier, for both doors.

Carriers: ``Authorization: Bearer``, ``x-api-key``, ``api-key``, ``x-goog-api-key``, and the browser's
session cookie. A key in the query string is refused: addresses end up in logs. All keys of one request
must be the same one. Without a credential the owner is assumed on loopback and on the data directory's
own socket, unless settings require a key or a proxy forwarded the request. Wrong ones are counted by the
address they come from.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Final, Literal, NoReturn, Protocol
from urllib.parse import parse_qsl

from salon.foundation.accounts import KeyIdentity, looks_made_here
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import ForeignOrigin, NotAllowed, NotSignedIn
from salon.surfaces.api.cookies import session_of
from salon.surfaces.api.endpoints import Endpoint
from salon.surfaces.api.peers import Peer, Proxies, is_forwarded
from salon.surfaces.api.wrong_credentials import WrongCredentials

KEY_HEADERS: Final = (b"x-api-key", b"api-key", b"x-goog-api-key")
_QUERY_KEYS: Final = frozenset({"key", "api_key", "api-key", "apikey", "access_token", "token"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FOR_ALL: Final = frozenset({"signed-in", "public"})
_MAX_SECRET_BYTES: Final = 512
MOST_WRONG: Final = 100
"""Wrong credentials from one address in a minute, unless the settings say otherwise."""

_WRONG = "This key is not known here, or was revoked. Make one with “salon keys create NAME”."
_ENDED = "This browser is not signed in any more. Open a new link from “salon”."
_MISSING = "A key is needed: send “Authorization: Bearer …”. Make one with “salon keys create NAME”."


class _WrongSecret(NotSignedIn):
    """A credential that is well formed and opens nothing. Fields: ``problem``."""

    def __init__(self, secret: str, *, problem: str) -> None:
        super().__init__(problem=problem)
        self.secret = secret
        """Never told or logged; only counted."""


class AccessAccounts(Protocol):
    """What the doors need of accounts; all of it from memory."""

    def authenticate_key(self, secret: str) -> KeyIdentity | None:
        """Return who a key stands for, or ``None`` if it is unknown, revoked or expired."""
        ...

    def authenticate_digest(self, digest: bytes) -> KeyIdentity | None:
        """Return the same for the digest of a key."""
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

    def author_name(self, caller: Caller, author_id: str) -> str | None:
        """Return the present name of a person or key of the caller's space; None for anybody else's."""
        ...

    async def look_again(self) -> None:
        """Take in what another process changed until now."""
        ...

    def bound(self, credential: str) -> KeyIdentity | None:
        """Return under whom acts what was made with a credential, named as ``Access.name_of`` does."""
        ...

    def on_ended(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call ``listener`` when keys or sessions have stopped working, or open less than before."""
        ...


class Access:
    """Turns the credentials of a request into an identity, and checks it against a row."""

    def __init__(
        self,
        accounts: AccessAccounts,
        *,
        require_key: bool = False,
        proxies: Proxies | None = None,
        most_wrong: int = MOST_WRONG,
    ) -> None:
        self._accounts = accounts
        self._require_key = require_key
        self._proxies = proxies or Proxies()
        self._wrong = WrongCredentials(most_wrong, time.monotonic)

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Tell whether ``identify`` can decide; false for what may be newer than all that is known here."""
        try:
            secret = read_key(headers)
        except NotSignedIn:
            return True
        if secret is not None:
            return not looks_made_here(secret) or self._accounts.authenticate_key(secret) is not None
        cookie = headers.get(b"cookie")
        session = session_of(cookie) if cookie is not None else None
        return session is None or not looks_made_here(session) or self._accounts.session(session) is not None

    async def learn(self, headers: Mapping[bytes, bytes]) -> None:
        """Look whether another process made a credential that is unknown here, so that ``identify`` knows."""
        if not self.knows(headers):
            await self._accounts.look_again()

    def identify(
        self, headers: Mapping[bytes, bytes], *, peer: Peer, method: str, query: bytes = b""
    ) -> KeyIdentity | None:
        """Return who is calling, or ``None`` for nobody in particular.

        ``headers`` has lower-case names. Raises: NotSignedIn for a credential that is wrong, doubtful or
        in the address; TooManyWrong after many; ForeignOrigin for a cookie sent by a page that is not ours.
        """
        try:
            identity = self.identify_again(headers, peer=peer, method=method, query=query)
        except _WrongSecret as error:
            self._wrong.count(self._proxies.client_of(peer, headers), error.secret)
            raise
        if self._wrong.shut and identity is not None:
            self._wrong.check(self._proxies.client_of(peer, headers))
        return identity

    def identify_again(
        self, headers: Mapping[bytes, bytes], *, peer: Peer, method: str, query: bytes = b""
    ) -> KeyIdentity | None:
        """Do as ``identify`` for a request that was let in before: nothing is counted."""
        if query:
            refuse_query_key(query)
        secret = read_key(headers)
        if secret is not None:
            return self.identify_key(secret)
        cookie = headers.get(b"cookie")
        if cookie is not None:
            session = session_of(cookie)
            if session is not None:
                return self._from_session(session, headers, method)
        return self._from_peer(headers, peer)

    def identify_key(self, secret: str) -> KeyIdentity:
        """Return who a key stands for. Raises: NotSignedIn."""
        identity = self._accounts.authenticate_key(secret)
        if identity is None:
            raise _WrongSecret(secret, problem=_WRONG)
        return identity

    def recognise(self, digest: bytes, endpoint: Endpoint) -> KeyIdentity | None:
        """Return who the key of this digest stands for if ``endpoint`` is open to it.

        None when it is not, or when some address sends so many wrong credentials that it matters whose
        address this is: then ``identify`` and ``authorize`` say what is wrong.
        """
        if self._wrong.shut:
            return None
        identity = self._accounts.authenticate_digest(digest)
        return identity if identity is not None and why_not(endpoint, identity) is None else None

    def refuse_nobody(self) -> NoReturn:
        """Refuse a caller who sent no credential. Raises: NotSignedIn."""
        raise NotSignedIn(problem=_MISSING)

    def refuse_secret(self, secret: str, headers: Mapping[bytes, bytes], *, peer: Peer) -> NoReturn:
        """Refuse a secret that opens nothing, and count it. Raises: NotSignedIn, TooManyWrong."""
        self._wrong.count(self._proxies.client_of(peer, headers), secret)
        raise NotSignedIn(problem=_WRONG)

    def name_of(self, headers: Mapping[bytes, bytes], identity: KeyIdentity) -> str:
        """Return the name of the credential of a request that was let in; it tells no secret."""
        if identity.caller.key_id is not None:
            return f"key:{identity.caller.key_id}"
        cookie = headers.get(b"cookie")
        session = session_of(cookie) if cookie is not None else None
        if session is not None:
            return f"session:{hashlib.sha256(session.encode()).hexdigest()}"
        return f"owner:{identity.caller.via}"

    def check_link(self, headers: Mapping[bytes, bytes], *, peer: Peer) -> None:
        """Refuse a sign-in link unseen from an address that guesses. Raises: TooManyWrong."""
        if self._wrong.shut:
            self._wrong.check(self._proxies.client_of(peer, headers))

    def count_link(self, token: str, headers: Mapping[bytes, bytes], *, peer: Peer) -> None:
        """Count a sign-in link that opened nothing. Raises: TooManyWrong."""
        self._wrong.count(self._proxies.client_of(peer, headers), token)

    def authorize(self, endpoint: Endpoint, identity: KeyIdentity | None) -> None:
        """Check ``identity`` against the policy of ``endpoint``. Raises: NotSignedIn, NotAllowed."""
        policy = endpoint.policy
        if policy == "public":
            return
        if identity is None:
            raise NotSignedIn(problem=_MISSING)
        refused = why_not(endpoint, identity)
        if refused is not None:
            raise NotAllowed(right=refused)

    def _from_session(self, session: str, headers: Mapping[bytes, bytes], method: str) -> KeyIdentity:
        caller = self._accounts.session(session)
        if caller is None:
            raise _WrongSecret(session, problem=_ENDED)
        # The Host and Origin check has passed, so a present Origin is ours. A change without one could
        # come from a foreign form: browsers send Origin with every such request.
        proves_page = b"origin" in headers or headers.get(b"sec-fetch-site") == b"same-origin"
        if method not in _SAFE_METHODS and not proves_page:
            raise ForeignOrigin(header="Origin")
        return self._accounts.identity(caller)

    def _from_peer(self, headers: Mapping[bytes, bytes], peer: Peer) -> KeyIdentity | None:
        if peer.kind == "local":
            return self._accounts.identity(self._accounts.owner("local"))
        if peer.kind == "loopback" and not self._require_key and not is_forwarded(headers):
            return self._accounts.identity(self._accounts.owner("tcp"))
        return None


def why_not(endpoint: Endpoint, identity: KeyIdentity) -> str | None:
    """Return the right that ``identity`` lacks for ``endpoint``; None when it lacks none."""
    policy = endpoint.policy
    if policy not in identity.caller.rights and policy not in _FOR_ALL:
        return str(policy)
    operations = identity.limits.operations
    if operations and not identity.limits.allows_operation(endpoint.operation):
        return f"operation {endpoint.operation}"
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


def refuse_query_key(query: bytes) -> None:
    """Refuse a key in the address. Raises: NotSignedIn."""
    if any(
        name.lower() in _QUERY_KEYS for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    ):
        raise NotSignedIn(
            problem="Send the key in a header: addresses end up in logs. Treat this key as lost."
        )
