"""``salon fake-provider``: the fake provider as a process of its own."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from salon.testing.fake_provider.plan import parse_plan
from salon.testing.fake_provider.server import FakeProvider

_DESCRIPTION = """\
A provider on loopback that speaks what Salon speaks to providers: the dialects of OpenAI, Anthropic,
Gemini, Ollama, Cohere and Bedrock, and what is asked beside chat.
What it answers is decided by the model's name, the header x-fake-plan, or {{fake ...}} in the last user
message: tokens=50;rate=20;delay=0.5;think=8;call;fault=429:2;fault=stall:mid-stream ...
Counters: GET /-/stats; forget them: POST /-/reset.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; prints the address first."""
    parser = argparse.ArgumentParser(
        prog="salon fake-provider",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--recordings", type=Path, help="a folder of provider/api/id recordings")
    parser.add_argument("--key", help="the only credential accepted; any by default")
    parser.add_argument("--plan", default="", help="directives for every request")
    parser.add_argument("--tls", action="store_true", help="with a certificate of its own")
    options = parser.parse_args(argv)
    try:
        plan = parse_plan(options.plan)
    except ValueError as error:
        parser.error(str(error))
    fake = FakeProvider(
        port=options.port, recordings=options.recordings, key=options.key, default=plan, tls=options.tls
    )
    try:
        asyncio.run(_serve(fake))
    except OSError as error:
        parser.error(f"port {options.port} cannot be used: {error.strerror}")
    return 0


async def _serve(fake: FakeProvider) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with fake:
        sys.stdout.write(f"{fake.url}\n")
        sys.stdout.flush()
        await stopped.wait()
