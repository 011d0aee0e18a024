"""Where a conversation is sorted, as an export tells it: folders by name from the outermost, and tags."""

from salon.features.conversations.exchange.exporting.reading import Placed
from salon.features.conversations.models import Conversation
from salon.features.conversations.sorting import store
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction


def sorted_places(tx: Transaction, scope: SpaceScope, conversation: Conversation) -> Placed:
    """Return the folders a conversation lies in and its tags; folders in a circle are told once each."""
    names: dict[str, str] = {}
    folder_id = conversation.folder_id
    while folder_id is not None and folder_id not in names:
        folder = store.get_folder(tx, scope, folder_id)
        if folder is None:
            break
        names[folder_id], folder_id = folder.name, folder.parent_id
    tags = store.tags_of(tx, scope, [conversation.id]).get(conversation.id, [])
    return Placed(folder=tuple(reversed(names.values())), tags=tuple(sorted(name for _, name in tags)))
