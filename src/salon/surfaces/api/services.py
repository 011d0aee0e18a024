"""What the doors need of the house, put together by the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from salon.features.conversations.naming import is_temporary
from salon.foundation.accounts import KeyIdentity
from salon.foundation.events import Feed
from salon.foundation.files import Files, ForeignPictures, Making, Uploads
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.in_place import InPlace
from salon.foundation.kit.later import Later
from salon.foundation.runs import Runs
from salon.gateway.batches import Batches
from salon.gateway.exchange import Reply, ServedCall
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.realtime import ClientSecrets, OpenSession, SessionCall
from salon.surfaces.api.credentials import MOST_WRONG, AccessAccounts

if TYPE_CHECKING:
    from salon.features.conversations.answering.service import Answering
    from salon.features.conversations.exchange.exporting import Exports
    from salon.features.conversations.exchange.importing import Imports
    from salon.features.conversations.prompts import Prompts
    from salon.features.conversations.responses import ResponseDesk
    from salon.features.conversations.search import Indexer, Search
    from salon.features.conversations.shares import Copies, Pages, Reader, Shares
    from salon.features.conversations.sorting import Sorting
    from salon.features.conversations.temporary import Temporary
    from salon.features.conversations.tree import Tree


class GatewayDoor(Protocol):
    """The gateway as a door sees it."""

    async def serve(self, call: ServedCall, reply: Reply, in_place: InPlace | None = None) -> None:
        """Serve one call; every failure is an answer in the caller's dialect.

        ``in_place`` is what runs it, if it is no task.
        """
        ...


class RealtimeDoor(Protocol):
    """The relay of realtime sessions as a door sees it."""

    async def open(self, call: SessionCall) -> OpenSession:
        """Return a session that a provider has opened. Raises: SalonError."""
        ...

    async def check(self, identity: KeyIdentity, model: str) -> None:
        """Check that ``identity`` could hold sessions with ``model``. Raises: SalonError."""
        ...


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """One model as the compatible listings show it."""

    id: str
    """An alias or ``kind/name``."""
    provider: str
    display_name: str
    created_at_s: int
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: tuple[str, ...] = ("completion",)
    """In Ollama's words: ``completion``, ``tools``, ``vision``, ``thinking``, ``embedding``."""
    family: str = ""
    parameters: str = ""
    """Parameter count as text, like ``8.0B``; empty when unknown."""
    quantization: str = ""
    kept_until_s: int | None = None
    """When Ollama would let go of it, having answered here; None when that is over."""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether requests can be served, part by part."""

    ready: bool
    parts: Mapping[str, bool]


class ServerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what a client may send, hold and wait for."""

    max_connections: int = 10_000
    max_head_bytes: int = 32 * 1024
    max_headers: int = 100
    max_url_bytes: int = 8 * 1024
    head_timeout_s: float = 10.0
    body_grace_s: float = 10.0
    """How long a body may take before its rate is looked at."""
    min_body_bytes_per_s: float = 500.0
    write_stall_s: float = 60.0
    """How long a client may read nothing at all while an answer waits for it."""
    linger_s: float = 2.0
    """How long we keep reading after a refusal, so that the client sees it instead of a reset."""
    keep_alive_s: float = 75.0
    tick_s: float = 0.5
    """How often deadlines are looked at."""


class FileServices(msgspec.Struct, frozen=True, kw_only=True):
    """What the files endpoints work with."""

    files: Files
    uploads: Uploads
    making: Making
    foreign: ForeignPictures
    identity_of: Callable[[str], Awaitable[KeyIdentity | None]]
    """Under whom the key or person acts now that began something; ``None`` once they may not any more."""


class SharedDoor(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages of shares work with."""

    reader: "Reader"
    pages: "Pages"
    copies: "Copies"


class ConversationServices(msgspec.Struct, frozen=True, kw_only=True):
    """What the routes of conversations work with, a field for each part.

    Made when first asked for: a gateway that serves none never loads them.
    """

    tree: "Tree"
    search: "Search"
    indexer: "Indexer"
    sorting: "Sorting"
    prompts: "Prompts"
    answering: "Answering"
    exports: "Exports"
    imports: "Imports"
    shares: "Shares"
    shared: SharedDoor
    responses: "ResponseDesk"
    temporary: "Temporary"


class LiveServices(msgspec.Struct, frozen=True, kw_only=True):
    """What viewers of runs and events work with."""

    runs: Runs
    feed: Feed
    conversations: "Later[ConversationServices] | None" = None
    """Where temporary conversations are, which have runs of their own; ``None`` where there are none."""

    async def runs_with(self, caller: Caller, run_id: str) -> Runs:
        """Return the runs among which one is to be looked for. Raises: TemporaryGone."""
        if self.conversations is None or not is_temporary(run_id):
            return self.runs
        return (await (await self.conversations.get()).temporary.room(caller, run_id)).runs


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the doors call."""

    gateway: GatewayDoor
    accounts: AccessAccounts
    dialects: Mapping[DialectName, Dialect]
    list_models: Callable[[KeyIdentity], Sequence[ListedModel]]
    readiness: Callable[[], Awaitable[Readiness]]
    realtime: RealtimeDoor | None = None
    """Opens realtime sessions; ``None`` where there are none."""
    client_secrets: ClientSecrets | None = None
    """Makes keys for browsers' realtime sessions; ``None`` where none can be kept."""
    realtime_message_bytes: int = 16 * 1024 * 1024
    """The largest message a client may send in one."""
    metrics: Callable[[], bytes] | None = None
    """Renders the Prometheus page; ``None`` when it is off."""
    bound_host: str = "127.0.0.1"
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    require_key: bool = False
    base_path: str = ""
    """Under which path a proxy shows this Salon; empty, or like ``/salon``."""
    public_address: str = ""
    """Where people open this Salon, without a path, like ``https://salon.example``; empty when unknown."""
    own_address: str = ""
    """Where this process listens, for addresses told to commands that come over its socket."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of the proxies that say where a request came from, and over what."""
    most_wrong_credentials: int = MOST_WRONG
    """From one address in a minute."""
    asset_address: str = ""
    """Where browsers fetch the page's files other than the document; empty for here."""
    limits: ServerLimits = ServerLimits()
    files: FileServices | None = None
    """The house's file store; ``None`` where there is none."""
    batches: Batches | None = None
    """The house's batches; ``None`` where there are none."""
    conversations: Later[ConversationServices] | None = None
    """The house's conversations, and the responses stored in them; ``None`` where there are none."""
    live: LiveServices | None = None
    """The house's runs and durable events; ``None`` where there are none."""
    house: object = None
    """What management routes work with; they know its type."""
