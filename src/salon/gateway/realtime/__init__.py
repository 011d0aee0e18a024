"""Realtime sessions: relayed between a caller and a provider, each response of them metered."""

from salon.gateway.realtime.ports import ClientLeft, ClientSocket, SessionCall
from salon.gateway.realtime.relay import OpenSession, Realtime, RealtimeOptions, SessionFacts
from salon.gateway.realtime.secrets import ClientSecrets, KnownSecret
from salon.gateway.realtime.session import Session

__all__ = [
    "ClientLeft",
    "ClientSecrets",
    "ClientSocket",
    "KnownSecret",
    "OpenSession",
    "Realtime",
    "RealtimeOptions",
    "Session",
    "SessionCall",
    "SessionFacts",
]
