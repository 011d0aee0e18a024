"""What is measured of each proxy, and how one figure is taken."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from machine import cpu_us, resident_mb
from proxies import Proxy, Salon, SalonWhole

from wire import Wire

Figures = dict[str, float]

# Peers that cannot keep up with 500 streams get fewer: the figure is per event.
SLOW_STREAMS = {"litellm": 20, "portkey": 100}


def _measured(proxy: Proxy, load: Callable[[], dict]) -> tuple[dict, float]:
    """Run ``load``; returns what it said and how many µs of CPU the proxy took."""
    before = cpu_us(proxy.pid) if proxy.pid else 0
    result = load()
    used = (cpu_us(proxy.pid) - before) if proxy.pid else 0
    if result["errors"] or result["unfinished"]:
        print(f"    {proxy.name}: {result['errors']} errors, {result['unfinished']} unfinished", flush=True)
    return result, used


def _load(
    proxy: Proxy, kind: str, *, stream: bool = False, prompt_bytes: int = 60, **options: object
) -> dict:
    port, path, model, headers = proxy.target(kind)
    body = proxy.wire.body(model, stream=stream, prompt_bytes=prompt_bytes)
    return proxy.wire.load(port, path, body, headers, stream=stream, **options)


def plain(proxy: Proxy, seconds: float, *, kind: str = "fast") -> Figures:
    """Short answers, 32 callers in a closed loop: throughput and CPU per request."""
    result, used = _measured(proxy, lambda: _load(proxy, kind, connections=32, seconds=seconds))
    requests = max(result["requests"], 1)
    return {
        "requests_per_s": result["requests_per_s"],
        "cpu_us_per_request": used / requests,
        "per_core_requests_per_s": 1e6 * requests / used if used else 0,
        "p50_us": result["latency"].get("p50_us", 0),
        "p99_us": result["latency"].get("p99_us", 0),
        "errors": result["errors"],
    }


def cache_hits(proxy: Proxy, seconds: float) -> Figures:
    """The same request again and again, answered from the exact-match cache."""
    port, path, model, headers = proxy.target("fast")
    body = proxy.wire.body(model, stream=False)
    headers = {**headers, "x-salon-cache": "on"}
    load = lambda: proxy.wire.load(port, path, body, headers, connections=32, seconds=seconds)  # noqa: E731
    load()
    result, used = _measured(proxy, load)
    requests = max(result["requests"], 1)
    return {"requests_per_s": result["requests_per_s"], "cpu_us_per_request": used / requests}


def large(proxy: Proxy, seconds: float) -> Figures:
    """The same with prompts of 100 kB."""
    load = lambda: _load(proxy, "fast", prompt_bytes=100_000, connections=16, seconds=seconds)  # noqa: E731
    result, used = _measured(proxy, load)
    requests = max(result["requests"], 1)
    return {
        "requests_per_s": result["requests_per_s"],
        "cpu_us_per_request": used / requests,
        "per_core_requests_per_s": 1e6 * requests / used if used else 0,
    }


def paced(proxy: Proxy, seconds: float) -> Figures:
    """50 requests a second, open loop: latency as callers feel it."""
    result, _ = _measured(proxy, lambda: _load(proxy, "fast", connections=16, rate=50, seconds=seconds))
    return {name: result["latency"].get(name, 0) for name in ("p50_us", "p90_us", "p99_us", "max_us")}


def first_token(proxy: Proxy, seconds: float) -> Figures:
    """20 streams a second: time to the first event."""
    load = lambda: _load(proxy, "fast", stream=True, connections=32, rate=20, seconds=seconds)  # noqa: E731
    result, _ = _measured(proxy, load)
    return {name: result["first"].get(name, 0) for name in ("p50_us", "p90_us", "p99_us")}


def slow_streams(proxy: Proxy, *, kind: str = "slow") -> Figures:
    """Many streams whose events are 50 ms apart: the honest cost of an event."""
    count = SLOW_STREAMS.get(proxy.name, 500)
    load = lambda: _load(  # noqa: E731
        proxy, kind, stream=True, connections=count, requests=count, ramp_ms=1000
    )
    result, used = _measured(proxy, load)
    return {
        "streams": count,
        "events": result["events"],
        "cpu_us_per_event": used / max(result["events"], 1),
        "errors": result["errors"],
    }


def open_streams(proxy: Proxy, count: int) -> Figures:
    """Resident memory while ``count`` streams with one event a second are open."""
    port, path, model, headers = proxy.target("second")
    body = proxy.wire.body(model, stream=True)
    command = proxy.wire.command(
        port, path, body, headers, stream=True, connections=count, requests=count, ramp_ms=max(1000, count)
    )
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(max(1.0, count / 1000) + 8)
        assert proxy.pid is not None
        before_us, began_s = cpu_us(proxy.pid), time.monotonic()
        peak = 0.0
        for _ in range(8):
            time.sleep(0.5)
            peak = max(peak, resident_mb(proxy.pid))
        share = (cpu_us(proxy.pid) - before_us) / 1e6 / (time.monotonic() - began_s)
        return {"resident_mb": peak, "cpu_share": share}
    finally:
        process.kill()
        process.wait(10)


def starts(wire: Wire, times: int = 5) -> dict[str, Figures]:
    """How long a start takes, and what it holds when idle."""
    figures: dict[str, Figures] = {}
    for kind in (Salon, SalonWhole):
        seconds, memory = [], []
        for _ in range(times):
            proxy = kind(wire)
            proxy.makes_key = False  # making one loads the management routes
            proxy.start()
            seconds.append(proxy.cold_start_s)
            time.sleep(3)
            assert proxy.pid is not None
            memory.append(resident_mb(proxy.pid))
            proxy.stop()
        figures[kind.name] = {"start_s": statistics.median(seconds), "idle_mb": statistics.median(memory)}
    return figures


def one_round(proxy: Proxy, *, seconds: float, streams: bool) -> dict[str, Figures]:
    """Take every figure of one proxy once."""
    figures = {
        "plain": plain(proxy, seconds),
        "paced": paced(proxy, max(seconds, 4)),
        "first_token": first_token(proxy, max(seconds, 4)),
        "large": large(proxy, seconds),
    }
    if streams:
        figures["slow_streams"] = slow_streams(proxy)
    if isinstance(proxy, Salon):
        figures["cache_hits"] = cache_hits(proxy, seconds)
        figures["cross_plain"] = plain(proxy, seconds, kind="claude-fast")
        if streams:
            figures["cross_slow_streams"] = slow_streams(proxy, kind="claude-slow")
    return figures


def folder_of(name: str) -> Path:
    """Return a fresh place for one run's files."""
    return Path(tempfile.mkdtemp(prefix=name))
