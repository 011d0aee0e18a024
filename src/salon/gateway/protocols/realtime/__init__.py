"""OpenAI's realtime sessions: the events that a relay has to understand, and how it says its own."""

from salon.gateway.protocols.realtime.dialect import DIALECT

__all__ = ["DIALECT"]
