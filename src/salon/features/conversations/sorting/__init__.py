"""Folders, tags, what was read, acts on many conversations with undo, and templates."""

from salon.features.conversations.sorting.bulk import Asked
from salon.features.conversations.sorting.folders import FolderChange, folder_settings
from salon.features.conversations.sorting.models import (
    BulkAct,
    BulkDone,
    Filter,
    Folder,
    Listed,
    ListedPage,
    Order,
    State,
    Tag,
    Template,
    TemplateMessage,
    Undone,
)
from salon.features.conversations.sorting.service import Sorting
from salon.features.conversations.sorting.templates import TemplateChange, files_of_templates

__all__ = [
    "Asked",
    "BulkAct",
    "BulkDone",
    "Filter",
    "Folder",
    "FolderChange",
    "Listed",
    "ListedPage",
    "Order",
    "Sorting",
    "State",
    "Tag",
    "Template",
    "TemplateChange",
    "TemplateMessage",
    "Undone",
    "files_of_templates",
    "folder_settings",
]
