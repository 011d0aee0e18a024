"""Builds the tracer from settings: spans leave over egress like everything else."""

import asyncio
import logging
from concurrent.futures import TimeoutError as FutureTimeoutError

from salon.app.settings import OtelSettings
from salon.foundation.egress import ADMIN, EgressError, HttpClient, HttpRequest, parse_url
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.version import __version__
from salon.foundation.telemetry import OpenTelemetryTracer, Send, Tracer

_logger = logging.getLogger(__name__)

_TIMEOUT_S = 5.0


def make_tracer(settings: OtelSettings, http: HttpClient) -> Tracer | None:
    """Return a tracer, or None when no endpoint is set. Raises: ConfigError.

    Call on the event loop that ``http`` belongs to.
    """
    if not settings.endpoint:
        return None
    return OpenTelemetryTracer(
        service_name=settings.service_name,
        version=__version__,
        sample_ratio=settings.sample_ratio,
        send=_sender(settings, http),
    )


def _sender(settings: OtelSettings, http: HttpClient) -> Send:
    try:
        url, target = parse_url(settings.endpoint)
    except EgressError as error:
        fix = "Write it like http://127.0.0.1:4318/v1/traces."
        problem = f"is no address ({error.fields.get('detail')})."
        raise ConfigError(key="otel.endpoint", problem=problem, fix=fix) from error
    headers = [(b"content-type", b"application/x-protobuf"), *_headers(settings)]
    loop = asyncio.get_running_loop()

    def send(body: bytes) -> bool:
        request = HttpRequest(url=url, target=target.encode("ascii"), headers=headers, body=body)
        fetching = http.fetch(request, timeout_s=_TIMEOUT_S, policy=ADMIN, max_bytes=65536)
        if loop.is_closed():
            fetching.close()
            return False
        future = asyncio.run_coroutine_threadsafe(fetching, loop)
        try:
            return future.result(_TIMEOUT_S + 1).status < 300
        except (EgressError, FutureTimeoutError) as error:
            _logger.warning("the trace collector cannot be reached (%s)", type(error).__name__)
            return False

    return send


def _headers(settings: OtelSettings) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for pair in settings.headers:
        name, sign, value = pair.partition("=")
        if not sign or not name.isascii() or not value.isascii():
            fix = "Write it like x-api-key=…"
            raise ConfigError(key="otel.headers", problem="one of them is no name=value.", fix=fix)
        found.append((name.strip().lower().encode(), value.strip().encode()))
    return found
