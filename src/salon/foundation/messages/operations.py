"""What all operations other than chat have in common: one question, and one answer."""

from typing import Any, ClassVar, Literal

import msgspec

from salon.foundation.messages.usage import Finish, Usage

OperationName = Literal[
    "chat",
    "count",
    "embeddings",
    "rerank",
    "moderations",
    "speech",
    "transcriptions",
    "translations",
    "images",
    "image-edits",
    "image-variations",
    "realtime",
]
"""What can be asked of a model. Keys are limited to these, endpoints and ledger rows name them."""


class OperationRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question to one model; each operation adds what is asked. ``None`` is "the caller did not say"."""

    operation: ClassVar[OperationName]

    model: str
    stream: bool = False
    """Only where the operation's answer can be streamed."""
    n: int | None = None
    """How many results are asked for, where that is asked; money is held for each."""
    extra: dict[str, Any] | None = None
    """Fields of the request that only one dialect understands, by the name of the dialect's family."""

    def weight(self) -> Usage | None:
        """Return what the question alone says will be used; None where that says nothing.

        Money is held for it, and it is what was used where the provider counts nothing.
        """
        return None


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that comes with a request, or is what an answer is."""

    data: bytes
    media_type: str | None = None
    name: str | None = None
    """Its file name; many services tell formats by its end."""


class OperationResponse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finished answer; each operation adds what came."""

    model: str | None = None
    """The model as the provider names it."""
    usage: Usage | None = None
    """None when the provider sent no count."""
    finish: Finish = Finish(reason="stop")

    def answers(self, request: object) -> bool:
        """Tell whether this can be the answer to ``request``: it has as many results as were asked for."""
        return True
