"""The table itself: the rows of each subject in one order, and those of the management routes."""

from typing import Final

from salon.foundation.kit.errors import ConfigError
from salon.surfaces.api.endpoints import batches, chat, embeddings, files, media, models, responses, system
from salon.surfaces.api.endpoints.row import SMALL_BODY_BYTES, Endpoint, Method, Policy, check_rows

CORE: Final[tuple[Endpoint, ...]] = (
    *chat.ROWS,
    *responses.ROWS,
    *embeddings.ROWS,
    *batches.ROWS,
    *media.ROWS,
    *models.ROWS,
    *files.ROWS,
    *system.ROWS,
)
"""Every row but those of the management routes. Where two paths fit, the first row counts."""
check_rows(CORE)

_managed: dict[tuple[str, str], Endpoint] = {}


def management(
    method: Method,
    path: str,
    policy: Policy,
    *,
    summary: str,
    operation: str = "manage",
    max_body_bytes: int = SMALL_BODY_BYTES,
    why_public: str = "",
    below: str = "/salon/v1",
) -> Endpoint:
    """Add the row of a management route; call it beside the route. ``path`` is below ``/salon/v1``.

    Adding the same row again changes nothing. Raises: ConfigError for a second, different row.
    """
    row = Endpoint(
        method=method,
        path=below + path,
        policy=policy,
        summary=summary,
        operation=operation,
        max_body_bytes=max_body_bytes,
        why_public=why_public,
    )
    check_rows((row,))
    known = _managed.setdefault(row.key, row)
    if known != row:
        raise ConfigError(key=f"{method} {row.path}", problem="has two policies.", fix="Keep one row.")
    return row


def endpoints() -> tuple[Endpoint, ...]:
    """Return every row known now; management rows appear when their routes are loaded."""
    return CORE + tuple(_managed.values())
