"""How long a fixed mix of 200 searches takes among very many messages, on either database.

``python -m bench.search [--messages N] [--store sqlite|postgresql|both]`` fills new databases, asks, and
throws them away; ``--address`` names one to keep (a SQLite file, or the URI of an empty PostgreSQL database),
and with ``--keep`` one that is filled already. The corpus and the mix are the same for the same seed. Prints
JSON, and which goals were reached.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.goals import Goal, keep, tell
from bench.search.corpus import HAN, SPACE, Corpus
from bench.search.filling import fill
from bench.stores import STORES, postgres
from sqlalchemy import text

from salon.features.conversations.search import Indexer, Search
from salon.features.conversations.search.query import parse
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Storage, open_storage, statement
from salon.foundation.storage.migrations import migrate

CALLER = Caller(kind="owner", space_id=SpaceId(SPACE), rights=OWNER_RIGHTS)
GOALS = (
    Goal("p95_ms", at_most=100, text="ms of 95 of 100 searches"),
    Goal("worst_ms", at_most=300, text="ms of the slowest search"),
    Goal("unsaid", at_most=0, text="searches ordered by time that do not say why"),
)


def mix(corpus: Corpus, seed: int) -> list[str]:
    """Return 200 searches: rare and frequent words, several, phrases, beginnings, Japanese, and filters."""
    chance, words = random.Random(seed), corpus.words
    rare, usual, often = words[5_000:], words[300:5_000], words[:60]
    kinds = (
        lambda: chance.choice(rare),
        lambda: chance.choice(usual),
        lambda: chance.choice(often),
        lambda: f"{chance.choice(usual)} {chance.choice(often)}",
        lambda: f"{chance.choice(often)} {chance.choice(often)}",
        lambda: f'"{chance.choice(often)} {chance.choice(often)}"',
        lambda: f"{chance.choice(usual)} -{chance.choice(often)}",
        lambda: f"{chance.choice(rare)[:5]}*",
        lambda: "".join(chance.choices(HAN, k=3)),
        lambda: f"{chance.choice(often)} role:assistant model:gpt-5",
        lambda: f"{chance.choice(usual)} role:assistant model:gpt-5",
        lambda: f"{chance.choice(usual)} after:2020-10 before:2021-02",
        lambda: f"{chance.choice(often)} in:cnv_{chance.randrange(100):026d}",
        lambda: f"{chance.choice(rare)} {chance.choice(rare)}",
    )
    return [kinds[index % len(kinds)]() for index in range(200)]


async def backends(storage: Storage) -> list[Path]:
    """Return where the kernel counts the time of PostgreSQL's processes of this database, if it is here."""
    if storage.dialect != "postgresql":
        return []
    asked = statement(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))
    rows = await storage.read(lambda tx: tx.all(asked))
    return [path for row in rows if (path := Path(f"/proc/{row[0]}/schedstat")).exists()]


def worked_ms(servers: list[Path]) -> float:
    """Return the processor time of this process and of the database's, in milliseconds."""
    return time.process_time() * 1000 + sum(int(path.read_text().split()[0]) / 1e6 for path in servers)


async def ask(storage: Storage, corpus: Corpus, arguments: argparse.Namespace) -> dict[str, Any]:
    """Ask the whole mix, one search after the other, and return the figures."""
    indexer = Indexer(storage)
    indexer.start()
    search, took, cpu = Search(storage, indexer), list[tuple[float, str, int, str]](), list[float]()
    unsaid = 0
    await search.find(CALLER, parse("warm"))
    servers = await backends(storage)
    for asked in mix(corpus, arguments.seed):
        query = parse(asked)
        started, worked = time.perf_counter(), worked_ms(servers)
        found = await search.find(CALLER, query)
        cpu.append(worked_ms(servers) - worked)
        took.append(((time.perf_counter() - started) * 1000, asked, len(found.items), found.order))
        unsaid += bool(query.terms and found.items and found.order == "time" and not found.frequent)
    await indexer.close()
    ordered = sorted(took, reverse=True)
    if arguments.asked:
        for one in ordered[:25]:
            print(one, file=sys.stderr)
        for one in sorted(zip(cpu, mix(corpus, arguments.seed), strict=True), reverse=True)[:12]:
            print("CPU", one, file=sys.stderr)
    return {
        "p50_ms": round(ordered[100][0], 1), "p95_ms": round(ordered[10][0], 1),
        "worst_ms": round(ordered[0][0], 1), "cpu_p95_ms": round(sorted(cpu)[-11], 1),
        "cpu_worst_ms": round(max(cpu), 1), "found": sum(one[2] for one in took), "unsaid": unsaid,
    }  # fmt: skip


async def measure(address: str, arguments: argparse.Namespace) -> int:
    """Fill a database and ask; print, and return how many goals were missed."""
    corpus = Corpus(arguments.seed)
    storage = await open_storage(address)
    try:
        await migrate(storage, backup=False)
        filled_s = 0.0 if arguments.keep else await fill(storage, arguments.seed, arguments.messages)
        figures = await ask(storage, corpus, arguments)
        told = {"store": storage.dialect, "messages": arguments.messages, "filled_s": round(filled_s, 1)}
    finally:
        await storage.close()
    print(json.dumps(told | figures), flush=True)
    if not (arguments.dry or arguments.keep):
        keep(f"search-{storage.dialect}", "python -m bench.search", told | figures, GOALS)
    return tell(figures, GOALS)


def main() -> int:
    """Measure each store, and tell whether every goal was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--address", help="A database to fill and to keep.")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--dry", action="store_true", help="Write nothing down.")
    parser.add_argument("--asked", action="store_true", help="Print the slowest searches too.")
    parser.add_argument("--keep", action="store_true", help="The corpus is there already.")
    arguments = parser.parse_args()
    if arguments.address:
        return int(asyncio.run(measure(arguments.address, arguments)) > 0)
    missed = 0
    if arguments.store != "postgresql":
        with tempfile.TemporaryDirectory(prefix="salon-search-") as folder:
            missed += asyncio.run(measure(str(Path(folder, "search.db")), arguments))
    if arguments.store != "sqlite":
        with postgres() as url:
            missed += asyncio.run(measure(url, arguments))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
