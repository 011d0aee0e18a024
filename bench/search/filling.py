"""Fills a new database with the corpus: made in one process, written by another."""

import multiprocessing
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, cast

import msgspec
from bench.search.corpus import BLOCK, CONVERSATION, SPACE, Corpus, conversations

from salon.features.conversations.indexing.tables import indexed
from salon.features.conversations.indexing.words import tokens
from salon.features.conversations.models import Branch
from salon.features.conversations.search import index_store, text_index
from salon.features.conversations.store import conversations as conversation_store
from salon.features.conversations.store.rows import message_values
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import Storage, Transaction, statement

_SCOPE = SpaceScope(SpaceId(SPACE))
_SYSTEM = SystemScope("bench: fill the index")
_INSERT = statement(messages.insert())
_INDEXED = statement(indexed.insert())
_NAMES = [column.name for column in messages.c]
_AHEAD = 3
_TALKS = 5_000


class Block(msgspec.Struct, array_like=True):
    """Rows of some messages, in the order of the tables' columns."""

    messages: list[tuple[Any, ...]]
    indexed: list[tuple[int, str, str, str]]
    texts: list[tuple[int, tuple[str, ...], list[str]]]
    vectors: list[tuple[int, str]]
    """For PostgreSQL, instead of the texts."""


_corpus: list[Corpus] = []


def _begin(seed: int) -> None:
    _corpus.append(Corpus(seed))


def _made(number: int, count: int, is_postgres: bool) -> bytes:
    block = Block([], [], [], [])
    for message, found in _corpus[0].messages(number, count):
        values = message_values(message)
        block.messages.append(tuple(values[name] for name in _NAMES))
        block.indexed.append((found.at_ms, found.message_id, found.space_id, found.conversation_id))
        parted = tokens(found.text)
        if is_postgres:
            block.vectors.append((found.at_ms, text_index.vector(found.marks, parted)))
        else:
            block.texts.append((found.at_ms, found.marks, parted))
    return msgspec.msgpack.encode(block)


def _blocks(seed: int, count: int, *, is_postgres: bool) -> Iterator[Block]:
    """Yield the corpus, some blocks made ahead in a process of their own."""
    sizes = [min(BLOCK, count - start) for start in range(0, count, BLOCK)]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawning, initializer=_begin, initargs=(seed,)) as pool:
        ahead: deque[Future[bytes]] = deque()
        for number, size in enumerate(sizes):
            ahead.append(pool.submit(_made, number, size, is_postgres))
            if len(ahead) > _AHEAD:
                yield msgspec.msgpack.decode(ahead.popleft().result(), type=Block)
        for left in ahead:
            yield msgspec.msgpack.decode(left.result(), type=Block)


async def fill(storage: Storage, seed: int, count: int) -> float:
    """Write the corpus and its index; return the seconds it took."""
    started = time.monotonic()
    await storage.write(lambda tx: index_store.begin(tx, _SYSTEM))
    talks = list(conversations(count))
    for start in range(0, len(talks), _TALKS):
        await storage.write(lambda tx, part=talks[start : start + _TALKS]: _write_talks(tx, part))
    is_postgres = storage.dialect == "postgresql"
    blocks = _blocks(seed, count, is_postgres=is_postgres)
    if is_postgres:
        await cast(Any, storage).alone(lambda connection: _copy(connection, blocks))
        await storage.vacuum()
    else:
        for block in blocks:
            await storage.write(lambda tx, block=block: _write(tx, block))
    return time.monotonic() - started


def _write_talks(tx: Transaction, part: list[Any]) -> None:
    for one in part:
        conversation_store.insert_conversation(tx, _SCOPE, one)
        last = int(one.id[4:]) * CONVERSATION + CONVERSATION - 1
        branch = Branch(
            id=one.branch_id, space_id=SPACE, created_by=None, conversation_id=one.id, name="main",
            head_id=f"msg_{last:026d}", pinned_at_ms=None, deleted_at_ms=None, version=1,
            created_at_ms=one.created_at_ms, changed_at_ms=one.created_at_ms,
        )  # fmt: skip
        conversation_store.insert_branch(tx, _SCOPE, branch)


def _write(tx: Transaction, block: Block) -> None:
    tx.many(_INSERT, [dict(zip(_NAMES, row, strict=True)) for row in block.messages])
    names = ("number", "message_id", "space_id", "conversation_id")
    tx.many(_INDEXED, [dict(zip(names, row, strict=True)) for row in block.indexed])
    text_index.add_texts(tx, _SYSTEM, block.texts)


def _copy(connection: Any, blocks: Iterator[Block]) -> None:
    """Copy rows in, and make the index of the words at the end, which is quicker."""
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET synchronous_commit = off")
    (index,) = connection.execute(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_search_vectors_terms'"
    ).fetchone()
    connection.execute("DROP INDEX ix_search_vectors_terms")
    for block in blocks:
        _copy_rows(connection, f"messages ({', '.join(_NAMES)})", block.messages)
        _copy_rows(
            connection, "search_messages (number, message_id, space_id, conversation_id)", block.indexed
        )
        _copy_rows(connection, "search_vectors (number, terms)", block.vectors)
    connection.execute(index)
    connection.execute("VACUUM ANALYZE search_vectors")


def _copy_rows(connection: Any, place: str, rows: list[Any]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
