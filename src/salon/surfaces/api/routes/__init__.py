"""The management API: routers under ``/salon/v1``, each route with its row in the endpoint table.

Each function is called when the first request comes that its routers may answer: they load FastAPI, and
those of conversations three hundred models more.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter


def routers() -> "Sequence[APIRouter]":
    """Return every management router."""
    return (*house_routers(), *conversation_routers())


def house_routers() -> "Sequence[APIRouter]":
    """Return the routers of the house itself."""
    from salon.surfaces.api.routes import (  # noqa: PLC0415 - loads FastAPI
        batches,
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
        files.router,
        file_contents.router,
        uploads.router,
        runs.router,
        sign_in.router,
    )


def conversation_routers() -> "Sequence[APIRouter]":
    """Return the routers of conversations."""
    from salon.surfaces.api.routes import answering, conversations, opening  # noqa: PLC0415 - loads FastAPI

    return (*conversations.ROUTERS, *answering.ROUTERS, opening.router)
