"""What people call the places a declaration comes from."""

from collections.abc import Mapping
from typing import Final

from salon.gateway.registry.models import Source

SHOWN_SOURCES: Final[Mapping[Source, str]] = {
    "built-in": "built-in",
    "environment": "environment",
    "file": "file",
    "database": "api",
}
