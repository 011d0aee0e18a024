"""Turns: the only loop from a context to a final message. Knows no tree of messages."""

from salon.features.turns.asking import GatewayAsks
from salon.features.turns.context import Fitted, apart, fit
from salon.features.turns.expanding import expanded
from salon.features.turns.gathering import outcome_of
from salon.features.turns.models import (
    Asked,
    ContextMessage,
    ContextPolicy,
    ContextReport,
    Limits,
    Parameters,
    PolicyKind,
    Quote,
    Quoting,
    Step,
    Summary,
    TurnOutcome,
    TurnSpec,
    Window,
)
from salon.features.turns.ports import NO_TOOLS, Asks, Full, Summariser, ToolBox
from salon.features.turns.quoting import quoting_message, words_of
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
    "Full",
    "GatewayAsks",
    "Limits",
    "Parameters",
    "PolicyKind",
    "Quote",
    "Quoting",
    "Step",
    "Summariser",
    "Summary",
    "ToolBox",
    "TurnOutcome",
    "TurnSpec",
    "Window",
    "apart",
    "expanded",
    "fit",
    "outcome_of",
    "quoting_message",
    "rebuilt",
    "take_turn",
    "words_of",
]
