"""Exports: one, many or all conversations, in a file."""

from salon.features.conversations.exchange.exporting.choosing import chosen
from salon.features.conversations.exchange.exporting.erasing import ExportEraser
from salon.features.conversations.exchange.exporting.jobs import KIND
from salon.features.conversations.exchange.exporting.reading import Placed, Places
from salon.features.conversations.exchange.exporting.service import Export, ExportPage, Exports
from salon.features.conversations.exchange.exporting.wishes import Counted, Wish

__all__ = [
    "KIND",
    "Counted",
    "Export",
    "ExportEraser",
    "ExportPage",
    "Exports",
    "Placed",
    "Places",
    "Wish",
    "chosen",
]
