"""Medians over rounds, the figures that must be reached, and the page that shows both."""

import json
import statistics
from typing import Any

Rounds = dict[str, list[dict[str, dict[str, float]]]]


def medians(rounds: Rounds) -> dict[str, dict[str, dict[str, float]]]:
    """Return proxy → scenario → figure, each the median over the rounds."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for proxy, taken in rounds.items():
        for figures in taken:
            for scenario, values in figures.items():
                place = result.setdefault(proxy, {}).setdefault(scenario, {})
                for name in values:
                    all_rounds = [one[scenario][name] for one in taken if scenario in one]
                    place[name] = round(statistics.median(all_rounds), 2)
    return result


def goals(result: dict[str, Any]) -> list[tuple[str, float, str, float, bool]]:
    """Return (what, value, comparison, goal, reached) for every figure that must be reached."""
    found: list[tuple[str, float, str, float, bool]] = []
    of, once = result["median"], result["once"]

    def goal(what: str, value: float | None, comparison: str, limit: float) -> None:
        if value is not None:
            reached = value <= limit if comparison == "≤" else value >= limit
            found.append((what, round(value, 3), comparison, limit, reached))

    def figure(proxy: str, scenario: str, name: str) -> float | None:
        return of.get(proxy, {}).get(scenario, {}).get(name)

    def less(proxy: str, scenario: str, name: str) -> float | None:
        ours, theirs = figure("salon", scenario, name), figure(proxy, scenario, name)
        return None if ours is None or theirs is None else ours - theirs

    def ratio(
        scenario: str, name: str, other: str, over: str = "salon", base: str | None = None
    ) -> float | None:
        ours, theirs = figure(over, scenario, name), figure(other, base or scenario, name)
        return ours / theirs if ours and theirs else None

    goal("CPU per request, µs", figure("salon", "plain", "cpu_us_per_request"), "≤", 60)
    goal("CPU per cache hit, µs", figure("salon", "cache_hits", "cpu_us_per_request"), "≤", 60)
    goal(
        "CPU per streamed event, 500 slow streams, µs",
        figure("salon", "slow_streams", "cpu_us_per_event"),
        "≤",
        40,
    )
    rate = "per_core_requests_per_s"
    goal("throughput per core, times nginx", ratio("plain", rate, "nginx"), "≥", 0.26)
    goal("throughput per core, times Portkey", ratio("plain", rate, "portkey"), "≥", 25)
    goal("throughput per core, times LiteLLM", ratio("plain", rate, "litellm"), "≥", 100)
    goal("100 kB prompts per core, times nginx", ratio("large", rate, "nginx"), "≥", 0.4)
    goal("p50 over direct at 50 requests/s, µs", less("direct", "paced", "p50_us"), "≤", 800)
    goal("p99 over nginx at 50 requests/s, µs", less("nginx", "paced", "p99_us"), "≤", 1500)
    goal("first token over direct, p50, µs", less("direct", "first_token", "p50_us"), "≤", 1000)
    cpu = "cpu_us_per_request"
    goal("other dialect, CPU per request, times", ratio("cross_plain", cpu, "salon", base="plain"), "≤", 3)
    cpu = "cpu_us_per_event"
    goal(
        "other dialect, CPU per event, times",
        ratio("cross_slow_streams", cpu, "salon", base="slow_streams"),
        "≤",
        1.5,
    )
    goal("500 open streams, MB", once.get("open_500", {}).get("resident_mb"), "≤", 130)
    goal("5,000 open streams, MB", once.get("open_5000", {}).get("resident_mb"), "≤", 400)
    start = once.get("starts", {})
    goal("cold start, s", start.get("salon-whole", {}).get("start_s"), "≤", 1.0)
    goal("idle as gateway, MB", start.get("salon", {}).get("idle_mb"), "≤", 90)
    goal("idle whole, MB", start.get("salon-whole", {}).get("idle_mb"), "≤", 120)
    return found


def markdown(result: dict[str, Any]) -> str:
    """Write the page."""
    machine = result["machine"]
    lines = [
        f"# Gateway, {result['date']}",
        "",
        f"Commit `{result['commit']}`, {result['rounds']} rounds, interleaved, medians.",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']},",
        f"Python {machine['python']}; load before the start {machine['load_before']:.2f}.",
        "Load generator and upstream share the machine: they keep to its last core, and do not sleep while",
        "requests follow each other, so that no proxy is charged for waking them.",
        "",
        "Salon has everything on: key, request, token and concurrency limits, a budget, prices,",
        "routing, breakers, ledger, metrics. Made by `make bench`.",
        "",
        "| what | measured | must be | |",
        "|---|---|---|---|",
        *(
            f"| {what} | {value:g} | {comparison} {limit:g} | {'reached' if reached else '**missed**'} |"
            for what, value, comparison, limit, reached in goals(result)
        ),
        "",
    ]
    for scenario in (
        "plain",
        "cache_hits",
        "large",
        "paced",
        "first_token",
        "slow_streams",
        "cross_plain",
        "cross_slow_streams",
    ):
        having = {
            name: figures[scenario] for name, figures in result["median"].items() if scenario in figures
        }
        if not having:
            continue
        names = list(next(iter(having.values())))
        lines += [f"## {scenario.replace('_', ' ')}", "", "| | " + " | ".join(names) + " |"]
        lines += ["|---" * (len(names) + 1) + "|"]
        for proxy, figures in having.items():
            lines.append(f"| {proxy} | " + " | ".join(f"{figures[name]:g}" for name in names) + " |")
        lines.append("")
    lines += ["## memory and start", "", "```json", json.dumps(result["once"], indent=1), "```", ""]
    if result["absent"]:
        lines += [
            "Not measured: " + "; ".join(f"{name} ({why})" for name, why in result["absent"].items()),
            "",
        ]
    return "\n".join(lines)
