"""Finished requests become spans that leave through the given way out."""

from typing import Any

import pytest

from salon.foundation.telemetry import OpenTelemetryTracer, Span

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")


def _span(name: str, **fields: Any) -> Span:
    return Span(name=name, started_at_ms=1_000, duration_ms=5, attributes={"a": 1}, **fields)


def _exported(span: Span) -> list[Any]:
    """Return the spans that leave, the caller's side first."""
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

    batches: list[bytes] = []

    def send(body: bytes) -> bool:
        batches.append(body)
        return True

    tracer = OpenTelemetryTracer(service_name="salon", version="1", sample_ratio=1.0, send=send)
    tracer.record(span)
    tracer.close()
    message = trace_service_pb2.ExportTraceServiceRequest.FromString(b"".join(batches))
    found = [one for part in message.resource_spans for scope in part.scope_spans for one in scope.spans]
    return sorted(found, key=lambda one: one.name != span.name)


def test_request_and_attempts_are_one_trace() -> None:
    root, attempt = _exported(_span("chat demo", children=(_span("attempt", error="upstream_timeout"),)))
    assert (root.parent_span_id, attempt.parent_span_id) == (b"", root.span_id)
    assert attempt.status.message == "upstream_timeout"
    assert root.end_time_unix_nano - root.start_time_unix_nano == 5_000_000


@pytest.mark.parametrize(
    ("traceparent", "joins"),
    [
        (f"00-{'ab' * 16}-{'cd' * 8}-01", True),
        (f"00-{'00' * 16}-{'cd' * 8}-01", False),
        ("nonsense\u00ff", False),
    ],
)
def test_trace_of_the_caller_is_joined_when_it_is_one(traceparent: str, joins: bool) -> None:
    root, attempt = _exported(_span("chat demo", children=(_span("attempt"),), traceparent=traceparent))
    assert (root.trace_id.hex() == "ab" * 16, root.parent_span_id.hex() == "cd" * 8) == (joins, joins)
    assert (attempt.trace_id, attempt.parent_span_id) == (root.trace_id, root.span_id)


def test_caller_that_does_not_sample_is_followed() -> None:
    assert _exported(_span("chat demo", traceparent=f"00-{'ab' * 16}-{'cd' * 8}-00")) == []


def test_collector_that_is_down_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    tracer = OpenTelemetryTracer(service_name="salon", version="1", sample_ratio=1.0, send=lambda _: False)
    tracer.record(_span("chat demo"))
    tracer.close()
    assert "did not take 1 spans" in caplog.text
