"""Imports: an export becomes conversations, as a run that reports of each and can be repeated.

An import is read in a process of its own and written in transactions that hold whole conversations where
they can. Nothing that is there already is written again, so an import that was cut off, or whose export has
grown, is simply read once more.
"""

from salon.features.conversations.exchange.importing.errors import ImportsFull
from salon.features.conversations.exchange.importing.models import Entry, Import, Outcome, Problem, Totals
from salon.features.conversations.exchange.importing.service import Imports
from salon.features.conversations.exchange.importing.store import forget_reported

__all__ = ["Entry", "Import", "Imports", "ImportsFull", "Outcome", "Problem", "Totals", "forget_reported"]
