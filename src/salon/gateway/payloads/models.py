"""Rules of the payload log, and what it keeps of one request."""

import fnmatch
from typing import Literal

import msgspec

from salon.foundation.kit.caller import Caller

RuleKind = Literal["key", "space", "route"]


class PayloadRule(msgspec.Struct, frozen=True, kw_only=True):
    """Turns the log on for some of the requests of the rule's own space."""

    name: str
    kind: RuleKind
    """``key``: what one API key asks; ``route``: what is asked under a name; ``space``: all of the space."""
    target: str = ""
    """The key's id, or the name asked for, in which ``*`` stands for any characters; empty for a space."""
    sample: float = 1.0
    """Share of the requests that is kept."""
    keep_days: float = 7.0
    """How long a payload is kept."""
    patterns: tuple[str, ...] = ()
    """RE2 patterns; what they match is replaced before anything is written."""

    def covers(self, caller: Caller, alias: str) -> bool:
        """Tell whether it is about a request of ``caller`` for ``alias``."""
        if self.kind == "space":
            return True
        if self.kind == "key":
            return caller.key_id == self.target
        return fnmatch.fnmatchcase(alias, self.target)


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and answered, without its secrets."""

    id: str
    space_id: str
    request_id: str
    """The row of the ledger."""
    key_id: str | None
    person_id: str | None
    rules: str
    """The names of the rules that had it kept, joined by commas."""
    dialect: str
    operation: str
    alias: str
    """The model as the caller named it."""
    route: str | None
    """``provider/model`` of the last attempt."""
    http_status: int
    error_code: str | None
    stream: bool
    started_at_ms: int
    expires_at_ms: int
    size_bytes: int
    """Of both bodies together, as they are kept."""
    redactions: int
    """How many secrets and matches were taken out."""
    cut: bool
    """A body was larger than is kept of one; its end is missing."""
    request: str | None = None
    """JSON text; None in a list, or when the key that sealed it is gone."""
    response: str | None = None
    """JSON text, a stream as one whole answer of its dialect."""


class PayloadQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which payloads; None lets everything pass."""

    search: str | None = None
    """Words that stand in the request or the answer, whatever their case."""
    model: str | None = None
    key_id: str | None = None
    since_ms: int = 0
    until_ms: int = 2**53
    limit: int = 50
    cursor: str | None = None


class PayloadPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first, without bodies."""

    items: list[Payload]
    next: str | None
    """Where to go on; None at the end. A page of a search may be empty and still go on."""
