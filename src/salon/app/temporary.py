"""Puts temporary conversations together: the usual services over databases in memory."""

from typing import TYPE_CHECKING

from salon.app.answering import make_answering
from salon.features.conversations.answering.attachments import InlineFiles
from salon.features.conversations.answering.service import Answering
from salon.features.conversations.temporary import Limits, Temporary
from salon.features.turns import Full
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage

if TYPE_CHECKING:
    from salon.app.house import House


def open_temporary(house: "House") -> Temporary:
    """Make what holds temporary conversations; of them nothing is there before the first one."""

    def limits() -> Limits:
        settings = house.live.current.settings.conversations
        return Limits(
            unused_s=settings.temporary_hours * 3600,
            most=settings.temporary_most,
            space_bytes=settings.temporary_bytes,
            house_bytes=settings.temporary_total_bytes,
        )

    temporary = Temporary(
        house.storage,
        lambda storage, runs, full: _answering(house, storage, runs, full),
        clock=house.clock,
        limits=limits,
    )
    house.closing.push_async_callback(temporary.close)
    house.metrics.gauge(
        "salon_temporary_conversations",
        "Temporary conversations in this process.",
        (),
        lambda: {(): temporary.count},
    )
    house.metrics.gauge(
        "salon_temporary_bytes",
        "What temporary conversations hold in memory.",
        (),
        lambda: {(): temporary.size_bytes},
    )
    return temporary


def _answering(house: "House", storage: Storage, runs: Runs, full: Full) -> Answering:
    """Return what has models answer in one; its titles are the first words, which nobody is asked for."""
    return make_answering(
        house,
        storage,
        runs,
        files=InlineFiles,
        writes_titles=_nobody,
        titles_on=lambda: False,
        full=full,
    )


async def _nobody(_model: str) -> bool:
    return False
