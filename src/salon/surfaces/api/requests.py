"""What management routes declare to learn who is calling, and under which id of the client's own.

Imported by routes only: it needs FastAPI.
"""

from typing import Annotated, cast

from fastapi import Depends, Header, Request

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import NotSignedIn
from salon.surfaces.api.asgi_request import peer_of
from salon.surfaces.api.cookies import comes_over_tls, session_cookie
from salon.surfaces.api.door import Door
from salon.surfaces.api.services import Services

IDENTITY = "salon.identity"


def current_identity(request: Request) -> KeyIdentity:
    """Return who is calling. Raises: NotSignedIn on a public route called by nobody."""
    identity = maybe_identity(request)
    if identity is None:
        raise NotSignedIn(problem="Sign in first.")
    return identity


def maybe_identity(request: Request) -> KeyIdentity | None:
    """Return who is calling, if anyone; for public routes."""
    return cast("KeyIdentity | None", request.scope.get(IDENTITY))


def current_caller(request: Request) -> Caller:
    """Return the caller. Raises: NotSignedIn."""
    return current_identity(request).caller


class Way:
    """How a request came in, for what is decided by that."""

    def __init__(self, request: Request) -> None:
        self._door = cast(Door, request.app.state.door)
        self._headers = cast("dict[bytes, bytes]", request.scope["salon.headers"])
        self._peer = peer_of(request.scope)

    @property
    def home(self) -> str:
        """Where the page is, for browsers."""
        return f"{self._door.services.base_path}/"

    @property
    def address(self) -> str:
        """Where people open this Salon: as the settings say, else as this request came."""
        services = self._door.services
        if services.public_address:
            return services.public_address + services.base_path
        if self._peer.kind == "local" and services.own_address:
            return services.own_address
        host = self._headers.get(b"host", b"localhost").decode("latin-1")
        return f"{'https' if self.is_tls else 'http'}://{host}{services.base_path}"

    @property
    def is_tls(self) -> bool:
        """Whether the browser speaks TLS, with us or with a proxy before us."""
        door = self._door
        return comes_over_tls(
            self._headers,
            peer=self._peer,
            proxies=door.proxies,
            public_address=door.services.public_address,
        )

    @property
    def session_cookie(self) -> str:
        """Under which name a session is to be set."""
        return session_cookie(is_tls=self.is_tls, base_path=self._door.services.base_path)

    def check_link(self) -> None:
        """Refuse a sign-in link unseen from an address that guesses. Raises: TooManyWrong."""
        self._door.access.check_link(self._headers, peer=self._peer)

    def count_link(self, token: str) -> None:
        """Count a sign-in link that opened nothing. Raises: TooManyWrong."""
        self._door.access.count_link(token, self._headers, peer=self._peer)


def current_services(request: Request) -> Services:
    """Return what the composition root put together."""
    return cast(Services, request.app.state.services)


def client_act_id(
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> str | None:
    """Return the client's own id of this act, from ``Idempotency-Key``."""
    return idempotency_key


CurrentIdentity = Annotated[KeyIdentity, Depends(current_identity)]
MaybeIdentity = Annotated[KeyIdentity | None, Depends(maybe_identity)]
CurrentCaller = Annotated[Caller, Depends(current_caller)]
CurrentWay = Annotated[Way, Depends(Way)]
CurrentServices = Annotated[Services, Depends(current_services)]
ClientActId = Annotated[str | None, Depends(client_act_id)]
"""The header; a body's ``client_id`` counts before it."""
