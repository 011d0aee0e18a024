"""What rules and strategies may know of a request, read when somebody asks and once."""

import datetime
from collections.abc import Sequence
from functools import cached_property
from typing import Final, cast
from zoneinfo import ZoneInfo

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import ModelRequest, TextPart
from salon.gateway.counting.measure import measure
from salon.gateway.protocols.base import AnyRequest
from salon.gateway.protocols.counts import BYTES_PER_TOKEN
from salon.gateway.protocols.fields import field_value
from salon.gateway.registry.models import SplitBy
from salon.gateway.relay.job import Job

CONVERSATION: Final = b"x-salon-conversation"
"""By this header a client says which requests belong to one conversation."""
USER: Final = b"x-salon-user"
"""By this header it says for whom it asks, where its dialect has no field for that."""
_USER_FIELDS: Final = ("safety_identifier", "user")


def decoded(job: Job) -> AnyRequest:
    """Return the whole request, decoded at the first call. Raises: InvalidRequest."""
    request = job.request
    if request is None:
        assert job.dialect is not None
        assert job.envelope is not None
        request = job.request = cast(AnyRequest, job.dialect.decode_request(job.envelope))
    return request


def needs(job: Job) -> tuple[str, ...]:
    """Return the capabilities that the request needs, as far as a glance can tell."""
    found: list[str] = []
    if job.operation != "chat":
        return ()
    if job.envelope is not None and job.dialect is not None:
        fields = job.envelope.fields
        if len(fields.get("tools", b"")) > 2:
            found.append("tools")
        if job.dialect.image_mark in bytes(fields.get(job.dialect.said_field, b"")):
            found.append("vision")
        if b"json_schema" in bytes(fields.get("response_format") or fields.get("text") or b""):
            found.append("structured")
    elif isinstance(job.request, ModelRequest) and job.request.tools:
        found.append("tools")
    return tuple(found)


class JobFacts:
    """The facts of one request."""

    def __init__(self, job: Job, now_ms: int) -> None:
        self._job = job
        self._now_ms = now_ms

    @property
    def key_names(self) -> Sequence[str]:
        """The name and the id of the caller's key."""
        identity = self._job.identity
        return (identity.name, identity.caller.key_id) if identity.caller.key_id else (identity.name,)

    @property
    def space_id(self) -> str:
        """Whose request it is."""
        return self._job.identity.caller.space_id

    @property
    def stream(self) -> bool:
        """A stream is asked for."""
        return self._job.stream

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The capabilities that the request needs."""
        return needs(self._job)

    @property
    def tools(self) -> bool:
        """Tools are offered."""
        return "tools" in self.needs

    @property
    def images(self) -> bool:
        """There is a picture in it."""
        return "vision" in self.needs

    @cached_property
    def request(self) -> ModelRequest | None:
        """The whole request; None when it is no chat, or cannot be read."""
        try:
            request = decoded(self._job)
            return request if isinstance(request, ModelRequest) else None
        except InvalidRequest:
            return None  # the provider may understand what we do not; it is not refused for that

    @property
    def tokens(self) -> int:
        """About how many tokens there are to read."""
        return self._tokens

    @property
    def said(self) -> str | None:
        """What the user said last; None when the request cannot be read."""
        return self._said

    @cached_property
    def _tokens(self) -> int:
        if self.request is None:
            return -(-self._job.size_bytes // BYTES_PER_TOKEN)
        measured = measure(self.request)
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in measured.texts)
        return measured.tokens + -(-size // BYTES_PER_TOKEN)

    @cached_property
    def _said(self) -> str | None:
        if self.request is None:
            return None
        last = next((one for one in reversed(self.request.messages) if one.role == "user"), None)
        parts = last.parts if last is not None else ()
        return "\n".join(part.text for part in parts if isinstance(part, TextPart))

    def now(self, zone: str) -> datetime.datetime:
        """Return the time in an IANA zone."""
        return datetime.datetime.fromtimestamp(self._now_ms / 1000, ZoneInfo(zone))

    def unit(self, by: SplitBy) -> str:
        """Return whose variant is asked for; without a conversation its user, without a user its key."""
        job = self._job
        if by == "request":
            return job.request_id
        if by == "conversation" and job.call is not None and CONVERSATION in job.call.headers:
            return f"conversation {job.call.headers[CONVERSATION].decode('latin-1')}"
        if by != "key" and (user := self._user()):
            return f"user {user}"
        caller = job.identity.caller
        return f"key {caller.key_id or caller.person_id or caller.space_id}"

    def _user(self) -> str | None:
        job = self._job
        if job.call is not None and USER in job.call.headers:
            return job.call.headers[USER].decode("latin-1")
        fields = job.envelope.fields if job.envelope is not None else {}
        named = [field_value(fields, name) for name in _USER_FIELDS if name in fields]
        if "metadata" in fields:
            metadata: object = field_value(fields, "metadata")
            named.append(metadata.get("user_id") if isinstance(metadata, dict) else None)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - JSON of a stranger
        return next((one for one in named if isinstance(one, str) and one), None)
