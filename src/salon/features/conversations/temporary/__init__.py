"""Temporary conversations: in memory alone, for the one who began them, until they are ended or forgotten."""

from salon.features.conversations.temporary.limits import Limits
from salon.features.conversations.temporary.service import Temporary

__all__ = ["Limits", "Temporary"]
