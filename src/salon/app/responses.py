"""Puts the stored responses together."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from salon.features.conversations.responses import (
    KIND,
    Background,
    ItemConversations,
    ResponseDesk,
    StoredResponses,
    forget_messages,
)
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor

if TYPE_CHECKING:
    from salon.app.house import House

_TIDY_S: Final = 3600.0
_logger = logging.getLogger(__name__)


def open_responses(house: "House") -> None:
    """Make the stored responses of a house, on its tree; call it before its runs start."""
    settings = house.live.current.settings.responses
    stored = StoredResponses(house.storage, house.clock, keep_days=settings.keep_days)
    supervisor = TaskSupervisor("responses")
    background = Background(house.gateway, stored, house.runs, supervisor)
    house.runs.resume_with(KIND, background.resume)
    tree = house.conversations.tree
    tree.erasers.add(forget_messages)
    house.responses = ResponseDesk(
        stored=stored,
        conversations=ItemConversations(house.storage, tree, house.clock),
        background=background,
    )
    house.closing.push_async_callback(supervisor.close)
    house.tasks.spawn(_tidy(stored), name="tidy-responses")


async def _tidy(stored: StoredResponses) -> None:
    """Delete responses whose time is over."""
    while True:
        try:
            await stored.expire()
        except SalonError as error:
            _logger.warning("expired responses could not be deleted: %s", error.message)
        await asyncio.sleep(_TIDY_S)
