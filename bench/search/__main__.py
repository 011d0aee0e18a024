"""How long a fixed mix of 200 searches takes among very many messages, on either database.

``python -m bench.search ADDRESS [--messages N]``: ADDRESS is a new SQLite file or the URI of an empty
PostgreSQL database. The corpus and the mix are the same for the same seed. Prints JSON.
"""

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator

from bench.search.corpus import _HAN, SPACE, Corpus, conversations

from salon.features.conversations.indexing.tables import indexed
from salon.features.conversations.indexing.words import tokens
from salon.features.conversations.models import Branch
from salon.features.conversations.search import Indexer, Search, index_store, text_index
from salon.features.conversations.search.query import parse
from salon.features.conversations.store import conversations as conversation_store
from salon.features.conversations.store.rows import message_values
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Storage, Transaction, open_storage, statement
from salon.foundation.storage.migrations import migrate

SLICE = 4_000
_SCOPE = SpaceScope(SpaceId(SPACE))
_INSERT = statement(messages.insert())
_INDEXED = statement(indexed.insert())
CALLER = Caller(kind="owner", space_id=SpaceId(SPACE), rights=OWNER_RIGHTS)


async def fill(storage: Storage, corpus: Corpus, count: int) -> float:
    """Write the corpus and its index; return the seconds it took."""
    started = time.monotonic()
    system = SystemScope("bench: fill the index")
    await storage.write(lambda tx: index_store.begin(tx, system))

    def write_messages(tx: Transaction, part: list) -> None:
        tx.many(_INSERT, [message_values(message) for message, _ in part])
        tx.many(_INDEXED, [
            {"number": one.at_ms, "message_id": one.message_id, "space_id": one.space_id,
             "conversation_id": one.conversation_id} for _, one in part
        ])  # fmt: skip
        text_index.add_texts(tx, system, [(one.at_ms, one.marks, tokens(one.text)) for _, one in part])

    def write_conversations(tx: Transaction, part: list) -> None:
        for one in part:
            conversation_store.insert_conversation(tx, _SCOPE, one)
            branch = Branch(
                id=one.branch_id, space_id=SPACE, created_by=None, conversation_id=one.id, name="main",
                head_id=f"msg_{int(one.id[4:]) * 20 + 19:026d}", pinned_at_ms=None, deleted_at_ms=None,
                version=1,
                created_at_ms=one.created_at_ms, changed_at_ms=one.created_at_ms,
            )  # fmt: skip
            conversation_store.insert_branch(tx, _SCOPE, branch)

    for part in slices(conversations(count)):
        await storage.write(lambda tx, part=part: write_conversations(tx, part))
    for part in slices(corpus.messages(count)):
        await storage.write(lambda tx, part=part: write_messages(tx, part))
    return time.monotonic() - started


def slices(found: Iterator) -> Iterator[list]:
    """Yield lists of the next ones."""
    while part := list(itertools.islice(found, SLICE)):
        yield part


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
        lambda: "".join(chance.choices(_HAN, k=3)),
        lambda: f"{chance.choice(often)} role:assistant model:gpt-5",
        lambda: f"{chance.choice(usual)} role:assistant model:gpt-5",
        lambda: f"{chance.choice(usual)} after:2020-10 before:2021-02",
        lambda: f"{chance.choice(often)} in:cnv_{chance.randrange(100):026d}",
        lambda: f"{chance.choice(rare)} {chance.choice(rare)}",
    )
    return [kinds[index % len(kinds)]() for index in range(200)]


async def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--asked", action="store_true", help="Print the slowest searches too.")
    parser.add_argument("--keep", action="store_true", help="The corpus is there already.")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.seed)
    storage = await open_storage(arguments.address)
    await migrate(storage, backup=False)
    filled_s = 0.0 if arguments.keep else await fill(storage, corpus, arguments.messages)
    if not arguments.keep and storage.dialect == "postgresql":
        await storage.vacuum()
    indexer = Indexer(storage)
    indexer.start()
    search, took, cpu = Search(storage, indexer), list[tuple[float, str, int, str]](), list[float]()
    for asked in mix(corpus, arguments.seed):
        started, worked = time.perf_counter(), time.process_time()
        found = await search.find(CALLER, parse(asked))
        cpu.append((time.process_time() - worked) * 1000)
        took.append(((time.perf_counter() - started) * 1000, asked, len(found.items), found.order))
    ordered = sorted(took, reverse=True)
    figures = {
        "dialect": storage.dialect, "messages": arguments.messages, "filled_s": round(filled_s, 1),
        "p50_ms": round(ordered[100][0], 1),
        "p95_ms": round(ordered[10][0], 1), "worst_ms": round(ordered[0][0], 1),
        "cpu_p95_ms": round(sorted(cpu)[-11], 1), "cpu_worst_ms": round(max(cpu), 1),
    }  # fmt: skip
    print(json.dumps(figures))
    if arguments.asked:
        for one in ordered[:25]:
            print(one, file=sys.stderr)
    await indexer.close()
    await storage.close()


asyncio.run(main())
