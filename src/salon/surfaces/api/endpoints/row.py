"""One row of the endpoint table, and what most rows of it have in common."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from salon.foundation.kit.caller import Right
from salon.foundation.kit.errors import ConfigError
from salon.foundation.messages import OperationName
from salon.gateway.operations import OPERATIONS
from salon.gateway.protocols.base import DialectName

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Policy = Right | Literal["public", "signed-in"]

CHAT_BODY_BYTES: Final = 64 * 1024 * 1024
"""Chat bodies carry images and files as base64."""
SHARED: Final = "shared-page"
"""What the rows of shared pages are called as an operation: strangers read them, whatever they send."""
SMALL_BODY_BYTES: Final = 1024 * 1024


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    method: Method
    path: str
    """``{name}`` stands for one segment, ``{name:path}`` for the rest."""
    policy: Policy
    """``public`` needs no credential, ``signed-in`` any valid one, a right needs one that holds it."""
    summary: str
    operation: str
    """What it does; keys can be limited to operations."""
    dialect: DialectName | None = None
    """Whose words errors and answers use; ``None`` is Salon's own."""
    form: DialectName | None = None
    """Whose words a request uses that is a form; where it is ``dialect`` too, it must be one."""
    max_body_bytes: int = SMALL_BODY_BYTES
    hot: bool = False
    """Served below ASGI when it can be."""
    why_public: str = ""
    """Public rows only: what makes it harmless to strangers."""
    realtime: Literal["session", "secret", "responses", "client"] | None = None
    """``session``, ``responses`` and ``client`` are WebSockets, ``secret`` makes a key for one.

    ``client`` is of our own clients: runs and events.
    """

    @property
    def is_served(self) -> bool:
        """Tell whether the gateway answers it."""
        return self.operation in OPERATIONS and self.realtime is None

    @property
    def is_socket(self) -> bool:
        """Tell whether it is a WebSocket."""
        return self.realtime in {"session", "responses", "client"}

    @property
    def key(self) -> tuple[str, str]:
        """Return method and path, which name the row."""
        return self.method, self.path


def asking(
    path: str,
    dialect: DialectName,
    operation: OperationName,
    summary: str,
    *,
    form: DialectName | None = None,
    hot: bool = False,
) -> Endpoint:
    """Return the row of an address where a model is asked for something: what most rows are."""
    return Endpoint(
        method="POST",
        path=path,
        policy=Right.USE_MODELS,
        summary=summary,
        operation=operation,
        dialect=dialect,
        form=form,
        max_body_bytes=CHAT_BODY_BYTES,
        hot=hot,
    )


def check_rows(rows: Iterable[Endpoint]) -> None:
    """Refuse rows that would open a door unseen. Raises: ConfigError."""
    for row in rows:
        if (row.policy == "public") != bool(row.why_public):
            raise ConfigError(
                key=f"{row.method} {row.path}",
                problem="is public without a reason, or has a reason without being public.",
                fix="Give it a policy, or say why it is public.",
            )
