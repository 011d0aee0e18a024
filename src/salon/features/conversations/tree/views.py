"""What the tree shows of itself: rows together with what is told beside them."""

from typing import Final

import msgspec

from salon.features.conversations.models import Branch, Conversation, Message, Move, Source, Took


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation and its branches."""

    conversation: Conversation
    branches: tuple[Branch, ...]


class ConversationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations, the one changed last first."""

    items: tuple[Conversation, ...]
    next: str | None


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it may be read."""

    message: Message
    sources: tuple[Source, ...] = ()
    siblings: tuple[str, ...] = ()
    """Every message with the same parent, itself among them, oldest first; empty when it is alone."""
    usage: Took | None = None
    """What it took, where a model was asked for it."""


MOST_PAGE: Final = 200
"""Of anything that comes page by page."""


class BranchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some branches of a conversation, oldest first."""

    items: tuple[Branch, ...]
    next: str | None
    """Where the list goes on."""


class MovePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some moves of a branch, oldest first."""

    items: tuple[Move, ...]
    next: str | None
    """Where the list goes on."""


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a path or of a list, oldest first."""

    items: tuple[MessageView, ...]
    next: str | None
    """Where the list goes on; for a path, ``before`` of the page before."""
    branch: Branch | None = None
    """The branch whose path it is, or begins with it."""
    is_broken: bool = False
    """The path ends where its parent is missing, or where it would go in a circle; it can be repaired."""
