"""Traces of requests to models, as OpenTelemetry spans; off until an endpoint is configured.

Spans are made when a request has ended, from what the ledger records, so the hot path pays nothing.
The SDK batches them in its own thread; the bytes leave through ``send``, which goes over egress like
every other connection.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from salon.foundation.kit.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_logger = logging.getLogger(__name__)

AttributeValue = str | int | float | bool
Send = Callable[[bytes], bool]
"""Posts one encoded batch to the collector; called from the SDK's thread, returns whether it was taken."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that took time."""

    name: str
    started_at_ms: int
    duration_ms: int
    attributes: Mapping[str, AttributeValue]
    error: str | None = None
    children: tuple["Span", ...] = ()
    traceparent: str | None = None
    """The span of the caller that this one is part of, as W3C writes it; text that is none is ignored."""


class Tracer(Protocol):
    """Where finished spans go."""

    def record(self, span: Span) -> None:
        """Take one span with its children; never blocks."""
        ...

    def close(self) -> None:
        """Send what is waiting, within the SDK's own deadline."""
        ...


class NoTracer:
    """Tracing is off."""

    def record(self, span: Span) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class OpenTelemetryTracer:
    """Hands spans to the OpenTelemetry SDK. Raises: ConfigError when the extra is not installed."""

    def __init__(self, *, service_name: str, version: str, sample_ratio: float, send: Send) -> None:
        try:
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - optional extra
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
            from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415
        except ImportError as error:
            fix = "Install salon[otel], or leave otel.endpoint empty."
            raise ConfigError(key="otel.endpoint", problem="needs the extra “otel”.", fix=fix) from error
        resource = Resource({"service.name": service_name, "service.version": version})
        sampler = ParentBased(TraceIdRatioBased(sample_ratio))
        self._provider = TracerProvider(resource=resource, sampler=sampler, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_exporter(send), export_timeout_millis=5_000))
        self._tracer = self._provider.get_tracer("salon", version)

    def record(self, span: Span) -> None:
        """Take one span with its children."""
        self._emit(span, within=_context_of(span.traceparent), is_attempt=False)

    def _emit(self, span: Span, *, within: "Context", is_attempt: bool) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - present, or the constructor had refused

        made = self._tracer.start_span(
            span.name,
            context=within,
            kind=trace.SpanKind.CLIENT if is_attempt else trace.SpanKind.SERVER,
            attributes=dict(span.attributes),
            start_time=span.started_at_ms * 1_000_000,
        )
        inside = trace.set_span_in_context(made, within)
        for child in span.children:
            self._emit(child, within=inside, is_attempt=True)
        if span.error is not None:
            made.set_status(trace.StatusCode.ERROR, span.error)
        made.end(end_time=(span.started_at_ms + span.duration_ms) * 1_000_000)

    def close(self) -> None:
        """Send what is waiting and stop the SDK's thread."""
        self._provider.shutdown()


def _context_of(traceparent: str | None) -> "Context":
    """Return the caller's trace as a context, or an empty one."""
    from opentelemetry.context import Context  # noqa: PLC0415 - optional extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    if traceparent is None:
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())


def _exporter(send: Send) -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult  # noqa: PLC0415

    class EgressExporter(SpanExporter):
        """Encodes a batch and sends it over egress."""

        def export(self, spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
            """Send one batch; a failure is logged and the batch is dropped."""
            body = encode_spans(spans).SerializeToString()
            if send(body):
                return SpanExportResult.SUCCESS
            _logger.warning("the trace collector did not take %d spans", len(spans))
            return SpanExportResult.FAILURE

    return EgressExporter()
