"""Search: words within and across conversations, filters, and titles as they are typed."""

from salon.features.conversations.search.indexer import Indexer
from salon.features.conversations.search.models import Found, Hit, SearchQuery, TitleHit
from salon.features.conversations.search.query import narrowed, parse
from salon.features.conversations.search.service import Search

__all__ = ["Found", "Hit", "Indexer", "Search", "SearchQuery", "TitleHit", "narrowed", "parse"]
