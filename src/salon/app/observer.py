"""Hears what the gateway does and turns it into metrics and traces."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from salon.foundation.kit.money import UNIT
from salon.foundation.ledger import AttemptEntry, RequestEntry
from salon.foundation.telemetry import Metrics, Span, Tracer
from salon.foundation.telemetry import genai as names
from salon.foundation.telemetry.metrics import TOKEN_BUCKETS
from salon.foundation.telemetry.traces import AttributeValue

_MODELS_COUNTED = 500
"""Different models that get a label of their own; callers choose names, so the rest share one."""
_GATHERED: Final = 256
"""Ended requests that are counted together: one at a time costs each of them three times as much."""
_KIND: Final = attrgetter("dialect", "provider_kind", "model", "status", "error_code", "cache", "currency")
"""What requests that are counted together have in common."""


class GatewayObserver:
    """Counts requests and attempts; hands finished requests to the tracer if there is one."""

    def __init__(self, metrics: Metrics, tracer: Tracer | None) -> None:
        self._tracer = tracer
        self._models: set[str] = set()
        self._ended: list[RequestEntry] = []
        self._tried: dict[tuple[str | None, ...], list[float]] = {}
        metrics.before_read(self._count)
        self._requests = metrics.counter(
            "salon_requests",
            "Requests to models that have ended.",
            ["dialect", "provider", "model", "status"],
        )
        self._errors = metrics.counter("salon_request_errors", "Requests that failed.", ["code"])
        self._attempts = metrics.counter(
            "salon_attempts", "Attempts at a provider that have ended.", ["provider", "status", "code"]
        )
        self._tokens = metrics.counter("salon_tokens", "Tokens.", ["provider", "model", "direction"])
        self._cost = metrics.counter("salon_cost", "Cost in whole currency units.", ["currency"])
        self._unpriced = metrics.counter("salon_unpriced_requests", "Requests without a known price.")
        self._cache = metrics.counter("salon_cache", "Requests by use of the answer cache.", ["use"])
        self._durations = metrics.histogram(
            "salon_request_duration_seconds",
            "From the head of a request to the end of its answer.",
            ["provider"],
        )
        self._firsts = metrics.histogram(
            "salon_first_token_seconds", "From the head of a request to its first token.", ["provider"]
        )
        self._outputs = metrics.histogram(
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
        """Keep a request until it is counted, and hand it to the tracer."""
        self._ended.append(entry)
        if len(self._ended) >= _GATHERED:
            self._count()
        if self._tracer is not None:
            self._tracer.record(request_span(entry, attempts, traceparent=traceparent))

    def _count(self) -> None:
        """Count what has ended since the last time; the metrics ask for it before they are read."""
        alike: defaultdict[tuple[object, ...], list[RequestEntry]] = defaultdict(list)
        for entry in self._ended:
            alike[_KIND(entry)].append(entry)
        self._ended = []
        for entries in alike.values():
            self._count_alike(entries)

    def _count_alike(self, entries: Sequence[RequestEntry]) -> None:
        one, times = entries[0], len(entries)
        provider, model = one.provider_kind or "none", self._model_label(one)
        made = [entry.output_tokens for entry in entries]
        self._requests.add((one.dialect, provider, model, one.status), times)
        self._cache.add((one.cache,), times)
        self._tokens.add((provider, model, "input"), sum([entry.input_tokens for entry in entries]))
        self._tokens.add((provider, model, "output"), sum(made))
        self._outputs.observe_all((provider,), Counter(made))
        self._durations.observe_all((provider,), Counter([entry.duration_ms / 1000 for entry in entries]))
        firsts = [entry.first_token_ms / 1000 for entry in entries if entry.first_token_ms is not None]
        if firsts:
            self._firsts.observe_all((provider,), Counter(firsts))
        costs = [entry.cost_e10 for entry in entries if entry.cost_e10 is not None]
        if costs:
            self._cost.add((one.currency,), sum(costs) / UNIT)
        if len(costs) < times and one.provider_kind is not None:
            self._unpriced.add((), times - len(costs))
        if one.error_code is not None:
            self._errors.add((one.error_code,), times)

    def _model_label(self, entry: RequestEntry) -> str:
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
