"""Puts the conversations together, one function per part."""

from pathlib import Path
from typing import TYPE_CHECKING

import salon.features.turns  # noqa: F401 # pyright: ignore[reportUnusedImport] - its errors are in the catalogue
from salon.features.conversations.search import Indexer, Search
from salon.features.conversations.tree import HeldBackup, Tree
from salon.foundation.storage import backup as backups
from salon.surfaces.api.services import ConversationServices

if TYPE_CHECKING:
    from salon.app.house import House


async def open_conversations(house: "House") -> None:
    """Make what the routes of conversations work with, and start what goes on behind them."""
    tree = Tree(house.storage, clock=house.clock)
    backups_directory = house.live.current.source.data.path / "backups"
    tree.deletion.backups = lambda: held_backups(backups_directory)
    house.tasks.spawn(tree.janitor.run(), name="tidy-conversations")
    indexer = Indexer(house.storage)
    indexer.start()
    house.closing.push_async_callback(indexer.close)
    search = Search(house.storage, indexer)
    house.conversations = ConversationServices(tree=tree, search=search, indexer=indexer)


def held_backups(directory: Path) -> list[HeldBackup]:
    """List the backups that still hold what is erased now; each stays until somebody deletes it."""
    return [
        HeldBackup(name=info.path.name, made_at_ms=info.manifest.created_at_ms, expires_at_ms=None)
        for info in backups.list_backups(directory)
    ]
