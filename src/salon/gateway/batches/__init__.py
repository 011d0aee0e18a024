"""Batches: many requests handed in at once, answered when there is room, and fetched together.

A batch is a run of this house. Its lines are ordinary requests: any model, the limits, budgets and ledger of
the key it was made with.
"""

from salon.gateway.batches.models import Batch, BatchOptions, Line, NewLine
from salon.gateway.batches.service import Batches
from salon.gateway.batches.workshop import Workshop

__all__ = ["Batch", "BatchOptions", "Batches", "Line", "NewLine", "Workshop"]
