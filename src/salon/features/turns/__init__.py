"""Turns: the only loop from a context to a final message. Knows no tree of messages."""

from salon.features.turns.asking import GatewayAsks
from salon.features.turns.context import Fitted, fit
from salon.features.turns.expanding import expanded
from salon.features.turns.gathering import outcome_of
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
from salon.features.turns.rebuilding import rebuilt
from salon.features.turns.turn import take_turn

__all__ = [
    "NO_TOOLS",
    "Asked",
    "Asks",
    "ContextMessage",
    "ContextPolicy",
    "ContextReport",
    "Fitted",
    "GatewayAsks",
    "Limits",
    "Parameters",
    "Step",
    "Summariser",
    "Summary",
    "ToolBox",
    "TurnOutcome",
    "TurnSpec",
    "Window",
    "expanded",
    "fit",
    "outcome_of",
    "rebuilt",
    "take_turn",
]
