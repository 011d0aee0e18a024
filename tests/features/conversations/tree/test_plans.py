"""Walks through a tree go by an index, step by step, also in a database of which nothing is known yet."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from salon.features.conversations.indexing import notes
from salon.features.conversations.store import marks, messages, walking
from salon.foundation.storage import Statement, open_storage, statement
from salon.testing.tables import import_all_tables

WALK = {"key": "msg_a", "space": "spc_a", "conversation": "cnv_a", "limit": 50}
OF_CONVERSATION = {"conversation": "cnv_a", "space": "spc_a", "after": "", "limit": 50}


def plan_of(folder: Path, asked: Statement, **params: Any) -> list[str]:
    """Return how SQLite goes about a statement in an empty database."""

    async def run() -> list[str]:
        storage = await open_storage(folder / "salon.db")
        try:
            await storage.create_all()
            sql, bound = asked.sqlite.bind(params)
            explained = statement(text(f"EXPLAIN QUERY PLAN {sql}"))
            return [str(row[3]) for row in await storage.read(lambda tx: tx.all(explained, **bound))]
        finally:
            await storage.close()

    import_all_tables()
    return asyncio.run(run())


@pytest.mark.parametrize(
    ("asked", "params", "index"),
    [
        (walking._UP, WALK, "sqlite_autoindex_messages_1 (id=?)"),
        (walking._DOWN, WALK, "ix_messages_parent_id (parent_id=?)"),
        (messages._ROOTS, OF_CONVERSATION, "ix_messages_first (conversation_id=? AND id>?)"),
        (messages._ALL, OF_CONVERSATION, "ix_messages_conversation_id (conversation_id=? AND id>?)"),
        (messages._GET_MANY, {"keys": ["a"] * 50, "space": "s"}, "sqlite_autoindex_messages_1 (id=?)"),
        (marks._CHILD_IDS, {"keys": ["a"] * 50, "space": "s", "limit": 9}, "ix_messages_parent_id (parent_id=?)"),
        (marks._ROOT_IDS, {"conversation": "c", "space": "s", "limit": 9}, "ix_messages_first (conversation_id=?)"),
    ],
)  # fmt: skip
def test_each_step_is_found_by_an_index(tmp_path: Path, asked: Statement, params: Any, index: str) -> None:
    plan = plan_of(tmp_path, asked, **params)
    assert plan[-1].endswith(index) or f"USING INDEX {index}" in " ".join(plan)
    reads = [line for line in plan if line.startswith(("SCAN", "SEARCH")) and line != "SCAN walked"]
    assert all("(id=?)" in line or index in line for line in reads), plan


def test_a_title_is_forgotten_without_a_look_at_the_others(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, notes._FORGET_TITLE, conversation="cnv_a", space="spc_a")
    assert plan == ["SEARCH search_titles USING INDEX ix_search_titles_conversation_id (conversation_id=?)"]
