"""What a kind of provider declares about itself; code only where a declaration cannot say it.

Built-in kinds and those of plugins register in the same ``KindRegistry``.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, Protocol, runtime_checkable

import msgspec

from salon.foundation.egress import EgressPolicy, HttpReceiver, HttpRequest
from salon.foundation.kit.errors import ConfigError
from salon.foundation.messages import OperationName
from salon.gateway.pricing.reported import ReportedCost
from salon.gateway.protocols.base import DialectName, Quirks
from salon.gateway.providers.authorize import Access, Authorizer
from salon.gateway.providers.options import ProviderOption

AuthStyle = Literal["bearer", "token", "x-api-key", "x-goog-api-key", "api-key", "xi-api-key", "none"]
"""How a credential travels: ``bearer``, which sends none when there is no key, ``token``, or a header."""
ListingStyle = Literal["openai", "anthropic", "ollama", "gemini", "vertex", "cohere", "deepgram", "fixed"]
"""Whose form the list of models has; ``fixed`` is the declared list alone."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model can do. None is "not known": it is tried."""

    streaming: bool = True
    plain: bool = True
    """Answers without streaming; False for models that only stream."""
    tools: bool | None = None
    vision: bool | None = None
    reasoning: bool | None = None
    structured: bool | None = None
    """Answers in the shape of a JSON Schema."""
    operations: tuple[OperationName, ...] | None = None
    """What can be asked of it: ``chat``, ``embeddings`` ... None is "not known": it is tried."""


class StreamHandle(Protocol):
    """One request under way, as its sender holds it."""

    def abort(self) -> None:
        """Stop at once; the receiver hears nothing more."""
        ...

    def pause(self) -> None:
        """Stop reading until ``resume``."""
        ...

    def resume(self) -> None:
        """Read again."""
        ...


class Transport(Protocol):
    """Carries requests to a provider: ``HttpClient``, or code inside this process."""

    def open_now(
        self, request: HttpRequest, receiver: HttpReceiver, *, policy: EgressPolicy
    ) -> StreamHandle | None:
        """Like ``open`` if nothing has to be waited for, else None and nothing has happened."""
        ...

    async def open(
        self, request: HttpRequest, receiver: HttpReceiver, *, connect_timeout_s: float, policy: EgressPolicy
    ) -> StreamHandle:
        """Send ``request``; ``receiver`` hears the answer. Raises: EgressError when nothing was sent."""
        ...


class ProviderSocket(Protocol):
    """One open realtime session at a provider, as a WebSocket shows it."""

    async def receive(self) -> str | bytes:
        """Return the next message: text as ``str``. Raises: SocketClosed. Cancelling loses nothing."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Send a message once there is room. Raises: SocketClosed."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye and let go, within about a second."""
        ...

    def abort(self) -> None:
        """Let go at once."""
        ...


@runtime_checkable
class SocketTransport(Protocol):
    """A transport that can open realtime sessions too."""

    async def open_websocket(
        self,
        request: HttpRequest,
        *,
        connect_timeout_s: float,
        policy: EgressPolicy,
        max_message_bytes: int,
    ) -> ProviderSocket:
        """Open a session at the address of ``request``. Raises: EgressError."""
        ...


class BatchApi(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider takes batches of its own."""

    wire: Literal["openai", "anthropic"]
    """Whose addresses and bodies they have."""
    path: str
    """Where batches are made, below the base address."""
    files_path: str = ""
    """Where lines are uploaded, for a wire that takes them in files."""
    endpoints: Mapping[DialectName, str]
    """What a line may ask: the dialect it is written in, and what each line calls that."""
    most_lines: int
    most_bytes: int
    """Of the lines of one batch together."""


class ProviderKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of provider."""

    name: str
    """Stands before the slash of a model id: ``openai``."""
    label: str
    """Shown to people."""
    dialect: DialectName
    """Spoken unless the caller's own dialect is in ``chat_paths`` too."""
    chat_paths: Mapping[DialectName, str]
    """Where a chat request goes, below the base address, for each dialect it understands.

    ``{model}`` stands for the model's name, where the address says it.
    """
    operation_paths: Mapping[DialectName, str] = {}
    """The same for dialects of other operations; the first of each is spoken to a caller of another."""
    stream_paths: Mapping[DialectName, str] = {}
    """Where one goes that asks for a stream, where the address says that."""
    base_url: str = ""
    """Its address; empty when there is no usual one."""
    auth: AuthStyle = "bearer"
    needs_key: bool = True
    local: bool = False
    """Runs on the person's own machine, and is looked for only when asked.

    What it costs nobody knows: it is unpriced until a person says that it is free.
    """
    free: bool = False
    """Answers cost nothing, because nobody is asked: what is built in."""
    env_keys: tuple[str, ...] = ()
    """Environment variables that hold its key; one that is set makes the provider appear."""
    env_url: str | None = None
    """Environment variable that holds its address."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Sent with every request."""
    passed_headers: tuple[bytes, ...] = ()
    """Headers of a caller of the same dialect that are handed on."""
    quirks: Quirks = {}
    listing: ListingStyle = "openai"
    models_path: str = "/models"
    models: tuple[str, ...] = ()
    """Models it is known to have before it was asked."""
    model_card: str = ""
    """The whole address of what is known of a ``{model}``; asked for declared ones that no list names."""
    capabilities: Capabilities = Capabilities()
    """What its models can do where the listing does not say."""
    prices_as: str | None = None
    """Under which name the price tables know it; None is "not in them"."""
    reported_cost: ReportedCost | None = None
    """Reads what it says itself an answer cost; that goes before any price."""
    docs_url: str = ""
    key_url: str = ""
    """Where a person gets a key."""
    make_transport: Callable[[], Transport] | None = None
    """Set when requests do not go over HTTP."""
    one_by_one: bool = False
    """A body that is a list is sent as a request for each item, and their answers are one list."""
    options: tuple[ProviderOption, ...] = ()
    """What it must or may be told besides its address and key."""
    shape: "Callable[[ProviderKind, Mapping[str, str]], ProviderKind] | None" = None
    """Returns the kind as its options make it: address, paths, who proves its requests.

    Raises: ValueError, a half-sentence, for options that do not go together.
    """
    make_authorizer: Callable[[Access], Authorizer] | None = None
    """Set when its requests carry tokens that end, or signatures."""
    read_secret: Callable[[str], object] | None = None
    """Looks through a credential that no header carries as it is. Raises: ValueError with what is wrong."""
    batches: BatchApi | None = None
    """Set where it answers batches by itself, at a price of their own."""
    variants: "tuple[tuple[re.Pattern[str], ProviderKind], ...]" = ()
    """Models whose whole names match are spoken to as another kind says, at the same provider."""
    trims: tuple[str, ...] = ()
    """Ends of an address that people copy along, and that the paths hold already."""
    address_hint: str = ""
    """What an address looks like, where there is no usual one."""
    address_from_options: bool = False
    """Its options make its address, so that nobody has to write one."""
    key_help: str = ""
    """What its key is, as a half-sentence, where that is more than a key."""
    key_has_lines: bool = False
    """Its key is the text of a file, of many lines."""


class KindRegistry:
    """All kinds, by name."""

    def __init__(self, kinds: Iterable[ProviderKind] = ()) -> None:
        self._kinds: dict[str, ProviderKind] = {}
        for kind in kinds:
            self.register(kind)

    def register(self, kind: ProviderKind) -> None:
        """Add ``kind``. Raises: ValueError when its name is taken or it cannot be spoken to."""
        if kind.name in self._kinds:
            raise ValueError(f"the provider kind {kind.name!r} is registered already")
        if kind.dialect not in {**kind.chat_paths, **kind.operation_paths}:
            raise ValueError(f"the provider kind {kind.name!r} has no path for its own dialect")
        self._kinds[kind.name] = kind

    def get(self, name: str, *, key: str = "kind") -> ProviderKind:
        """Return the kind called ``name``; ``key`` is where it was written.

        Raises: ConfigError with the nearest name.
        """
        kind = self._kinds.get(name)
        if kind is not None:
            return kind
        near = difflib.get_close_matches(name, self._kinds, n=1)
        known = f"Did you mean “{near[0]}”?" if near else f"Known kinds: {', '.join(self._kinds)}."
        raise ConfigError(key=key, problem=f"there is no provider kind “{name}”.", fix=known)

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[ProviderKind]:
        return iter(self._kinds.values())
