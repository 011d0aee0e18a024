"""Writers: an archive as JSON, JSON Lines, Markdown and HTML, in pieces, so that none is held whole."""

from salon.features.conversations.exchange.writers.base import FORMATS, FormatName, Outline, Writer
from salon.features.conversations.exchange.writers.files import Attachments, Member
from salon.features.conversations.exchange.writers.lines import ConversationLines, MessageLines
from salon.features.conversations.exchange.writers.markdown import MarkdownWriter
from salon.features.conversations.exchange.writers.names import Names
from salon.features.conversations.exchange.writers.page import HtmlWriter
from salon.features.conversations.exchange.writers.whole import JsonWriter

__all__ = [
    "FORMATS",
    "Attachments",
    "ConversationLines",
    "FormatName",
    "HtmlWriter",
    "JsonWriter",
    "MarkdownWriter",
    "Member",
    "MessageLines",
    "Names",
    "Outline",
    "Writer",
]
