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
from salon.features.conversations.tree import Tree
from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.tasks import TaskSupervisor
from salon.gateway.answers import IdempotencyKeys
from salon.gateway.dialects import DIALECTS
from salon.gateway.exchange import ServedCall

if TYPE_CHECKING:
    from salon.app.house import House

_TIDY_S: Final = 3600.0
_logger = logging.getLogger(__name__)


def open_responses(house: "House", tree: Tree) -> ResponseDesk:
    """Make the stored responses of a house, on its tree."""
    settings = house.live.current.settings.responses
    options = house.gateway.registry.options
    stored = StoredResponses(house.storage, house.clock, keep_days=settings.keep_days)
    supervisor = TaskSupervisor("responses")

    async def check_files(call: ServedCall) -> None:
        references = house.gateway.references
        if references is not None:
            await references.check(call.body, DIALECTS[call.dialect], call.identity)

    background = Background(house.gateway, stored, house.runs, supervisor, check_files=check_files)
    house.runs.resume_with(KIND, background.resume)
    tree.erasers.add(forget_messages)
    house.closing.push_async_callback(supervisor.close)
    house.tasks.spawn(_tidy(stored), name="tidy-responses")
    return ResponseDesk(
        stored=stored,
        conversations=ItemConversations(house.storage, tree, house.clock),
        background=background,
        keys=IdempotencyKeys(
            house.storage, house.clock, ttl_s=options.idempotency_ttl_s, lease_s=options.total_timeout_s
        ),
    )


async def _tidy(stored: StoredResponses) -> None:
    """Delete responses whose time is over."""
    while True:
        try:
            await stored.expire()
        except SalonError as error:
            _logger.warning("expired responses could not be deleted: %s", error.message)
        await asyncio.sleep(_TIDY_S)
