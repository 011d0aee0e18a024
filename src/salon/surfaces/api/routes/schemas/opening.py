"""Bodies of what the page opens with."""

from pydantic import BaseModel

from salon.surfaces.api.routes.schemas.answering import QueuedList, Turns
from salon.surfaces.api.routes.schemas.conversations import ConversationWithBranches, Messages, Outline
from salon.surfaces.api.routes.schemas.runs import RunViews
from salon.surfaces.api.routes.schemas.sorting import Folders, ListedConversations


class Opening(BaseModel):
    """Several answers in one, and of when they are."""

    number: int
    """Of the last event of the space before this was read: who listens from there on misses nothing."""


class SidebarOpening(Opening):
    """What stands in the sidebar."""

    folders: Folders
    conversations: ListedConversations
    """The first page."""
    pinned: ListedConversations
    temporary: ListedConversations
    running: RunViews
    """What is being written anywhere in the space."""


class ConversationOpening(Opening):
    """A conversation, and what its page shows of it."""

    conversation: ConversationWithBranches
    messages: Messages
    """The end of the branch, or what ends in the message that was named."""
    outline: Outline | None
    """Of the branch whose messages these are; null where it has more lines than are worth waiting for."""
    queue: QueuedList
    answers: Turns
