"""Counts of tokens made here, where no provider counts: by a vocabulary on disk, else from bytes."""

from salon.gateway.counting.counter import TokenCounter, lacks_counter

__all__ = ["TokenCounter", "lacks_counter"]
