"""What a turn needs of others: models, tools, and summaries."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from salon.features.turns.models import ContextMessage, Summary, Window
from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import ModelRequest, Part, StreamEvent, Tool, ToolCallPart
from salon.gateway.inside import Told

Full = Callable[[int], SalonError | None]
"""Says why no more can be kept, where so many bytes that were written are to be kept once more; else None."""


class Answer(Protocol):
    """An answer while it is made."""

    @property
    def request_id(self) -> str:
        """The id of its row in the ledger."""
        ...

    async def take(self) -> list[StreamEvent]:
        """Return what has come, after waiting for something; nothing when it is over. Raises: SalonError."""
        ...

    def leave(self) -> None:
        """Stop the provider, at once."""
        ...

    async def told(self) -> Told:
        """Return what became of the request, once it is settled."""
        ...


class Asks(Protocol):
    """Has models answer. ``GatewayAsks`` is the one there is."""

    def open(self, identity: KeyIdentity, request: ModelRequest) -> Answer:
        """Begin to ask. Raises: SalonError."""
        ...

    async def window(self, model: str) -> Window:
        """Return how much a model reads and writes; what is not known of it is assumed."""
        ...

    async def count(self, texts: Sequence[str], *, window: Window) -> list[int] | None:
        """Return the tokens of each text by the model's vocabulary; None where it is not known."""
        ...


class ToolAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tool returned."""

    parts: tuple[Part, ...] = ()
    is_error: bool = False


class Approval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a call may be made."""

    is_given: bool
    reason: str = ""
    """Told to the model when it is not given."""
    by: str | None = None
    """The person who decided; None for a rule."""


class ToolBox(Protocol):
    """The tools of a turn. Calls of one step run at the same time."""

    def tools(self) -> tuple[Tool, ...]:
        """Return what the model may call."""
        ...

    def has(self, name: str) -> bool:
        """Tell whether there is such a tool."""
        ...

    def needs_approval(self, call: ToolCallPart) -> bool:
        """Tell whether ``approve`` is to be asked before the call; viewers are told that it waits."""
        ...

    async def approve(self, call: ToolCallPart) -> Approval:
        """Wait for somebody's decision; cancelled when the turn is stopped or its time is over."""
        ...

    async def call(self, call: ToolCallPart) -> ToolAnswer:
        """Make a call; its arguments are a JSON object. Raises: SalonError. Stop and timeout cancel it."""
        ...


class NoTools:
    """A box without tools."""

    def tools(self) -> tuple[Tool, ...]:
        """Return nothing."""
        return ()

    def has(self, name: str) -> bool:
        """Know none."""
        return False

    def needs_approval(self, call: ToolCallPart) -> bool:
        """Never."""
        return False

    async def approve(self, call: ToolCallPart) -> Approval:
        """Refuse."""
        return Approval(is_given=False, reason=f"There is no tool {call.name}.")

    async def call(self, call: ToolCallPart) -> ToolAnswer:
        """Answer that there is no such tool."""
        raise LookupError(call.name)


NO_TOOLS = NoTools()


class Summariser(Protocol):
    """Keeps and makes summaries of messages. A summary is a message with its sources in the tree."""

    async def kept(self) -> Sequence[Summary]:
        """Return the summaries there are for these messages."""
        ...

    async def summarise(
        self, messages: Sequence[ContextMessage], *, previous: Summary | None, most_tokens: int
    ) -> Summary:
        """Have a model write, and keep, a summary whose sources are all of ``messages``.

        ``previous`` covers the first of them: only the others have to be read again. Raises: SalonError.
        """
        ...
