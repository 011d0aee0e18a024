"""What a response says about itself, in headers; and errors in the caller's dialect."""

from typing import Final

from salon.foundation.kit.errors import SalonError
from salon.foundation.kit.money import to_decimal
from salon.gateway.accounting import total_cost
from salon.gateway.exchange import Headers
from salon.gateway.relay.attempt import Attempt
from salon.gateway.relay.job import Job

_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")
_ID_NAMES: Final = {"openai": b"x-request-id", "anthropic": b"request-id"}
_MOST_RETRY_AFTER_S: Final = 3600


def cost_text(cost_e10: int | None, currency: str) -> bytes:
    """Return a cost for a header: an exact amount and its currency, or ``unpriced``."""
    if cost_e10 is None:
        return b"unpriced"
    text = f"{to_decimal(cost_e10):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text or '0'} {currency}".encode()


def _common(job: Job) -> Headers:
    request_id = job.request_id.encode("ascii")
    headers: Headers = [(b"x-salon-request-id", request_id)]
    if job.dialect is not None:
        name = _ID_NAMES.get(job.dialect.name)
        if name is not None:
            headers.append((name, request_id))
    return headers


def _route(job: Job, headers: Headers) -> None:
    if job.target is not None:
        headers.append((b"x-salon-route", job.target.route))
    headers.append((b"x-salon-cache", job.cache.encode()))
    if job.lost:
        lost = ", ".join(sorted(job.lost))[:1000]
        headers.append((b"x-salon-lost", lost.encode("ascii", "backslashreplace")))


def stream_headers(job: Job, attempt: Attempt) -> Headers:
    """Return the headers of a stream, as far as they are known when it begins."""
    assert job.dialect is not None
    headers = _common(job)
    headers.append((b"content-type", job.dialect.stream_media_type))
    headers.append(_NO_STORE)
    _route(job, headers)
    headers.append((b"x-salon-attempts", b"%d" % (len(job.attempts) + 1)))
    upstream = attempt.upstream_request_id
    if upstream is not None:
        headers.append((b"x-upstream-request-id", upstream))
    return headers


def plain_headers(job: Job, attempt: Attempt | None) -> Headers:
    """Return the headers of a whole answer."""
    headers = _common(job)
    headers.append(_JSON)
    _route(job, headers)
    headers.append((b"x-salon-attempts", b"%d" % len(job.attempts)))
    price = job.target.price if job.target is not None else None
    headers.append((b"x-salon-cost", cost_text(total_cost(job), price.currency if price else "USD")))
    upstream = attempt.upstream_request_id if attempt is not None else None
    if upstream is not None:
        headers.append((b"x-upstream-request-id", upstream))
    return headers


def error_headers(job: Job, error: SalonError) -> Headers:
    """Return the headers of a failure."""
    headers = _common(job)
    headers.append(_JSON)
    _route(job, headers)
    headers.append((b"x-salon-attempts", b"%d" % len(job.attempts)))
    seconds = error.retry_after_s
    if seconds is not None and error.status in {429, 503}:
        headers.append((b"retry-after", b"%d" % min(_MOST_RETRY_AFTER_S, max(1, -int(-seconds // 1)))))
    return headers
