"""What the house tells about itself: logs without secrets, metrics, traces, the lag of its loop."""

from salon.foundation.telemetry.lag import LoopLag
from salon.foundation.telemetry.logs import configure_logs, set_level
from salon.foundation.telemetry.metrics import MEDIA_TYPE, Counter, Gauge, Histogram, Metrics
from salon.foundation.telemetry.redaction import Redactor, redactor
from salon.foundation.telemetry.traces import NoTracer, OpenTelemetryTracer, Send, Span, Tracer

__all__ = [
    "MEDIA_TYPE",
    "Counter",
    "Gauge",
    "Histogram",
    "LoopLag",
    "Metrics",
    "NoTracer",
    "OpenTelemetryTracer",
    "Redactor",
    "Send",
    "Span",
    "Tracer",
    "configure_logs",
    "redactor",
    "set_level",
]
