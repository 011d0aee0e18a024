"""What a house makes only once it listens, or when it is asked for, so that no start waits for it."""

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING, Final

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.later import Later
from salon.surfaces.api.asgi import SalonApp
from salon.surfaces.api.services import ConversationServices

if TYPE_CHECKING:
    from salon.app.house import House

_AGAIN_S: Final = 10.0
_logger = logging.getLogger(__name__)


def later_conversations(house: "House") -> Later[ConversationServices]:
    """Return the conversations of a house, made for who asks first; call it before its runs start."""

    async def make() -> ConversationServices:
        # Reading so many modules takes a third of a second: not on the loop, where others wait.
        await asyncio.to_thread(importlib.import_module, "salon.app.conversations")
        from salon.app.conversations import open_conversations  # noqa: PLC0415 - not at the start

        return await open_conversations(house)

    later = Later(make, house.tasks, name="load-conversations")
    house.runs.know_all_by(later.get)
    return later


async def load_rest(house: "House", app: SalonApp) -> None:
    """Load what a whole house is asked for next: its management, and its conversations if it has any."""
    await asyncio.to_thread(app.warm)
    while True:
        try:
            if await _has_conversations(house):
                await asyncio.to_thread(lambda: app.warm(whole=True))
                await house.conversations.get()
            break
        except SalonError as error:
            # A database that is away comes back; whoever asks meanwhile is told of it.
            _logger.warning("conversations could not be loaded yet: %s", error.message)
        await asyncio.sleep(_AGAIN_S)


async def _has_conversations(house: "House") -> bool:
    await asyncio.to_thread(importlib.import_module, "salon.features.conversations.presence")
    from salon.features.conversations.presence import has_conversations  # noqa: PLC0415 - not at the start

    return await has_conversations(house.storage)
