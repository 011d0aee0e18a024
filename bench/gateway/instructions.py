"""Instructions per request or streamed event, which other work on the machine hardly changes, unlike times.

    python bench/gateway/instructions.py [--seconds 3] [plain large hit cross stream]

Needs Linux' ``perf``. For another interpreter, run this with the Python of an environment made from it;
``run.py`` likewise.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import machine
import scenarios
from proxies import Salon

from wire import Wire

KINDS = {"plain": "fast", "large": "fast", "hit": "fast", "cross": "claude-fast", "stream": "slow"}
STREAMS = 200
_COUNTERS = "instructions:u,instructions:k"
_ATTACHING_S = 0.4
"""How long perf takes to find every thread; until then nothing is asked."""


def load_of(salon: Salon, kind: str, seconds: float) -> Callable[[], dict]:
    """Return what asks for ``kind`` until its time is over, and returns what was measured."""
    port, path, model, headers = salon.target(KINDS[kind])
    if kind == "hit":
        headers = {**headers, "x-salon-cache": "on"}
    size = 100_000 if kind == "large" else 60
    body = salon.wire.body(model, stream=kind == "stream", prompt_bytes=size)
    much: dict[str, object] = {"connections": 32, "seconds": seconds}
    if kind == "stream":
        much = {"connections": STREAMS, "requests": STREAMS, "stream": True}
    return lambda: salon.wire.load(port, path, body, headers, **much)


def counted(pid: int, load: Callable[[], dict]) -> tuple[dict, dict[str, float]]:
    """Return what ``load`` measured, and the instructions of ``pid`` meanwhile, by counter."""
    command = ["perf", "stat", "-x,", "-e", _COUNTERS, "-p", str(pid)]
    perf = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(_ATTACHING_S)
    measured = load()
    perf.send_signal(signal.SIGINT)
    lines = [line.split(",") for line in perf.communicate(timeout=30)[1].splitlines()]
    return measured, {line[2]: float(line[0]) for line in lines if len(line) > 2 and line[0].isdigit()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)}; all by default")
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    if not KINDS.keys() >= set(options.kinds):
        parser.error(f"kinds are {', '.join(KINDS)}")
    if shutil.which("perf") is None:
        raise SystemExit("Instructions are counted by perf, which is not installed.")
    folder = scenarios.folder_of("salon-instructions-")
    try:
        with Wire(folder) as wire:
            salon = Salon(wire)
            salon.start()
            try:
                _print_all(salon, options.kinds or list(KINDS), options.seconds)
            finally:
                salon.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _print_all(salon: Salon, kinds: list[str], seconds: float) -> None:
    assert salon.pid is not None
    print(f"Python {machine.python()}; thousands of instructions, user + kernel")
    for kind in kinds:
        if kind != "stream":
            load_of(salon, kind, 1.0)()
        measured, counts = counted(salon.pid, load_of(salon, kind, seconds))
        times = measured["events" if kind == "stream" else "requests"]
        user, kernel = (counts[name] / times / 1000 for name in _COUNTERS.split(","))
        print(f"{kind:7}{user:8.1f} + {kernel:5.1f}   of {times}, {measured['errors']} errors", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
