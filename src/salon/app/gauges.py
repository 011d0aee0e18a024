"""Figures of the whole house that are read when Prometheus asks for them."""

from typing import TYPE_CHECKING

from salon.foundation.kit.tasks import live_task_counts

if TYPE_CHECKING:
    from salon.app.house import House

Values = dict[tuple[str, ...], float]


def add_gauges(house: "House") -> None:
    """Put the house's figures on the metrics page."""
    add = house.metrics.gauge
    add("salon_tasks", "Live supervised tasks.", ["supervisor", "task"], live_task_counts)
    add(
        "salon_loop_lag_seconds",
        "Worst delay of the event loop in ten seconds.",
        (),
        lambda: {(): house.lag.recent_ms / 1000},
    )
    add("salon_client_connections", "Connected clients.", (), lambda: {(): house.connections()})
    add("salon_upstream_connections", "Connections to providers.", ["state"], lambda: _upstream(house))
    add("salon_breaker_open", "1 where a target is out of rotation.", ["target"], lambda: _breakers(house))
    add(
        "salon_ledger_waiting_rows",
        "Rows that are not on disk yet.",
        (),
        lambda: {(): house.ledger.health().waiting},
    )
    add(
        "salon_shed_requests",
        "Requests refused because there were too many.",
        (),
        lambda: {(): house.gateway.admission.shed},
    )
    add(
        "salon_start_time_seconds",
        "When this process started, UTC.",
        (),
        lambda: {(): house.started_at_ms / 1000},
    )


def _upstream(house: "House") -> Values:
    opened, idle = house.http.counts()
    return {("busy",): opened - idle, ("idle",): idle}


def _breakers(house: "House") -> Values:
    now_s = house.clock.monotonic_s()
    breakers = house.gateway.registry.breakers()
    return {(name,): float(one.state(now_s) != "closed") for name, one in breakers.items()}
