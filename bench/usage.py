"""How long the usage page and the sidebar's line of what was spent wait on a ledger of a million requests.

``python -m bench.usage [--rows N] [--store sqlite|postgresql|both]`` fills a new ledger (13 months, 12 models
of 4 providers, 8 keys), asks what the page asks, adds the sums up, and asks again. Prints JSON, and which
goals were reached.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from math import exp
from pathlib import Path
from typing import Any

from bench.goals import Goal, keep, tell
from bench.stores import STORES, postgres

from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId, new_id
from salon.foundation.ledger import CourseQuery, Ledger, RequestEntry, UsageQuery
from salon.foundation.ledger.store import insert_entries
from salon.foundation.storage import open_storage
from salon.foundation.storage.migrations import migrate
from salon.testing.ledger import entry

SCOPE = SpaceScope(SpaceId("spc_bench"))
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ZONE = "Europe/Zurich"
ROUNDS = 10
GOALS = (
    Goal("page_p95_ms", at_most=200, text="ms of 95 of 100 questions of the page, from sums"),
    Goal("sidebar_p95_ms", at_most=50, text="ms of 95 of 100 questions of the sidebar, from sums"),
    Goal("differences", at_most=0, text="answers that differ from the plain sums"),
)
Ask = Callable[[Ledger], Awaitable[Any]]


def rows(count: int, now_ms: int, days: int, seed: int = 5) -> list[RequestEntry]:
    """Return requests of a house that is used more each month, most of them of a few models."""
    chance = random.Random(seed)
    models = [f"model-{number}" for number in range(12)]
    weights = [1 / (number + 1) for number in range(12)]
    found: list[RequestEntry] = []
    for model in chance.choices(models, weights, k=count):
        duration_ms = int(1_800 * exp(chance.gauss(0, 0.9)))
        provider = f"prv_{int(model[6:]) % 4}"
        found.append(
            entry(
                request_id=new_id("req"),
                space_id=SCOPE.space_id,
                key_id=f"key_{chance.randrange(8)}",
                alias=model,
                provider_id=provider,
                model=model,
                status=chance.choices(["ok", "error", "cancelled"], [95, 3, 2])[0],
                input_tokens=chance.randrange(20, 8_000),
                output_tokens=chance.randrange(5, 900),
                cost_e10=chance.randrange(10**6, 10**9),
                started_at_ms=now_ms - int(days * DAY_MS * (1 - chance.random() ** 0.7)),
                duration_ms=duration_ms,
                first_token_ms=duration_ms // 5,
            )
        )
    return found


def questions(now_ms: int) -> dict[str, Ask]:
    """Return what the page and the sidebar ask, by name."""
    today_ms = now_ms // DAY_MS * DAY_MS
    end_ms = today_ms + DAY_MS
    month_ms = int(datetime.fromtimestamp(now_ms / 1000, UTC).replace(day=1).timestamp()) * 1000
    month_ms -= month_ms % DAY_MS
    found: dict[str, Ask] = {}

    def course(name: str, since_ms: int, step: Any, by: Any) -> None:
        query = CourseQuery(since_ms=since_ms, until_ms=end_ms, step=step, by=by, zone=ZONE)
        found[name] = lambda ledger: ledger.course(SCOPE, query)

    for by in ("model", "provider", "key"):
        course(f"page: today by {by}", today_ms, "hour", by)
        for days, step in ((7, "day"), (30, "day"), (90, "day"), (365, "month")):
            course(f"page: {days} days by {by}", end_ms - days * DAY_MS, step, by)
    course("sidebar: this month", month_ms - HOUR_MS, "month", None)
    command = UsageQuery(
        since_ms=end_ms - 30 * DAY_MS, until_ms=now_ms + 1, group_by=("model",), rare=True, latency=True
    )
    found["command: 30 days by model"] = lambda ledger: ledger.usage(SCOPE, command)
    return found


async def asked(ledger: Ledger, now_ms: int, rounds: int) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Ask everything several times; return the milliseconds and the last answers by name."""
    times: dict[str, list[float]] = {}
    answers: dict[str, Any] = {}
    for _ in range(rounds):
        for name, ask in questions(now_ms).items():
            began = time.perf_counter()
            answers[name] = await ask(ledger)
            times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return times, answers


def figures(times: dict[str, list[float]], word: str) -> dict[str, Any]:
    """Return p50 and p95 of each group of questions, and of each question alone."""
    found: dict[str, Any] = {}
    for group in ("page", "sidebar", "command"):
        some = [ms for name, several in times.items() if name.startswith(group) for ms in several]
        found[f"{group}_{word}p50_ms"] = _part(some, 50)
        found[f"{group}_{word}p95_ms"] = _part(some, 95)
    return found


def _part(values: list[float], percent: int) -> float:
    return round(sorted(values)[max(0, -(-len(values) * percent // 100) - 1)], 1)


async def run(address: str, count: int, days: int, before_rounds: int) -> dict[str, Any]:
    """Fill, ask, add up and ask again."""
    storage = await open_storage(address)
    await migrate(storage, backup=False)
    now_ms = time.time_ns() // 1_000_000
    began = time.perf_counter()
    made = rows(count, now_ms, days)
    for start in range(0, count, 5_000):
        part = made[start : start + 5_000]
        await storage.write(lambda tx, part=part: insert_entries(tx, SystemScope("bench: fill"), part, []))
    await storage.vacuum()
    filled_s = time.perf_counter() - began
    ledger = Ledger(storage)
    try:
        before, plain = await asked(ledger, now_ms, before_rounds)
        began = time.perf_counter()
        await ledger.summing.catch_up()
        summed_s = time.perf_counter() - began
        await storage.vacuum()
        after, kept = await asked(ledger, now_ms, ROUNDS)
    finally:
        await storage.close()
    print(
        json.dumps({name: _part(several, 50) for name, several in after.items()}, indent=1), file=sys.stderr
    )
    return {
        "store": storage.dialect,
        "rows": count,
        "days": days,
        "filled_s": round(filled_s, 1),
        "summed_s": round(summed_s, 1),
        **figures(before, "before_"),
        **figures(after, ""),
        "differences": sum(plain[name] != kept[name] for name in plain),
    }


async def measure(address: str, arguments: argparse.Namespace) -> int:
    """Fill a database and ask; print, and return how many goals were missed."""
    told = await run(address, arguments.rows, arguments.days, arguments.before_rounds)
    print(json.dumps(told), flush=True)
    if not arguments.dry:
        keep(f"usage-{told['store']}", "python -m bench.usage", told, GOALS)
    return tell(told, GOALS)


def main() -> int:
    """Measure each store, and tell whether every goal was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=400, help="Over how long the requests are spread.")
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--before-rounds", type=int, default=2, help="How often to ask without sums.")
    parser.add_argument("--dry", action="store_true", help="Write nothing down.")
    arguments = parser.parse_args()
    missed = 0
    if arguments.store != "postgresql":
        with tempfile.TemporaryDirectory(prefix="salon-usage-") as folder:
            missed += asyncio.run(measure(str(Path(folder, "usage.db")), arguments))
    if arguments.store != "sqlite":
        with postgres() as url:
            missed += asyncio.run(measure(url, arguments))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
