"""What answers for the library: a running Salon, or a gateway in this process."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

from salon.foundation.messages import EmbeddingRequest, ModelRequest, OperationRequest, StreamEvent
from salon.surfaces.library.embedding import Embeddings
from salon.surfaces.library.media import Told
from salon.surfaces.library.results import Answer, KnownModel


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Where the person wants answers from."""

    data_dir: str | None = None
    """Use this data directory: its owner if one runs, else open it in this process."""
    base_url: str | None = None
    api_key: str | None = None
    model: str | None = None
    """The model to ask when none is named."""


class Engine(Protocol):
    """Answers requests. Everything runs on the library's own event loop."""

    async def answer(self, request: ModelRequest) -> Answer:
        """Return a finished answer. Raises: SalonError."""
        ...

    def events(self, request: ModelRequest) -> AsyncIterator[StreamEvent]:
        """Yield an answer as it is made. Raises: SalonError."""
        ...

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Return vectors. Raises: SalonError."""
        ...

    async def ask(self, request: OperationRequest) -> Told:
        """Return the answer to a question that is no chat. Raises: SalonError."""
        ...

    async def models(self) -> Sequence[KnownModel]:
        """Return what can be asked, best first."""
        ...

    async def close(self) -> None:
        """Let everything go."""
        ...


class Opener(Protocol):
    """Makes the engine that fits; the composition root supplies it."""

    async def __call__(self, options: Options) -> Engine:
        """Return an engine. Raises: ConfigError."""
        ...
