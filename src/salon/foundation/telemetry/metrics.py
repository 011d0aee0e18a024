"""Metrics: plain counters on the hot path, turned into Prometheus families only when asked for.

An increment is one dictionary operation; ``prometheus_client`` is imported by the first scrape.
All of it belongs to the event loop's thread; counts from other threads go through gauges that are read.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

Labels = tuple[str, ...]

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
TOKEN_BUCKETS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0)


class Instrument(Protocol):
    """Something that can be scraped."""

    def family(self) -> "Metric":
        """Return the present values in Prometheus' form."""
        ...


class Counter:
    """A number that only grows, per label values."""

    __slots__ = ("doc", "labels", "name", "values")

    def __init__(self, name: str, doc: str, labels: Sequence[str] = ()) -> None:
        self.name, self.doc, self.labels = name, doc, tuple(labels)
        self.values: dict[Labels, list[float]] = {}

    def add(self, labels: Labels = (), amount: float = 1) -> None:
        """Count ``amount`` more."""
        self.cell(labels)[0] += amount

    def cell(self, labels: Labels = ()) -> list[float]:
        """Return the list whose one element is the count; who counts often keeps it and adds to it."""
        cell = self.values.get(labels)
        if cell is None:
            cell = self.values[labels] = [0]
        return cell

    def family(self) -> "Metric":
        """Return the present values."""
        from prometheus_client.metrics_core import CounterMetricFamily  # noqa: PLC0415 - first scrape only

        family = CounterMetricFamily(self.name, self.doc, labels=self.labels)
        for labels, value in list(self.values.items()):
            family.add_metric(labels, value[0])
        return family


class Gauge:
    """A value that is read at the scrape."""

    __slots__ = ("doc", "labels", "name", "read")

    def __init__(
        self, name: str, doc: str, labels: Sequence[str], read: Callable[[], Mapping[Labels, float]]
    ) -> None:
        self.name, self.doc, self.labels, self.read = name, doc, tuple(labels), read

    def family(self) -> "Metric":
        """Return the present values."""
        from prometheus_client.metrics_core import GaugeMetricFamily  # noqa: PLC0415 - first scrape only

        family = GaugeMetricFamily(self.name, self.doc, labels=self.labels)
        for labels, value in self.read().items():
            family.add_metric(labels, value)
        return family


class Histogram:
    """How values spread over fixed buckets, per label values."""

    __slots__ = ("_series", "bounds", "doc", "labels", "name")

    def __init__(self, name: str, doc: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self.name, self.doc, self.labels, self.bounds = name, doc, tuple(labels), tuple(bounds)
        self._series: dict[Labels, list[float]] = {}

    def observe(self, labels: Labels, value: float) -> None:
        """Count one value."""
        self.observe_all(labels, {value: 1})

    def observe_all(self, labels: Labels, times: Mapping[float, int]) -> None:
        """Count each value as often as ``times`` says."""
        series = self._series.get(labels)
        if series is None:
            series = self._series[labels] = [0.0] * (len(self.bounds) + 2)
        for value, count in times.items():
            series[bisect_left(self.bounds, value)] += count
            series[-1] += value * count

    def family(self) -> "Metric":
        """Return the present values, cumulative as Prometheus wants them."""
        from prometheus_client.metrics_core import HistogramMetricFamily  # noqa: PLC0415 - first scrape only

        family = HistogramMetricFamily(self.name, self.doc, labels=self.labels)
        names = [*(str(bound) for bound in self.bounds), "+Inf"]
        for labels, series in list(self._series.items()):
            total, buckets = 0.0, list[tuple[str, float]]()
            for name, count in zip(names, series[:-1], strict=True):
                total += count
                buckets.append((name, total))
            family.add_metric(labels, buckets, series[-1])
        return family


class Metrics:
    """Every instrument of this process, and the page they are read from."""

    def __init__(self) -> None:
        self._instruments: list[Instrument] = []
        self._before_read: list[Callable[[], None]] = []

    def before_read(self, fn: Callable[[], None]) -> None:
        """Call ``fn`` before the values are read: who counts very often may count elsewhere until then."""
        self._before_read.append(fn)

    def counter(self, name: str, doc: str, labels: Sequence[str] = ()) -> Counter:
        """Make and keep a counter."""
        counter = Counter(name, doc, labels)
        self._instruments.append(counter)
        return counter

    def gauge(
        self, name: str, doc: str, labels: Sequence[str], read: Callable[[], Mapping[Labels, float]]
    ) -> None:
        """Keep a value that is read at each scrape."""
        self._instruments.append(Gauge(name, doc, labels, read))

    def histogram(
        self, name: str, doc: str, labels: Sequence[str], bounds: Sequence[float] = LATENCY_BUCKETS_S
    ) -> Histogram:
        """Make and keep a histogram."""
        histogram = Histogram(name, doc, labels, bounds)
        self._instruments.append(histogram)
        return histogram

    def collect(self) -> "Iterable[Metric]":
        """Return all families; Prometheus' name for a custom collector's method."""
        for fn in self._before_read:
            fn()
        return [instrument.family() for instrument in self._instruments]

    def page(self) -> bytes:
        """Return the text that ``/metrics`` serves."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - first scrape only

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)


MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
