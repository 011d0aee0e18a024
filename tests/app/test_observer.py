"""What the gateway tells becomes metrics and one trace, without content."""

import msgspec

from salon.app.observer import GatewayObserver
from salon.foundation.kit.ids import ProviderId, RequestId, SpaceId
from salon.foundation.telemetry import Metrics, Span
from salon.testing.ledger import attempt, entry

ENTRY = entry(
    request_id=RequestId("req_1"),
    space_id=SpaceId("spc_1"),
    dialect="openai",
    operation="chat",
    alias="fast",
    provider_id=ProviderId("prv_1"),
    provider_kind="openai",
    model="gpt-x",
    status="ok",
    http_status=200,
    input_tokens=5,
    output_tokens=7,
    cost_e10=25_000_000_000,
    started_at_ms=1000,
    first_token_ms=20,
    duration_ms=40,
)
ATTEMPT = attempt(
    request_id=RequestId("req_1"),
    number=1,
    provider_id=ProviderId("prv_1"),
    provider_kind="openai",
    model="gpt-x",
    status="ok",
    input_tokens=0,
    output_tokens=0,
    started_at_ms=1000,
    duration_ms=39,
)


class _Kept:
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def record(self, span: Span) -> None:
        self.spans.append(span)

    def close(self) -> None:
        pass


def test_request_is_counted_once_and_traced_with_its_attempts() -> None:
    metrics, tracer = Metrics(), _Kept()
    observer = GatewayObserver(metrics, tracer)
    observer.on_request_end(ENTRY, [ATTEMPT], traceparent="00-ab-cd-01")
    page = metrics.page().decode()
    assert 'salon_requests_total{dialect="openai",model="gpt-x",provider="openai",status="ok"} 1.0' in page
    assert 'salon_tokens_total{direction="output",model="gpt-x",provider="openai"} 7.0' in page
    assert 'salon_cost_total{currency="USD"} 2.5' in page
    assert (tracer.spans[0].name, tracer.spans[0].traceparent) == ("chat fast", "00-ab-cd-01")
    assert tracer.spans[0].attributes["gen_ai.usage.input_tokens"] == 5
    assert [child.name for child in tracer.spans[0].children] == ["chat gpt-x"]


def test_callers_cannot_make_endless_labels() -> None:
    metrics = Metrics()
    observer = GatewayObserver(metrics, None)
    for number in range(700):
        entry = msgspec.structs.replace(ENTRY, model=f"model-{number}")
        observer.on_request_end(entry, [], traceparent=None)
    lines = [line for line in metrics.page().decode().splitlines() if line.startswith("salon_requests_total")]
    assert len(lines) == 501


def test_requests_are_counted_alike_however_many_end_between_two_readings() -> None:
    often, once = Metrics(), Metrics()
    watched, unwatched = GatewayObserver(often, None), GatewayObserver(once, None)
    for number in range(700):
        failed = number % 7 == 0
        ended = msgspec.structs.replace(
            ENTRY,
            duration_ms=number * 3,
            output_tokens=number,
            first_token_ms=None if number % 3 else number,
            cost_e10=None if number % 5 == 0 else number,
            status="failed" if failed else "ok",
            error_code="upstream_broken" if failed else None,
            cache="hit" if number % 11 == 0 else "none",
        )
        watched.on_request_end(ended, [], traceparent=None)
        often.page()
        unwatched.on_request_end(ended, [], traceparent=None)
    page = _values(once)
    assert page == _values(often)
    assert page['salon_requests_total{dialect="openai",model="gpt-x",provider="openai",status="ok"}'] == 600
    assert page["salon_unpriced_requests_total"] == 140
    assert page['salon_request_errors_total{code="upstream_broken"}'] == 100
    assert page['salon_request_duration_seconds_bucket{le="0.25",provider="openai"}'] == 84


def _values(metrics: Metrics) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in metrics.page().decode().splitlines() if line[0] != "#"]
    return {name: round(float(value), 6) for name, _, value in lines}
