"""The gateway bench: direct, nginx, Salon and its peers in one interleaved run.

    python bench/gateway/run.py [--rounds 5] [--seconds 4] [--only salon,nginx,direct] [--no-streams]

Writes docs/measured/gateway-DATE.json and .md unless ``--dry``.
"""

import argparse
import contextlib
import datetime
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import machine
import report
import scenarios
from proxies import PROXIES, Proxy, Salon, answers

from wire import Wire


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--only", default="direct,nginx,salon,portkey,litellm")
    parser.add_argument("--no-streams", action="store_true")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    return parser.parse_args()


def _started(
    wire: Wire, names: list[str], absent: dict[str, str], stack: contextlib.ExitStack
) -> list[Proxy]:
    proxies: list[Proxy] = []
    for name in names:
        proxy = PROXIES[name](wire)
        try:
            proxy.start()
            answers(proxy)
        except (RuntimeError, OSError) as error:
            absent[name] = str(error).splitlines()[0][:200]
            print(f"{name}: {error}", flush=True)
            proxy.stop()
            continue
        stack.callback(proxy.stop)
        proxies.append(proxy)
    return proxies


def _memory(wire: Wire, salon: Salon | None) -> dict[str, object]:
    once: dict[str, object] = {}
    if salon is not None:
        for count in (500, 5000):
            once[f"open_{count}"] = scenarios.open_streams(salon, count)
            print(f"{count} open streams: {once[f'open_{count}']}", flush=True)
    once["starts"] = scenarios.starts(wire)
    print(f"starts: {once['starts']}", flush=True)
    return once


def main() -> int:
    options = _arguments()
    described, absent = machine.describe(), {}
    folder = scenarios.folder_of("salon-bench-")
    rounds: report.Rounds = {}
    once: dict[str, object] = {}
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        wire = stack.enter_context(Wire(folder))
        proxies = _started(wire, options.only.split(","), absent, stack)
        for number in range(options.rounds):
            for proxy in proxies:
                figures = scenarios.one_round(proxy, seconds=options.seconds, streams=not options.no_streams)
                rounds.setdefault(proxy.name, []).append(figures)
                print(f"round {number + 1} {proxy.name}: {json.dumps(figures)}", flush=True)
        if not options.no_memory and any(isinstance(proxy, Salon) for proxy in proxies):
            # A fresh one: memory that a day of load left behind is another figure.
            fresh = Salon(wire)
            fresh.start()
            stack.callback(fresh.stop)
            once = _memory(wire, fresh)
    result = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": machine.commit(),
        "machine": described,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "median": report.medians(rounds),
        "once": once,
        "absent": absent,
        "all": rounds,
    }
    page = report.markdown(result)
    print(page)
    if not options.dry:
        place = Path(__file__).parents[2] / "docs" / "measured"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"gateway-{result['date']}.json").write_text(json.dumps(result, indent=1) + "\n")
        (place / f"gateway-{result['date']}.md").write_text(page)
    return 0 if all(reached for *_, reached in report.goals(result)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
