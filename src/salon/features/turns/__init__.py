"""Turns: the only loop from a context to a final message. Knows no tree of messages."""

from salon.features.turns.models import (
    Asked,
    ContextMessage,
    ContextPolicy,
    ContextReport,
    Limits,
    Parameters,
    Step,
    Summary,
    TurnOutcome,
    TurnSpec,
    Window,
)
from salon.features.turns.ports import NO_TOOLS, Asks, Summariser, ToolBox

__all__ = [
    "NO_TOOLS",
    "Asked",
    "Asks",
    "ContextMessage",
    "ContextPolicy",
    "ContextReport",
    "Limits",
    "Parameters",
    "Step",
    "Summariser",
    "Summary",
    "ToolBox",
    "TurnOutcome",
    "TurnSpec",
    "Window",
]
