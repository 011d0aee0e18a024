"""The management API: routers under ``/salon/v1``, each route with its row in the endpoint table.

``routers`` is called when the first management request comes: it loads FastAPI and pydantic.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter


def routers() -> "Sequence[APIRouter]":
    """Return every management router."""
    from salon.surfaces.api.routes import (  # noqa: PLC0415 - loads FastAPI
        answering,
        batches,
        conversations,
        file_contents,
        files,
        keys,
        payloads,
        providers,
        routing,
        runs,
        sign_in,
        system,
        uploads,
    )

    return (
        system.router,
        providers.router,
        routing.router,
        keys.router,
        payloads.router,
        batches.router,
        *conversations.ROUTERS,
        *answering.ROUTERS,
        files.router,
        file_contents.router,
        uploads.router,
        runs.router,
        sign_in.router,
    )
