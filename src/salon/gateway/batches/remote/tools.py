"""What handing over needs of the rest of the house."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Scope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.ids import RequestId
from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.foundation.storage import Storage
from salon.gateway.batches.asking import Identities
from salon.gateway.batches.bodies import Bodies
from salon.gateway.batches.models import Batch, BatchOptions, LineStatus
from salon.gateway.batches.remote.anthropic import AnthropicWire
from salon.gateway.batches.remote.openai import OpenAIWire
from salon.gateway.batches.remote.talk import Talk
from salon.gateway.batches.remote.wire import Wire
from salon.gateway.handing import Handing
from salon.gateway.registry.target import Target


class Books(Protocol):
    """The ledger, as batches see it."""

    async def flush(self, timeout_s: float = 30.0) -> None:
        """Wait until what was recorded so far is on disk."""
        ...

    async def request(self, scope: Scope, request_id: RequestId) -> tuple[RequestEntry, list[AttemptEntry]]:
        """Return one row. Raises: NotFound."""
        ...


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What one process hands batches over with."""

    storage: Storage
    handing: Handing
    accounts: Identities
    bodies: Bodies
    books: Books
    options: BatchOptions
    clock: Clock
    noted: Callable[[LineStatus, int], None]

    def identity(self, batch: Batch) -> KeyIdentity:
        """Return whom a batch acts as: what is with a provider is booked though its key has ended."""
        known = self.accounts.identity_now(key_id=batch.key_id, person_id=batch.person_id)
        return known or KeyIdentity(caller=batch.caller, name="batch")


def wire_to(target: Target) -> Wire:
    """Return how the provider of a target is spoken to about batches."""
    talk = Talk(target.link)
    return AnthropicWire(talk) if talk.way.api.wire == "anthropic" else OpenAIWire(talk)
