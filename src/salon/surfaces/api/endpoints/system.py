"""The rows of the house itself: whether it lives, its figures, and the page."""

from typing import Final

from salon.foundation.kit.caller import Right
from salon.surfaces.api.endpoints.row import Endpoint

ROWS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path="/healthz",
        summary="Whether the process lives.",
        policy="public",
        operation="health",
        why_public="Says “ok” and nothing else.",
    ),
    Endpoint(
        method="GET",
        path="/readyz",
        summary="Whether requests can be served now.",
        policy="public",
        operation="health",
        why_public="Names the parts that are ready or not, without any detail.",
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        summary="Figures for Prometheus.",
        policy=Right.READ_SYSTEM,
        operation="metrics",
    ),
    Endpoint(
        method="GET",
        path="/salon/v1/socket",
        summary="Runs and durable events over one WebSocket.",
        policy=Right.USE_CONVERSATIONS,
        operation="manage",
        realtime="client",
    ),
    Endpoint(
        method="GET",
        path="/{page:path}",
        summary="The web app.",
        policy="public",
        operation="page",
        why_public="The same files for everyone; what they show comes from other endpoints.",
    ),
)
