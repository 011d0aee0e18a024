"""Finished requests become spans that leave through the given way out."""

import pytest

from salon.foundation.telemetry import OpenTelemetryTracer, Span

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")


def _span(name: str, *, children: tuple[Span, ...] = (), error: str | None = None) -> Span:
    return Span(
        name=name, started_at_ms=1_000, duration_ms=5, attributes={"a": 1}, children=children, error=error
    )


def test_request_and_attempts_are_one_trace() -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    batches: list[bytes] = []

    def send(body: bytes) -> bool:
        batches.append(body)
        return True

    tracer = OpenTelemetryTracer(service_name="salon", version="1", sample_ratio=1.0, send=send)
    tracer.record(_span("chat demo", children=(_span("attempt", error="upstream_timeout"),)))
    tracer.close()
    message = ExportTraceServiceRequest.FromString(b"".join(batches))
    spans = {span.name: span for span in message.resource_spans[0].scope_spans[0].spans}
    assert spans["attempt"].parent_span_id == spans["chat demo"].span_id
    assert spans["attempt"].status.message == "upstream_timeout"
    assert spans["chat demo"].end_time_unix_nano - spans["chat demo"].start_time_unix_nano == 5_000_000


def test_collector_that_is_down_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    tracer = OpenTelemetryTracer(service_name="salon", version="1", sample_ratio=1.0, send=lambda _: False)
    tracer.record(_span("chat demo"))
    tracer.close()
    assert "did not take 1 spans" in caplog.text
