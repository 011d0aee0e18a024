"""Shares: a part of a conversation as it is now, under an address that nobody guesses."""

from salon.features.conversations.shares.copying import Copies
from salon.features.conversations.shares.links import Links
from salon.features.conversations.shares.models import Line, Revision, Share, ShareKind
from salon.features.conversations.shares.pages import PageFrame, Pages, missing_page, policy, told_page
from salon.features.conversations.shares.reading import Reader, SharedFile, ShareView
from salon.features.conversations.shares.service import NewShare, Shared, SharePage, Shares, forget_shown
from salon.features.conversations.shares.store import forget_names

__all__ = [
    "Copies",
    "Line",
    "Links",
    "NewShare",
    "PageFrame",
    "Pages",
    "Reader",
    "Revision",
    "Share",
    "ShareKind",
    "SharePage",
    "ShareView",
    "Shared",
    "SharedFile",
    "Shares",
    "forget_names",
    "forget_shown",
    "missing_page",
    "policy",
    "told_page",
]
