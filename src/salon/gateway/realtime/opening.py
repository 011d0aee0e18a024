"""Opening a session at a provider: the first target that opens one. Afterwards there is no other."""

from collections.abc import Sequence

import msgspec

from salon.foundation.egress import EgressError, HttpRequest, SocketClosed, UpgradeRefused
from salon.foundation.kit.errors import (
    ClientGone,
    ModelUnavailable,
    ProviderLimited,
    SalonError,
    Unsupported,
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
)
from salon.foundation.kit.in_place import Gate
from salon.gateway.hops import with_via
from salon.gateway.limits import Ticket
from salon.gateway.protocols.base import InStreamError
from salon.gateway.protocols.realtime import DIALECT
from salon.gateway.protocols.realtime.events import inner, read_event, read_head, text_at
from salon.gateway.providers.base import ProviderSocket, SocketTransport
from salon.gateway.realtime.clocks import within
from salon.gateway.realtime.desk import Desk
from salon.gateway.realtime.ports import SessionCall
from salon.gateway.registry.plan import Plan
from salon.gateway.registry.target import Endpoint, Headers, Target
from salon.gateway.relay.attempt import Attempt, blot_out, translate
from salon.gateway.relay.job import Job
from salon.gateway.routing.reactions import reaction

_PASSED = (b"openai-safety-identifier", b"traceparent")


class Opened(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A session that a provider has opened."""

    target: Target
    endpoint: Endpoint
    socket: ProviderSocket
    first: str | bytes
    """The provider's first event."""
    attempt: Attempt
    ticket: Ticket | None
    """Its place among what is under way at the provider, where that is counted."""


class Opener:
    """Opens sessions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, job: Job, plan: Plan, call: SessionCall) -> Opened:
        """Return a session at the first target that opens one.

        Raises: WrongModel when none of them has any, BudgetExceeded, or the last target's failure.
        """
        failed: SalonError | None = None
        failures = 0
        for target in self._order(job, plan):
            try:
                return await self._at(job, target, call)
            except (Unsupported, ProviderLimited) as refusal:
                failed = failed or refusal
            except UpstreamError as error:
                failed = error
                failures += 1
                if not reaction(error).next or failures >= self._desk.options.max_attempts:
                    raise
        if failed is None:
            raise ModelUnavailable(field="model", model=plan.name, problem="none of its targets is there.")
        raise failed

    def _order(self, job: Job, plan: Plan) -> Sequence[Target]:
        limits = job.identity.limits
        if plan.is_plain and not (limits.regions or limits.promises):
            order: Sequence[Target] = plan.targets
        else:
            order = self._desk.chooser.choose(job, plan)
        now_s = self._desk.clock.monotonic_s()
        return [target for target in order if target.breaker.allows(now_s)] or list(order)

    async def _at(self, job: Job, target: Target, call: SessionCall) -> Opened:
        """Open a session at ``target``.

        Raises: WrongModel, ProviderLimited, BudgetExceeded, UpstreamError.
        """
        desk, now_s = self._desk, self._desk.clock.monotonic_s()
        endpoint, transport = way_to(target)
        job.target = target
        hold = await desk.hold(job, (0, 1))
        if hold is not None:
            hold.release()
        ticket = await desk.watch.enter(job, target) if target.meter is not None else None
        at_ms = job.started_at_ms + int((now_s - job.started_s) * 1000)
        attempt = Attempt(job, target, endpoint, True, desk.options, desk.clock, at_ms, now_s, Gate())
        is_open = False
        try:
            socket, first = await self._greeted(transport, attempt, call)
            is_open = True
        except UpstreamError as error:
            for secret in target.link.secrets():
                blot_out(error, secret)
            attempt.error = error
            raise
        except BaseException:
            attempt.error = ClientGone()
            raise
        finally:
            now_s = desk.clock.monotonic_s()
            entry = desk.accountant.close_attempt(job, attempt, now_s)
            desk.loop.learn(target, attempt, entry, now_s)
            if not is_open:
                desk.leave(target, ticket, entry, attempt.headers)
        return Opened(
            target=target, endpoint=endpoint, socket=socket, first=first, attempt=attempt, ticket=ticket
        )

    async def _greeted(
        self, transport: SocketTransport, attempt: Attempt, call: SessionCall
    ) -> tuple[ProviderSocket, str | bytes]:
        """Return the open socket and the provider's first event. Raises: UpstreamError."""
        link, bounds = attempt.target.link, self._desk.bounds
        limit_s = bounds.open_timeout_s
        ends_s = self._desk.clock.monotonic_s() + limit_s
        try:
            socket = await transport.open_websocket(
                self._request(attempt, call),
                connect_timeout_s=min(limit_s, self._desk.options.connect_timeout_s),
                policy=link.policy,
                max_message_bytes=bounds.max_message_bytes,
            )
        except UpgradeRefused as refused:
            raise _refusal(attempt, refused) from refused
        except EgressError as error:
            raise translate(error, link.name) from error
        try:
            first = await within(socket.receive(), ends_s - self._desk.clock.monotonic_s())
            _check_first(first, attempt)
        except TimeoutError as error:
            socket.abort()
            raise UpstreamTimeout(provider=link.name, phase="first_byte", limit_s=limit_s) from error
        except SocketClosed as closed:
            detail = closed.problem or f"it closed the session at once ({closed.code} {closed.reason})"
            raise UpstreamBroken(provider=link.name, detail=detail) from closed
        except BaseException:
            socket.abort()
            raise
        attempt.status = 101
        attempt.first_byte_s = self._desk.clock.monotonic_s()
        return socket, first

    def _request(self, attempt: Attempt, call: SessionCall) -> HttpRequest:
        endpoint, job = attempt.endpoint, attempt.job
        headers: Headers = endpoint.headers
        if job.via is not None:
            headers = with_via(headers, job.via)
        passed = [(name, call.headers[name]) for name in _PASSED if name in call.headers]
        if call.is_beta:
            passed.append((b"openai-beta", b"realtime=v1"))
        made = endpoint.request(b"", [*headers, *passed], model=attempt.target.model, stream=True)
        return msgspec.structs.replace(made, method=b"GET")


def way_to(target: Target) -> tuple[Endpoint, SocketTransport]:
    """Return where and how a session is opened at ``target``. Raises: WrongModel when it holds none."""
    endpoint, transport = target.endpoint(DIALECT.name, "realtime"), target.link.transport
    if not isinstance(transport, SocketTransport):
        raise Unsupported(field="model", problem=f"{target.link.name} cannot hold realtime sessions.")
    return endpoint, transport


def _refusal(attempt: Attempt, refused: UpgradeRefused) -> UpstreamError:
    """Return what a provider meant that answered the opening like a plain request."""
    provider, status = attempt.target.link.name, refused.response_status
    attempt.status = status
    attempt.headers = refused.headers
    if status < 400:
        detail = f"it answered {status} where a WebSocket was asked for"
        return UpstreamBroken(provider=provider, detail=detail)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in refused.headers}
    return attempt.endpoint.dialect.decode_error(status, headers, refused.body, provider=provider)


def _check_first(message: str | bytes, attempt: Attempt) -> None:
    """Refuse a first event that is an error, or none at all. Raises: UpstreamError."""
    provider, head = attempt.target.link.name, read_head(message)
    if head is None:
        raise UpstreamBroken(provider=provider, detail="its first message is no event")
    if head.type == "error":
        error = inner(read_event(message), "error")
        told = InStreamError(
            message=text_at(error, "message") or "the session was refused",
            type=text_at(error, "type"),
            code=text_at(error, "code"),
        )
        raise attempt.endpoint.dialect.classify_stream_error(told, provider=provider)
