"""What mortal processes do before they die, in this one, which lives on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.storage import open_storage
from salon.foundation.storage.migrations import head
from salon.testing import mortal_houses, mortal_migrations, mortal_talks, mortal_trees
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.lives import of
from salon.testing.tables import import_all_tables
from salon.testing.talk_checks import check, everything, go_on
from salon.testing.talking import talking, text_of

ORDER = {"number": 0, "seed": 7, "steps": 0, "after_s": 0, "kept": []}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is."""
    return (
        str(tmp_path / "salon.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )


def lived(live: Any, order: dict[str, Any]) -> list[Any]:
    heard: list[Any] = []
    asyncio.run(live({**ORDER, **order}, lambda *words: heard.append(list(words))))
    return heard


def test_a_history_goes_on_in_the_next_life(column: Column, tmp_path: Path) -> None:
    import_all_tables()
    order = {"address": column.address(tmp_path)}
    first = lived(mortal_trees.live, order)
    kept = dict(of(first, mortal_trees.STATE))
    second = lived(mortal_trees.live, {**order, "number": 1, "seed": 8, "kept": list(kept.values())})
    assert len(kept) == 2
    assert of(second, mortal_trees.CHECKED) == [[]]


def test_a_space_goes_on_in_the_next_life(column: Column, tmp_path: Path) -> None:
    import_all_tables()
    order = {"address": column.address(tmp_path), "folder": str(tmp_path), "space": "spc_1", "kept": None}
    told = lived(mortal_houses.live, {**order, "seed": 5})
    for seed in range(6, 10):
        states = of(told, mortal_houses.STATE)
        assert states[-1][1] is None, "the last act was not done"
        # As if it had died within an act: it is done again, or found to be done.
        told = lived(mortal_houses.live, {**order, "seed": seed, "kept": states[-2]})
        assert of(told, mortal_houses.CHECKED) == [[]]


def test_an_act_that_was_lost_is_found_out(tmp_path: Path) -> None:
    import_all_tables()
    order = {"address": str(tmp_path / "salon.db"), "folder": str(tmp_path), "space": "spc_1", "kept": None}
    facts, _ = of(lived(mortal_houses.live, order), mortal_houses.STATE)[-1]
    lost = {**facts, "folders": [*facts["folders"], "another"]}
    with pytest.raises(AssertionError, match="another"):
        lived(mortal_houses.live, {**order, "kept": [lost, None]})


def test_an_old_database_is_filled_and_migrated(empty: str) -> None:
    import_all_tables()
    filled = asyncio.run(mortal_migrations.make_old(empty, "0003"))
    heard = lived(mortal_migrations.live, {"address": empty})
    assert heard == [["migrated", "0003", head()]]

    async def found() -> mortal_migrations.Rows:
        storage = await open_storage(empty)
        try:
            return await mortal_migrations.rows_of(storage, filled)
        finally:
            await storage.close()

    assert asyncio.run(found()) == filled


async def held_against(place: dict[str, str], heard: list[Any]) -> None:
    """Go on with a talk, of which one message was never acknowledged, and another was lost."""
    heard.append(["try", "send", "one-again", "one-again {{fake tokens=2}}"])
    ((own,),) = of(heard, "talk")
    async with talking(Path(place["folder"]), place["address"], fake_url=place["fake"]) as scene:
        await go_on(scene, own, heard)
        _, lost_ns = await check(scene, own, heard)
        assert lost_ns <= 0
        assert [one.role for one in await everything(scene, own) if "one-again" in text_of(one)] == ["user"]
        with pytest.raises(AssertionError, match="msg_lost"):
            await check(scene, own, [*heard, ["ack", "send", "one-lost", "msg_lost"]])


def test_a_talk_tells_what_was_acknowledged_and_seen(column: Column, tmp_path: Path) -> None:
    import_all_tables()
    with FakeProvider().in_thread() as fake:
        place = {
            "folder": str(tmp_path),
            "address": column.address(tmp_path),
            "fake": fake.url,
            "name": "one",
        }
        heard = lived(mortal_talks.live, place)
        asyncio.run(held_against(place, heard))
    acked = {kind for kind, _, _ in of(heard, "ack")}
    assert acked >= {"send", "edit", "regenerate", "several"}
    assert of(heard, "seen")
    assert of(heard, "compacted")
