"""The tree as a service: conversations, branches, messages, and what is done with them.

Others that write into the tree call ``append`` in their own transaction, with what
``the_branch`` found in it.
"""

from salon.features.conversations.store.deleting import Erasure
from salon.features.conversations.tree.appending import (
    Appended,
    NewMessage,
    append,
    new_branch,
    turn_of,
    write_messages,
)
from salon.features.conversations.tree.branches import BranchChange, move_head
from salon.features.conversations.tree.charting import Map
from salon.features.conversations.tree.conversations import ConversationChange, begin, blank
from salon.features.conversations.tree.deleting import Deleted, HeldBackup, Verb
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import readable, the_branch, the_conversation, the_message
from salon.features.conversations.tree.messages import HEAD, MessageMarks
from salon.features.conversations.tree.outlining import Line, Outline
from salon.features.conversations.tree.service import Tree
from salon.features.conversations.tree.views import (
    MOST_PAGE,
    ConversationPage,
    ConversationView,
    MessagePage,
    MessageView,
)

__all__ = [
    "HEAD",
    "MOST_PAGE",
    "Appended",
    "BranchChange",
    "ConversationChange",
    "ConversationPage",
    "ConversationView",
    "Deleted",
    "Desk",
    "Erasure",
    "HeldBackup",
    "Line",
    "Map",
    "MessageMarks",
    "MessagePage",
    "MessageView",
    "NewMessage",
    "Outline",
    "Tree",
    "Verb",
    "append",
    "author_id",
    "begin",
    "blank",
    "move_head",
    "new_branch",
    "readable",
    "the_branch",
    "the_conversation",
    "the_message",
    "turn_of",
    "write_messages",
]
