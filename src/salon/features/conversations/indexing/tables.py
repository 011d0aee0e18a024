"""What is still to be indexed, which message has which number in the index, and the words of titles.

The words of messages are in FTS5 (``search_text``) or in a ``tsvector`` (``search_vectors``): made by
``search.text_index`` and not by a migration, because it is a derivative that is made anew at will.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from salon.foundation.storage import metadata
from salon.foundation.storage.columns import flag, space_column, text_column

queue = Table(
    "search_queue",
    metadata,
    Column("message_id", Text, primary_key=True),
    space_column(),
    flag("bulk"),
    Index("ix_search_queue_bulk", "bulk", "message_id"),
)
"""Messages that wait for the index; ``bulk`` ones came with many others and let the others go first."""

indexed = Table(
    "search_messages",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_column("message_id"),
    space_column(),
    text_column("conversation_id"),
    Index("ux_search_messages_message_id", "message_id", unique=True),
    Index("ix_search_messages_conversation_id", "conversation_id"),
)
"""Which message has which number in the index. The number is its time in milliseconds, or the next free."""

title_words = Table(
    "search_titles",
    metadata,
    Column("space_id", Text, primary_key=True),
    Column("word", LargeBinary, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Index("ix_search_titles_conversation_id", "conversation_id"),
)
"""Each word of each title, in UTF-8, which both databases order alike: a beginning is a range."""

state = Table("search_state", metadata, Column("name", Text, primary_key=True), text_column("value"))
"""``version``: how the words in the index were made."""
