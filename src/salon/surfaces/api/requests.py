"""What management routes declare to learn who is calling. Imported by routes only: it needs FastAPI."""

from typing import Annotated, cast

from fastapi import Depends, Request

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import NotSignedIn
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


def current_services(request: Request) -> Services:
    """Return what the composition root put together."""
    return cast(Services, request.app.state.services)


CurrentIdentity = Annotated[KeyIdentity, Depends(current_identity)]
MaybeIdentity = Annotated[KeyIdentity | None, Depends(maybe_identity)]
CurrentCaller = Annotated[Caller, Depends(current_caller)]
CurrentServices = Annotated[Services, Depends(current_services)]
