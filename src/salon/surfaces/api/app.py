"""Puts the doors together for a server, and refuses to open them wider than they are locked."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from salon.foundation.kit.errors import ConfigError
from salon.surfaces.api.asgi import SalonApp
from salon.surfaces.api.door import Door
from salon.surfaces.api.endpoints import check_rows, endpoints
from salon.surfaces.api.hosts import is_loopback
from salon.surfaces.api.management_door import LoadedManagement
from salon.surfaces.api.services import Services

if TYPE_CHECKING:
    from fastapi import APIRouter

LoadRouters = Callable[[], "Sequence[APIRouter]"]


def build_app(
    services: Services, *, load_routers: LoadRouters | None = None, load_more: LoadRouters | None = None
) -> SalonApp:
    """Return the ASGI application; give ``protocol_for(app.door)`` to uvicorn for the hot door.

    ``load_routers`` returns the management routers; it runs when they are first needed, or at ``warm``,
    so that a gateway that nobody manages never loads FastAPI. ``load_more`` returns those that are loaded
    only when an address is asked for that the others do not have.
    Raises: ConfigError when the table would open a door unseen.
    """
    check_exposure(services.bound_host, require_key=services.require_key)

    def load_management(door: Door) -> LoadedManagement:
        from salon.surfaces.api.management import Management  # noqa: PLC0415 - loads FastAPI

        return Management(door, load_routers() if load_routers is not None else (), load_more=load_more)

    return SalonApp(Door(services), load_management=load_management)


def check_exposure(bound_host: str, *, require_key: bool) -> None:
    """Refuse to listen beyond this machine unless every endpoint requires a key. Raises: ConfigError."""
    check_rows(endpoints())
    if is_loopback(bound_host) or require_key:
        return
    raise ConfigError(
        key="server.host",
        problem=f"is {bound_host}, which others can reach, while requests from here need no key.",
        fix="Set server.require_key = true, or listen on 127.0.0.1.",
    )
