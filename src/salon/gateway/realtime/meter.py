"""What a session costs: each response is admitted before it is made, and written down once when it ends.

A response that the caller asks for is *granted* before the request goes on: counted at its key, money held.
One that the provider begins by itself (server VAD) is granted when it says so, before anything of it is
passed on. What ends a session settles what was granted; a second ``response.done`` for the same response,
or a second transcription of the same audio, counts nothing.
"""

from collections import deque
from typing import Final

from salon.foundation.kit.errors import ClientGone, Overloaded, SalonError, UpstreamError
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.counts import BYTES_PER_TOKEN
from salon.gateway.protocols.realtime.events import AUDIO_DELTAS, TEXT_DELTAS, Head, ResponseEnd, text_at
from salon.gateway.protocols.realtime.usage import read_usage
from salon.gateway.protocols.wire_json import JsonObject
from salon.gateway.realtime.books import Books, Granted
from salon.gateway.realtime.clocks import whole
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.opening import Opened
from salon.gateway.realtime.ports import SessionCall
from salon.gateway.realtime.transcriptions import Transcriptions
from salon.gateway.registry.plan import Plan
from salon.gateway.relay.attempt import blot_out

_MOST_GRANTS: Final = 16
"""Responses asked for that the provider has not begun."""
_REMEMBERED: Final = 512
"""Ends that are known again when they are told twice."""
_AUDIO_BYTES_PER_TOKEN: Final = 1000
"""Base64 of audio in for one token at most: telephone audio, 100 ms."""
_WIDE_BYTES: Final = 3200
"""Base64 of audio out for one token: 50 ms of 16 bits at 24 kHz."""
_NARROW_BYTES: Final = 533
"""The same of telephone audio: 8 bits at 8 kHz."""


class Meter:
    """The responses of one session. One event loop."""

    def __init__(self, desk: Desk, call: SessionCall, plan: Plan, opened: Opened) -> None:
        self._desk = desk
        self._call = call
        self._opened = opened
        self._grants: deque[Granted] = deque()
        self._active: dict[str, Granted] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        self._closed_by: SalonError | None = None
        self._context_tokens = 0
        self._new_bytes = 0
        self._new_audio_bytes = 0
        self.books = Books(desk, call, plan, opened)
        self.transcriptions = Transcriptions(desk, call, opened, books=self.books, ended=self._ended)
        self.output_limit: int | None = None
        """The most output tokens of a response, as the session was set up."""
        self.is_narrow = False
        """It speaks telephone audio."""

    @property
    def is_busy(self) -> bool:
        """Tell whether an answer is under way, or asked for."""
        return bool(self._active or self._grants)

    # -- what goes in -----------------------------------------------------------------------------
    def take_in(self, size_bytes: int, *, is_audio: bool = False) -> None:
        """Count what the caller adds to the conversation."""
        if is_audio:
            self._new_audio_bytes += size_bytes
        else:
            self._new_bytes += size_bytes

    def _expected(self, limit: int | None) -> tuple[int, int]:
        """Return how many tokens in and out the next response may have."""
        added = -(-self._new_bytes // 3) + -(-self._new_audio_bytes // _AUDIO_BYTES_PER_TOKEN)
        most = self._desk.options.assumed_output_tokens
        asked = limit or self.output_limit
        return self._context_tokens + added, min(asked, most) if asked else most

    # -- responses --------------------------------------------------------------------------------
    async def grant(self, *, limit: int | None = None, event_id: str | None = None) -> None:
        """Let the caller ask for a response.

        Raises: RateLimited, BudgetExceeded, Unpriced, NotAllowed; Overloaded when too many were asked for.
        """
        if len(self._grants) >= _MOST_GRANTS:
            raise Overloaded(retry_after_s=1)
        granted = await self._admitted(limit)
        granted.event_id = event_id
        self._grants.append(granted)

    async def begin(self, response_id: str) -> None:
        """Hear that the provider begins a response; the id is empty where it gives none.

        Raises: RateLimited, BudgetExceeded for one that nobody was granted; it is counted all the same.
        """
        if response_id in self._active or response_id in self._ended:
            return
        if self._grants:
            self._active[response_id] = self._grants.popleft()
        else:
            # It is being made: it is counted even if the session ends while money is asked for.
            await whole(self._desk.supervisor, self._began(response_id))

    async def _began(self, response_id: str) -> None:
        refusal: SalonError | None = None
        try:
            granted = await self._admitted(None)
        except SalonError as error:
            refusal, granted = error, await self._charged()
        if self._closed_by is not None:
            self.books.close(granted, self._closed_by)
            return
        self._active[response_id] = granted
        if refusal is not None:
            raise refusal

    def hear(self, head: Head, size_bytes: int) -> None:
        """Count what a response says, for an estimate should its end never come."""
        granted = self._active.get(head.response_id or "")
        if granted is None:
            return
        if head.type in TEXT_DELTAS:
            granted.reader.output_bytes += len(bytes(head.delta))
        elif head.type in AUDIO_DELTAS:
            per_token = _NARROW_BYTES if self.is_narrow else _WIDE_BYTES
            granted.reader.output_bytes += -(-size_bytes * BYTES_PER_TOKEN // per_token)

    async def end(self, end: ResponseEnd) -> None:
        """Write down a response that has ended; only the first time."""
        granted = self._active.pop(end.id, None)
        if granted is not None:
            self._written(end, granted)
        elif not end.id or end.id not in self._ended:
            await whole(self._desk.supervisor, self._ended_unbegun(end))

    async def _ended_unbegun(self, end: ResponseEnd) -> None:
        """Write down a response whose beginning nobody told."""
        self._written(end, self._grants.popleft() if self._grants else await self._charged())

    def _written(self, end: ResponseEnd, granted: Granted) -> None:
        if end.id:
            self._ended.append(end.id)
        usage = read_usage(end.usage) if end.usage is not None else None
        if usage is not None:
            granted.reader.usage = usage
            granted.reader.output_bytes = 0
            if not end.is_apart:
                self._context_tokens = usage.total_tokens
                self._new_bytes = self._new_audio_bytes = 0
        self.books.close(granted, self._why(end))

    def _why(self, end: ResponseEnd) -> SalonError | None:
        if end.status == "cancelled":
            return ClientGone()
        if end.status != "failed":
            return None
        message, kind, code = end.failure
        told = InStreamError(message=message, type=kind, code=code)
        link = self._opened.target.link
        error = self._opened.endpoint.dialect.classify_stream_error(told, provider=link.name)
        if isinstance(error, UpstreamError):
            for secret in link.secrets():
                blot_out(error, secret)
        return error

    def refuse(self, event: JsonObject) -> None:
        """Hear that the provider refused an event: what was granted for it is given back."""
        at_fault = text_at(event, "error", "event_id")
        for granted in list(self._grants):
            if at_fault is None or granted.event_id == at_fault:
                self._grants.remove(granted)
                self.books.give_back(granted)
                return

    def close(self, error: SalonError) -> None:
        """Write down what is under way when the session ends, and give back what never began."""
        self._closed_by = error
        for granted in self._grants:
            self.books.give_back(granted)
        self._grants.clear()
        for response_id, granted in self._active.items():
            self._ended.append(response_id)
            self.books.close(granted, error)
        self._active.clear()

    # -- own --------------------------------------------------------------------------------------
    async def _admitted(self, limit: int | None) -> Granted:
        self.books.renew()
        expected = self._expected(limit)
        granted = self.books.open(self._call.model)
        job = granted.job
        job.size_bytes = expected[0] * BYTES_PER_TOKEN
        job.ticket = await self._desk.count(job.identity, sum(expected))
        try:
            job.hold = await self._desk.hold(job, expected)
        except BaseException:
            if job.ticket is not None:
                job.ticket.settle(0)
            raise
        return granted

    async def _charged(self) -> Granted:
        return await self.books.charged(self._expected(None)[0] * BYTES_PER_TOKEN)
