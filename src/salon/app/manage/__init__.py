"""What the management API asks of the house, answered from its services."""

from typing import TYPE_CHECKING

from salon.app.manage.batches import BatchDesk
from salon.app.manage.files import FileDesk
from salon.app.manage.keys import KeyDesk
from salon.app.manage.models import ModelDesk
from salon.app.manage.payloads import PayloadDesk
from salon.app.manage.prices import PriceDesk
from salon.app.manage.providers import ProviderDesk
from salon.app.manage.routing import RoutingDesk
from salon.app.manage.sessions import SessionDesk
from salon.app.manage.system import SystemDesk

if TYPE_CHECKING:
    from salon.app.house import House


class Management(
    SystemDesk,
    ProviderDesk,
    ModelDesk,
    PriceDesk,
    RoutingDesk,
    PayloadDesk,
    BatchDesk,
    FileDesk,
    SessionDesk,
    KeyDesk,
):
    """All desks behind one counter; implements the routes' ``House`` port."""

    def __init__(self, house: "House") -> None:
        super().__init__(house)
