"""Makes what has models answer in conversations: those of the house's storage, and those in memory alone."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from salon.features.conversations.answering.attachments import AnswerFiles, GatewaySight
from salon.features.conversations.answering.service import Answering
from salon.features.turns import Full
from salon.features.turns.asking import GatewayAsks
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage

if TYPE_CHECKING:
    from salon.app.house import House


def make_answering(
    house: "House",
    storage: Storage,
    runs: Runs,
    *,
    files: type[AnswerFiles],
    writes_titles: Callable[[str], Awaitable[bool]],
    titles_on: Callable[[], bool],
    full: Full | None = None,
) -> Answering:
    """Return what has models answer in ``storage``, until that is ``full``, with its runs; not started."""
    return Answering(
        storage,
        runs,
        GatewayAsks(house.gateway),
        accounts=house.accounts,
        models=house.gateway,
        books=house.ledger,
        files=files(
            house.files,
            house.attachments,
            GatewaySight(house.gateway),
            most_bytes=house.live.current.settings.files.max_referred_bytes,
        ),
        clock=house.clock,
        titles_on=titles_on,
        title_model=lambda: house.live.current.settings.conversations.title_model,
        writes_titles=writes_titles,
        full=full,
    )
