"""The audit chain: sound when untouched, broken by any edit, removal, addition or move."""

import asyncio

import pytest

from salon.foundation.audit import list_records, record, verify
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.testing.databases import database

CALLER = Caller(kind="person", space_id=SpaceId("spc_a"), person_id=PersonId("per_1"))
SCOPE = SpaceScope(SpaceId("spc_a"))

TAMPERING = {
    "edit": "UPDATE audit_records SET detail = '{\"n\":99}' WHERE number = 4",
    "edit the actor": "UPDATE audit_records SET person_id = NULL WHERE number = 4",
    "remove from the middle": "DELETE FROM audit_records WHERE number = 4",
    "remove the first": "DELETE FROM audit_records WHERE number = 1",
    "remove the end": "DELETE FROM audit_records WHERE number >= 9",
    "remove all": "DELETE FROM audit_records",
    "swap": "UPDATE audit_records SET number = CASE number WHEN 4 THEN 5005 ELSE 4 END WHERE number IN (4, 5)",
    "close the gap": "DELETE FROM audit_records WHERE number = 4;"
    "UPDATE audit_records SET number = number - 1 WHERE number > 4",
    "take over by another space": "UPDATE audit_records SET space_id = 'spc_b' WHERE number = 10",
    "number below zero": "UPDATE audit_records SET number = -1 WHERE number = 3",
}


async def _fill(storage, count: int) -> None:
    writes = (
        storage.write(lambda tx, i=i: record(tx, CALLER, "thing.made", f"t{i}", {"n": i}))
        for i in range(count)
    )
    await asyncio.gather(*writes)


def test_an_untouched_chain_is_sound(address: str) -> None:
    async def play():
        async with database(address) as storage:
            await _fill(storage, 30)
            return await storage.read(lambda tx: verify(tx, SCOPE))

    verdict = asyncio.run(play())
    assert (verdict.is_sound, verdict.checked) == (True, 30)


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(address: str, how: str) -> None:
    async def play():
        async with database(address) as storage:
            await _fill(storage, 10)

            def tamper(connection) -> None:
                for sql in TAMPERING[how].split(";"):
                    connection.execute(sql)

            await storage.alone(tamper)
            return await storage.read(lambda tx: verify(tx, SCOPE))

    verdict = asyncio.run(play())
    assert not verdict.is_sound
    assert verdict.problem


def test_a_record_goes_with_its_act(address: str) -> None:
    async def play():
        async with database(address) as storage:

            def act(tx) -> None:
                record(tx, CALLER, "thing.made", "t")
                raise LookupError

            with pytest.raises(LookupError):
                await storage.write(act)
            return await storage.read(lambda tx: verify(tx, SCOPE))

    assert asyncio.run(play()).checked == 0


def test_the_trail_is_listed_newest_first_in_pages(address: str) -> None:
    async def play() -> list[int]:
        async with database(address) as storage:
            await _fill(storage, 25)
            numbers: list[int] = []
            cursor = None
            while True:
                page = await storage.read(
                    lambda tx, cursor=cursor: list_records(tx, SCOPE, before=cursor, limit=10)
                )
                numbers += [found.number for found in page.records]
                cursor = page.next_cursor
                if cursor is None:
                    return numbers

    assert asyncio.run(play()) == list(range(25, 0, -1))
