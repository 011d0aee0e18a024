"""Counters are cheap to write and read as Prometheus wants them."""

import time

import pytest

from salon.foundation.telemetry import Metrics


def test_page_shows_every_instrument() -> None:
    metrics = Metrics()
    metrics.counter("salon_requests", "Requests.", ["status"]).add(("ok",), 2)
    metrics.gauge("salon_open_streams", "Open streams.", (), lambda: {(): 3})
    spread = metrics.histogram("salon_wait_seconds", "Waiting.", ["provider"], (0.1, 1.0))
    for value in (0.05, 0.5, 5.0):
        spread.observe(("demo",), value)
    page = metrics.page().decode()
    assert 'salon_requests_total{status="ok"} 2.0' in page
    assert "salon_open_streams 3.0" in page
    assert 'salon_wait_seconds_bucket{le="0.1",provider="demo"} 1.0' in page
    assert 'salon_wait_seconds_bucket{le="+Inf",provider="demo"} 3.0' in page
    assert 'salon_wait_seconds_sum{provider="demo"} 5.55' in page


def test_label_values_cannot_break_the_page() -> None:
    metrics = Metrics()
    metrics.counter("salon_x", "X.", ["model"]).add(('a"b\nc\\',))
    assert 'salon_x_total{model="a\\"b\\nc\\\\"} 1.0' in metrics.page().decode()


@pytest.mark.timed
def test_counting_costs_a_microsecond_or_so() -> None:
    metrics = Metrics()
    counter = metrics.counter("salon_y", "Y.", ["a", "b"])
    started = time.process_time()
    for _ in range(20_000):
        counter.add(("one", "two"))
    assert (time.process_time() - started) / 20_000 < 10e-6
