"""What management routes ask of the house. The composition root implements it; routes only hand on.

Answers are plain mappings in the shape of ``schemas``; services behind it check rights, write in one
transaction and record audit and events.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import Caller
from salon.surfaces.api.requests import CurrentServices

Json = Mapping[str, Any]


class House(Protocol):
    """The house, as its management sees it."""

    async def status(self, caller: Caller) -> Json:
        """Say what runs."""
        ...

    async def doctor(self, caller: Caller) -> Sequence[Json]:
        """Look for problems: name, ok, detail, fix."""
        ...

    async def providers(self, caller: Caller) -> Sequence[Json]:
        """List the providers."""
        ...

    def provider_kinds(self) -> Sequence[Json]:
        """List the kinds that can be added."""
        ...

    async def add_provider(self, caller: Caller, body: Json) -> Json:
        """Add a provider and return it. Raises: ConfigError, InvalidRequest, Conflict."""
        ...

    async def test_provider(self, caller: Caller, provider_id: str) -> Json:
        """Ask it a real question, streamed, and for a tool call. Raises: NotFound."""
        ...

    async def enable_provider(self, caller: Caller, provider_id: str, *, enabled: bool) -> Json:
        """Let requests go to it, or not. Raises: NotFound."""
        ...

    async def change_provider(self, caller: Caller, provider_id: str, body: Json) -> Json:
        """Change its address, options, limits and the like. Raises: NotFound, Conflict, ConfigError."""
        ...

    async def set_provider_key(self, caller: Caller, provider_id: str, secret: str) -> Json:
        """Give it another key. Raises: NotFound, Conflict."""
        ...

    async def remove_provider(self, caller: Caller, provider_id: str) -> None:
        """Remove it and forget its key. Raises: NotFound, Conflict."""
        ...

    async def detect_providers(self, caller: Caller, *, add: bool) -> Sequence[Json]:
        """Look for model servers on this machine."""
        ...

    async def rotate_master_key(self, caller: Caller) -> Json:
        """Seal every stored key of a provider with a new master key. Raises: ConfigError."""
        ...

    async def prices(self, caller: Caller) -> Sequence[Json]:
        """List the prices that people wrote."""
        ...

    async def put_price(self, caller: Caller, model: str, body: Json) -> Json:
        """Say what a model costs. Raises: InvalidRequest, Conflict."""
        ...

    async def remove_price(self, caller: Caller, model: str, *, starts: str | None = None) -> None:
        """Go back to what the price tables say. Raises: NotFound, Conflict."""
        ...

    async def models(self, caller: Caller) -> Sequence[Json]:
        """List the models that can be asked."""
        ...

    async def refresh_models(self, caller: Caller) -> None:
        """Ask every provider for its models again."""
        ...

    async def aliases(self, caller: Caller) -> Sequence[Json]:
        """List the aliases."""
        ...

    async def put_alias(self, caller: Caller, name: str, body: Json) -> Json:
        """Make or replace an alias. Raises: InvalidRequest, Conflict."""
        ...

    async def remove_alias(self, caller: Caller, name: str) -> None:
        """Remove an alias. Raises: NotFound, Conflict."""
        ...

    async def residency(self, caller: Caller) -> Sequence[Json]:
        """List the constraints on spaces."""
        ...

    async def put_residency(self, caller: Caller, name: str, body: Json) -> Json:
        """Make or replace a constraint. Raises: ConfigError, Conflict."""
        ...

    async def remove_residency(self, caller: Caller, name: str) -> None:
        """Remove a constraint. Raises: NotFound, Conflict."""
        ...

    async def explain_route(self, caller: Caller, body: Json) -> Json:
        """Say where a request would go, and why. Raises: UnknownModel, ModelUnavailable, NotFound."""
        ...

    async def keys(self, caller: Caller) -> Sequence[Json]:
        """List the keys."""
        ...

    async def create_key(self, caller: Caller, body: Json) -> Json:
        """Make a key. Raises: NotAllowed when it would have rights its maker lacks."""
        ...

    async def update_key(self, caller: Caller, key_id: str, body: Json) -> Json:
        """Change a key. Raises: NotFound."""
        ...

    async def rotate_key(self, caller: Caller, key_id: str, *, grace_s: float) -> Json:
        """Give a key a new secret; the old one works on for ``grace_s``. Raises: NotFound."""
        ...

    async def revoke_key(self, caller: Caller, key_id: str) -> None:
        """Stop a key from working. Raises: NotFound."""
        ...

    async def payload_rules(self, caller: Caller) -> Sequence[Json]:
        """List what turns the payload log on. Raises: NotAllowed."""
        ...

    async def put_payload_rule(self, caller: Caller, name: str, body: Json) -> Json:
        """Turn the payload log on. Raises: NotAllowed, InvalidRequest, NotFound."""
        ...

    async def remove_payload_rule(self, caller: Caller, name: str) -> None:
        """Turn it off. Raises: NotAllowed, NotFound."""
        ...

    async def payloads(self, caller: Caller, query: Json, *, key: str | None, cursor: str | None) -> Json:
        """Look for payloads. Raises: NotAllowed, InvalidRequest."""
        ...

    async def payload(self, caller: Caller, payload_id: str) -> Json:
        """Return a payload. Raises: NotAllowed, NotFound."""
        ...

    async def remove_payload(self, caller: Caller, payload_id: str) -> None:
        """Delete a payload. Raises: NotAllowed, NotFound."""
        ...

    async def remove_payloads(self, caller: Caller, *, before_ms: int) -> int:
        """Delete payloads; return how many. Raises: NotAllowed."""
        ...

    async def replay_payload(self, identity: KeyIdentity, payload_id: str, *, model: str) -> Json:
        """Ask another model the same. Raises: NotAllowed, NotFound, InvalidRequest."""
        ...

    async def batches(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List batches."""
        ...

    async def batch(self, caller: Caller, batch_id: str) -> Json:
        """Show a batch. Raises: NotFound."""
        ...

    async def cancel_batch(self, caller: Caller, batch_id: str) -> Json:
        """Stop a batch. Raises: NotFound, Conflict."""
        ...

    async def files(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List files. Raises: FileMissing for a cursor that is none."""
        ...

    async def remove_file(self, caller: Caller, file_id: str, *, client_id: str | None) -> None:
        """Delete a file. Raises: FileMissing, ActDiffers."""
        ...

    async def realtime_sessions(self, caller: Caller) -> Sequence[Json]:
        """List open realtime sessions."""
        ...

    async def usage(self, caller: Caller, *, group_by: str, days: int) -> Json:
        """Add up what was used."""
        ...

    async def usage_course(self, caller: Caller, query: Json) -> Json:
        """Add up what was used, step by step. Raises: InvalidRequest."""
        ...

    async def requests(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List recent requests."""
        ...

    async def request(self, caller: Caller, request_id: str) -> Json:
        """Return one request with its attempts. Raises: NotFound."""
        ...

    def settings(self) -> Sequence[Json]:
        """Explain every setting, secrets masked."""
        ...

    def setting(self, key: str) -> Json:
        """Explain one setting. Raises: ConfigError naming the nearest key."""
        ...

    async def reload(self, caller: Caller) -> Json:
        """Read the settings again."""
        ...

    async def audit(self, caller: Caller, *, limit: int, cursor: str | None) -> Json:
        """List recorded acts."""
        ...

    async def back_up(self, caller: Caller, *, path: str | None, with_files: bool = False) -> Json:
        """Write a backup, with the content of files or without. Raises: InvalidRequest, StorageError."""
        ...

    async def check_database(self, caller: Caller) -> Json:
        """Look for damage."""
        ...

    async def login_link(self, caller: Caller) -> Json:
        """Make a one-time address that signs a browser in."""
        ...

    async def sign_in(self, token: str) -> str | None:
        """Use a one-time token up; return the session's secret, or None for a token that is spent."""
        ...

    async def sign_out(self, session: str) -> None:
        """End a browser's session; one that is not there is ended already."""
        ...


def _house(services: CurrentServices) -> House:
    return cast(House, services.house)


CurrentHouse = Annotated[House, Depends(_house)]
