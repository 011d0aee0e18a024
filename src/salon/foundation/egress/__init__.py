"""Egress: the one way out of the house. Policies, pinned connections, and the HTTP client over them."""

from salon.foundation.egress.client import HttpClient
from salon.foundation.egress.connect import Egress, Resolver, SystemResolver
from salon.foundation.egress.connection import HttpStream
from salon.foundation.egress.errors import (
    EgressBroken,
    EgressError,
    EgressPrivate,
    EgressRefused,
    EgressTimeout,
    EgressUnreachable,
)
from salon.foundation.egress.guard import ConnectGuard, guard
from salon.foundation.egress.messages import Headers, HttpReceiver, HttpRequest, HttpResponse
from salon.foundation.egress.policy import ADMIN, PUBLIC, EgressPolicy, check_address
from salon.foundation.egress.url import Url, parse_url
from salon.foundation.egress.websocket import SocketClosed, UpgradeRefused, WebSocket

__all__ = [
    "ADMIN",
    "PUBLIC",
    "ConnectGuard",
    "Egress",
    "EgressBroken",
    "EgressError",
    "EgressPolicy",
    "EgressPrivate",
    "EgressRefused",
    "EgressTimeout",
    "EgressUnreachable",
    "Headers",
    "HttpClient",
    "HttpReceiver",
    "HttpRequest",
    "HttpResponse",
    "HttpStream",
    "Resolver",
    "SocketClosed",
    "SystemResolver",
    "UpgradeRefused",
    "Url",
    "WebSocket",
    "check_address",
    "guard",
    "parse_url",
]
