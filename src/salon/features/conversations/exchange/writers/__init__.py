"""Writers: an archive as JSON, JSON Lines, Markdown and HTML, in pieces, so that none is held whole.

Each is a module of its own and loaded when it is asked for: those for Markdown and HTML bring a parser along.
"""

from salon.features.conversations.exchange.writers.base import FORMATS, FormatName, Outline, Writer
from salon.features.conversations.exchange.writers.files import Attachments, Member
from salon.features.conversations.exchange.writers.names import Names

__all__ = [
    "FORMATS",
    "Attachments",
    "FormatName",
    "Member",
    "Names",
    "Outline",
    "Writer",
]
