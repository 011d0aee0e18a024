"""What goes to the caller besides the stream itself: headers, whole answers, replays and errors."""

from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from salon.foundation.kit.errors import ClientGone, SalonError
from salon.foundation.kit.money import UNIT
from salon.foundation.messages import OperationResponse, Response, Usage
from salon.gateway.accounting import total_cost
from salon.gateway.answers import Recorded
from salon.gateway.exchange import Answered, Headers, header_value, headers_of
from salon.gateway.kept_reply import KeptReply
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import AnyResponse
from salon.gateway.protocols.collect import response_events
from salon.gateway.protocols.counts import count_of
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.delivery import StreamDelivery
from salon.gateway.relay.job import Job, encode_context

_JSON: Final = (b"content-type", b"application/json")
_JSON_TYPE: Final = b"application/json"
_WHOLE: Final = b"%bcontent-type: %b\r\nx-salon-cost: %b\r\n"
_NO_STORE: Final = (b"cache-control", b"no-store")
_MOST_RETRY_AFTER_S: Final = 3600
_SSE: Final = b"text/event-stream"
_CONTROLS: Final = bytes(range(32)) + b"\x7f"
assert UNIT == 10**10, "amounts are written with ten decimals"


def cost_text(cost_e10: int | None, currency: str) -> bytes:
    """Return a cost for a header: an exact amount and its currency, or ``unpriced``."""
    if cost_e10 is None:
        return b"unpriced"
    whole, part = divmod(cost_e10, UNIT)
    amount = (b"%d.%010d" % (whole, part)).rstrip(b"0") if part else b"%d" % whole
    return amount + _written_currency(currency)


@lru_cache(maxsize=64)
def _written_currency(currency: str) -> bytes:
    """Return what stands behind an amount."""
    return b" " + header_value(currency)


def _currency(job: Job) -> str:
    return job.attempts[-1].currency if job.attempts else "USD"


def _lines(job: Job, attempts: int) -> bytes:
    """Return the headers that every answer has, rendered; what others chose can break no line."""
    request_id = job.request_id.encode("ascii")
    cache = b"none" if job.cache_key is None else b"hit" if job.cache == "hit" else b"miss"
    lines = b"x-salon-request-id: %b\r\nx-salon-attempts: %d\r\nx-salon-cache: %b\r\n" % (
        request_id,
        attempts,
        cache,
    )
    dialect = job.dialect
    if dialect is not None and dialect.id_header is not None:
        lines += b"%b: %b\r\n" % (dialect.id_header, request_id)
    if job.replayed is not None:
        lines += b"x-salon-route: %b\r\n" % header_value(job.replayed)
    elif job.target is not None:
        lines += job.target.route_line
    if job.decision is not None:
        lines += b"x-salon-decision: %b\r\n" % header_value(job.decision[:1000])
    if job.lost:
        lines += b"x-salon-lost: %b\r\n" % header_value(", ".join(sorted(job.lost))[:1000])
    return lines


def _common(job: Job, attempts: int) -> Headers:
    return headers_of(_lines(job, attempts))


def stream_headers(job: Job, attempt: Attempt) -> Headers:
    """Return the headers of a stream, as far as they are known when it begins."""
    assert job.dialect is not None
    headers = _common(job, len(job.attempts) + 1)
    headers += ((b"content-type", job.media_type or job.dialect.stream_media_type), _NO_STORE)
    upstream = attempt.upstream_id
    if upstream is not None:
        headers.append((b"x-upstream-request-id", upstream))
    return headers


def error_headers(job: Job, error: SalonError) -> Headers:
    """Return the headers of a failure."""
    headers = _common(job, len(job.attempts))
    headers.append(_JSON)
    seconds = error.retry_after_s
    if seconds is not None and error.status in {429, 503}:
        headers.append((b"retry-after", b"%d" % min(_MOST_RETRY_AFTER_S, max(1, -int(-seconds // 1)))))
    if error.ends_retries:
        headers.append((b"x-should-retry", b"false"))
    return headers


def send_whole(job: Job, attempt: Attempt) -> None:
    """Send a whole answer, as it came or encoded in the caller's dialect."""
    reply = job.reply
    assert reply is not None
    body = attempt.body()
    is_estimate = False
    if body is None:
        response = attempt.response()
        if isinstance(response, OperationResponse):
            response = counted(job, response)
            is_estimate = response.usage is not None and response.usage.estimated
        body = _encoded(job, response)
    elif job.dialect is not None and job.dialect.relay is not None:
        job.media_type = attempt.media_type
    attempts = job.attempts
    last = attempts[-1]
    cost = cost_text(last.cost_e10 if len(attempts) == 1 else total_cost(attempts), last.currency)
    media_type = _JSON_TYPE if job.media_type is None else job.media_type.translate(None, _CONTROLS)
    lines = _WHOLE % (_lines(job, len(attempts)), media_type, cost)
    if is_estimate:
        lines += b"x-salon-count: estimated\r\n"
    upstream = attempt.upstream_id
    if upstream is not None:
        lines += b"x-upstream-request-id: %b\r\n" % upstream.translate(None, _CONTROLS)
    job.status = 200
    if job.sent is not None:
        job.sent.append(body)
    reply.send_lines(200, lines, body)


T = TypeVar("T", bound=OperationResponse)


def counted(job: Job, response: T) -> T:
    """Return an answer with a count: our estimate where its provider sent none."""
    tokens = job.attempts[-1].input_tokens if job.attempts else 0
    if response.usage is not None or not tokens:
        return response
    return msgspec.structs.replace(response, usage=Usage(input_tokens=tokens, estimated=True))


def send_own(job: Job, response: AnyResponse) -> None:
    """Send an answer of ours to a request that went to nobody."""
    assert job.reply is not None
    body = _encoded(job, response)
    job.status = 200
    headers = [*_common(job, 0), _JSON, (b"x-salon-cost", cost_text(0, "USD"))]
    if isinstance(response, Response) and job.dialect is not None and job.dialect.counts:
        headers.append((b"x-salon-count", b"estimated" if count_of(response)[1] else b"counted"))
    job.reply.send(200, headers, body)


def _encoded(job: Job, response: AnyResponse | None) -> bytes:
    assert response is not None
    assert job.dialect is not None
    encoded = job.dialect.encode_response(response, encode_context(job))
    job.lost.update(encoded.lost)
    job.media_type = encoded.media_type
    return encoded.body


def end_stream(job: Job, attempt: Attempt) -> None:
    """End a stream whose answer is complete; a target that does not stream has its answer told as one."""
    delivery, reply = job.delivery, job.reply
    assert isinstance(delivery, StreamDelivery)
    assert reply is not None
    response = attempt.response()
    if isinstance(response, Response):
        assert job.context is not None
        job.attempt = attempt
        delivery.encode(response_events(response), job.context, has_content=True)
        delivery.end()
        job.attempt = None
    elif response is not None:
        job.attempt = attempt
        delivery.forward(_encoded(job, counted(job, response)), has_content=True)
        job.attempt = None
    if job.cost_comment and job.dialect is not None and job.dialect.stream_media_type == _SSE:
        reply.write(b": x-salon-cost " + cost_text(total_cost(job.attempts), _currency(job)) + b"\n\n")
    reply.finish()


def answered(job: Job, reply: KeptReply) -> Answered:
    """Return what became of an ended request whose answer was kept."""
    tried = job.attempts
    return Answered(
        request_id=job.request_id,
        status=reply.status,
        body=bytes(reply.body),
        error=job.error,
        input_tokens=sum([one.input_tokens for one in tried]),
        output_tokens=sum([one.output_tokens for one in tried]),
        cached_tokens=sum([one.cached_tokens for one in tried]),
        reasoning_tokens=sum([one.reasoning_tokens for one in tried]),
    )


def replay(job: Job, answer: Recorded) -> None:
    """Send an answer that was made for an earlier request."""
    reply = job.reply
    assert reply is not None
    assert job.dialect is not None
    job.replayed = answer.route or ""
    job.lost.update(map(losses.field, answer.lost))
    job.status = answer.status
    lines = _lines(job, 0) + b"x-salon-cost: 0 USD\r\n"
    if job.cache != "hit":
        lines += b"idempotency-replayed: true\r\n"
    if not answer.is_stream:
        media_type = (answer.media_type or _JSON_TYPE).translate(None, _CONTROLS)
        reply.send_lines(answer.status, b"%bcontent-type: %b\r\n" % (lines, media_type), answer.body)
        return
    headers = headers_of(lines)
    headers += ((b"content-type", answer.media_type or job.dialect.stream_media_type), _NO_STORE)
    reply.start(answer.status, headers)
    reply.write(answer.body)
    reply.finish()


def fail(job: Job, error: SalonError) -> None:
    """Tell the caller, in its dialect, what went wrong; or note that nobody is left to tell."""
    job.error = error
    reply, dialect = job.reply, job.dialect
    if job.gone:
        job.error = error if isinstance(error, ClientGone) else ClientGone()
        return
    if reply is None or dialect is None:
        return
    if job.begun or reply.started:
        _break_off(job, error)
        return
    job.status = error.status
    body = dialect.encode_error(error, request_id=job.request_id)
    if job.sent is not None:
        job.sent.append(body)
    reply.send(error.status, error_headers(job, error), body)


def _break_off(job: Job, error: SalonError) -> None:
    """End a begun stream with an error inside it, unless the provider's own words said so already."""
    delivery, reply = job.delivery, job.reply
    assert reply is not None
    if not isinstance(delivery, StreamDelivery) or job.context is None:
        reply.abort()
    elif job.dialect is not None and job.dialect.relay is not None:
        _break_off_relayed(job, error)
    elif error.fields.get("told"):
        reply.finish()
    else:
        delivery.break_off(error, job.context)


def _break_off_relayed(job: Job, error: SalonError) -> None:
    """End begun events with one more that tells the error; in begun audio nothing can be told."""
    assert job.reply is not None
    assert job.dialect is not None
    if job.media_type is None or not job.media_type.startswith(_SSE):
        job.reply.abort()
        return
    if not error.fields.get("told"):
        body = job.dialect.encode_error(error, request_id=job.request_id)
        job.reply.write(b"event: error\ndata: " + body + b"\n\n")
    job.reply.finish()
