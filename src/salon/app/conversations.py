"""Puts the conversations together, one function per part."""

from typing import TYPE_CHECKING

import salon.features.turns  # noqa: F401 # pyright: ignore[reportUnusedImport] - its errors are in the catalogue
from salon.features.conversations.tree import Tree
from salon.surfaces.api.services import ConversationServices

if TYPE_CHECKING:
    from salon.app.house import House


async def open_conversations(house: "House") -> None:
    """Make what the routes of conversations work with, and start what goes on behind them."""
    tree = Tree(house.storage, clock=house.clock)
    house.conversations = ConversationServices(tree=tree)
