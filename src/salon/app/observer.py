"""Hears what the gateway does and turns it into metrics and traces."""

from bisect import bisect_left
from collections.abc import Sequence

from salon.foundation.kit.money import UNIT
from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.foundation.telemetry import Metrics, Span, Tracer
from salon.foundation.telemetry import genai as names
from salon.foundation.telemetry.metrics import LATENCY_BUCKETS_S, TOKEN_BUCKETS
from salon.foundation.telemetry.traces import AttributeValue

_MODELS_COUNTED = 500
"""Different models that get a label of their own; callers choose names, so the rest share one."""
_SERIES_KEPT = 10_000
_LATENCY_MS = tuple(round(bound * 1000) for bound in LATENCY_BUCKETS_S)


class _Series:
    """Where requests of one kind are counted, found once and kept; the metrics get it when they are read."""

    __slots__ = (
        "_cache", "_cost", "_input", "_output", "_requests", "cost_e10", "count", "duration", "duration_ms",
        "first", "first_ms", "input", "output", "outputs",
    )  # fmt: skip

    def __init__(self, observer: "GatewayObserver", entry: RequestEntry) -> None:
        provider, model = entry.provider_kind or "none", observer.model_label(entry)
        self._requests = observer.requests.cell((entry.dialect, provider, model, entry.status))
        self._input = observer.tokens.cell((provider, model, "input"))
        self._output = observer.tokens.cell((provider, model, "output"))
        self._cost = observer.cost.cell((entry.currency,)) if entry.cost_e10 is not None else [0.0]
        self._cache = observer.cache.cell((entry.cache,))
        self.duration = observer.duration.series((provider,))
        self.outputs = observer.output.series((provider,))
        self.first = observer.first.series((provider,)) if entry.first_token_ms is not None else [0.0]
        self._forget()

    def _forget(self) -> None:
        self.count = self.input = self.output = self.cost_e10 = self.duration_ms = self.first_ms = 0

    def add_up(self) -> None:
        """Add what was counted since the last time to the metrics."""
        self._requests[0] += self.count
        self._cache[0] += self.count
        self._input[0] += self.input
        self._output[0] += self.output
        self._cost[0] += self.cost_e10 / UNIT
        self.duration[-1] += self.duration_ms / 1000
        self.outputs[-1] += self.output
        self.first[-1] += self.first_ms / 1000
        self._forget()


class GatewayObserver:
    """Counts requests and attempts; hands finished requests to the tracer if there is one."""

    def __init__(self, metrics: Metrics, tracer: Tracer | None) -> None:
        self._tracer = tracer
        self._models: set[str] = set()
        self._series: dict[tuple[object, ...], _Series] = {}
        self._tried: dict[tuple[str | None, ...], list[float]] = {}
        metrics.before_read(self._add_up)
        self.requests = metrics.counter(
            "salon_requests",
            "Requests to models that have ended.",
            ["dialect", "provider", "model", "status"],
        )
        self._errors = metrics.counter("salon_request_errors", "Requests that failed.", ["code"])
        self._attempts = metrics.counter(
            "salon_attempts", "Attempts at a provider that have ended.", ["provider", "status", "code"]
        )
        self.tokens = metrics.counter("salon_tokens", "Tokens.", ["provider", "model", "direction"])
        self.cost = metrics.counter("salon_cost", "Cost in whole currency units.", ["currency"])
        self._unpriced = metrics.counter("salon_unpriced_requests", "Requests without a known price.")
        self.cache = metrics.counter("salon_cache", "Requests by use of the answer cache.", ["use"])
        self.duration = metrics.histogram(
            "salon_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            ["provider"],
        )
        self.first = metrics.histogram(
            "salon_first_token_seconds", "From the head of a request to its first token.", ["provider"]
        )
        self.output = metrics.histogram(
            "salon_output_tokens", "Tokens of an answer.", ["provider"], TOKEN_BUCKETS
        )

    def on_attempt_end(self, provider: str, entry: AttemptEntry) -> None:
        """Count an attempt."""
        key = (provider, entry.status, entry.error_code)
        cell = self._tried.get(key)
        if cell is None:
            cell = self._tried[key] = self._attempts.cell((provider, entry.status, entry.error_code or ""))
        cell[0] += 1

    def on_request_end(
        self, entry: RequestEntry, attempts: Sequence[AttemptEntry], *, traceparent: str | None
    ) -> None:
        """Count a request, and hand it to the tracer."""
        first_ms, cost_e10 = entry.first_token_ms, entry.cost_e10
        key = (
            entry.dialect, entry.provider_kind, entry.model, entry.status, entry.cache, entry.currency,
            cost_e10 is None, first_ms is None,
        )  # fmt: skip
        series = self._series.get(key) or self._new_series(key, entry)
        output, duration_ms = entry.output_tokens, entry.duration_ms
        series.count += 1
        series.input += entry.input_tokens
        series.output += output
        series.duration_ms += duration_ms
        series.duration[bisect_left(_LATENCY_MS, duration_ms)] += 1
        series.outputs[bisect_left(TOKEN_BUCKETS, output)] += 1
        if cost_e10 is not None:
            series.cost_e10 += cost_e10
        elif entry.provider_id is not None:
            self._unpriced.add()
        if first_ms is not None:
            series.first_ms += first_ms
            series.first[bisect_left(_LATENCY_MS, first_ms)] += 1
        if entry.error_code is not None:
            self._errors.add((entry.error_code,))
        if self._tracer is not None:
            self._tracer.record(request_span(entry, attempts, traceparent=traceparent))

    def _new_series(self, key: tuple[object, ...], entry: RequestEntry) -> _Series:
        if len(self._series) >= _SERIES_KEPT:
            self._add_up()
            self._series.clear()
        series = self._series[key] = _Series(self, entry)
        return series

    def _add_up(self) -> None:
        for series in self._series.values():
            series.add_up()

    def model_label(self, entry: RequestEntry) -> str:
        """Return the label of the model: its name, or ``other`` when there are too many."""
        model = entry.model or "none"
        if model in self._models:
            return model
        if len(self._models) >= _MODELS_COUNTED:
            return "other"
        self._models.add(model)
        return model


def request_span(
    entry: RequestEntry, attempts: Sequence[AttemptEntry], *, traceparent: str | None = None
) -> Span:
    """Return the span of a request with one child per attempt. Holds no content and no key."""
    attributes: dict[str, AttributeValue] = {
        names.OPERATION: entry.operation,
        names.REQUEST_MODEL: entry.alias,
        names.INPUT_TOKENS: entry.input_tokens,
        names.OUTPUT_TOKENS: entry.output_tokens,
        names.HTTP_STATUS: entry.http_status,
        names.REQUEST_ID: entry.request_id,
        names.DIALECT: entry.dialect,
        names.STREAM: entry.stream,
        names.CACHE: entry.cache,
        names.ATTEMPTS: len(attempts),
    }
    _set(attributes, names.PROVIDER, _provider(entry.provider_kind))
    _set(attributes, names.RESPONSE_MODEL, entry.model)
    _set(attributes, names.CACHED_TOKENS, entry.cached_tokens or None)
    _set(attributes, names.CACHE_WRITE_TOKENS, entry.cache_write_tokens or None)
    _set(attributes, names.COST, entry.cost_e10)
    _set(attributes, names.FIRST_OUTPUT_MS, entry.first_token_ms)
    _set(attributes, names.ERROR_TYPE, entry.error_code)
    return Span(
        name=f"{entry.operation} {entry.alias}",
        started_at_ms=entry.started_at_ms,
        duration_ms=entry.duration_ms,
        attributes=attributes,
        error=entry.error_code,
        children=tuple(_attempt_span(entry, attempt) for attempt in attempts),
        traceparent=traceparent,
    )


def _attempt_span(entry: RequestEntry, attempt: AttemptEntry) -> Span:
    attributes: dict[str, AttributeValue] = {
        names.OPERATION: entry.operation,
        names.REQUEST_MODEL: attempt.model,
        names.INPUT_TOKENS: attempt.input_tokens,
        names.OUTPUT_TOKENS: attempt.output_tokens,
        names.ATTEMPT: attempt.number,
    }
    _set(attributes, names.PROVIDER, _provider(attempt.provider_kind))
    _set(attributes, names.HTTP_STATUS, attempt.http_status)
    _set(attributes, names.ERROR_TYPE, attempt.error_code)
    return Span(
        name=f"{entry.operation} {attempt.model}",
        started_at_ms=attempt.started_at_ms,
        duration_ms=attempt.duration_ms,
        attributes=attributes,
        error=attempt.error_code,
    )


def _provider(kind: str | None) -> str | None:
    return names.WELL_KNOWN_PROVIDERS.get(kind, kind) if kind else None


def _set(attributes: dict[str, AttributeValue], name: str, value: AttributeValue | None) -> None:
    if value is not None:
        attributes[name] = value
