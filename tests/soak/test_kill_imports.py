"""``kill -9`` during imports: they go on, nothing is doubled, nothing that was reported is lost."""

import http.client
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.testing import exports
from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup
from salon.testing.load import until
from salon.testing.soak import grace, scaled

TOGETHER = True
KILLS = 40
"""On each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""
LEASE_S = 15.0
RUNNING = "SELECT count(*) FROM runs WHERE status = 'running' AND kind = 'import'"
PICTURE = {"file_0000000012345678abcd-p.png": exports.PNG}


@pytest.fixture
def house(tmp_path: Path, column: Column) -> Iterator[House]:
    house = House(tmp_path / "data", HouseSetup(column=column))
    try:
        house.start()
        yield house
    finally:
        house.stop()


def begin(house: House, key: str, data: bytes) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=120)
    connection.request(
        "POST", "/salon/v1/imports/upload?filename=x", data, {"authorization": f"Bearer {key}"}
    )
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert answer.status == 202, told
    return told["id"]


def state(house: House, key: str, import_id: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {key}"}
    status, body = house.request("GET", f"/salon/v1/imports/{import_id}", headers=headers)
    assert status == 200, body
    return json.loads(body)


def export(chance: random.Random, conversations: int) -> tuple[bytes, int]:
    """Return an export with a long conversation among short ones, and how many messages it holds."""
    talks = [exports.chatgpt_rich(f"r{chance.random()}") for _ in range(conversations)]
    nodes = [
        exports.chatgpt_node(f"n{number}", f"n{number - 1}" if number else "root", "user", "x" * 500)
        for number in range(1500)
    ]
    talks.insert(conversations // 2, exports.chatgpt(f"long{chance.random()}", nodes, "n1499"))
    return exports.chatgpt_zip(*talks, files=PICTURE), 7 * conversations + 1500


def test_killed_imports_go_on_and_double_nothing(
    house: House, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    key = house.create_key("imports", "--right", "conversations.use")
    kills = messages = talks = pictures = 0
    while kills < scaled(KILLS):
        data, count = export(chance, 60)
        import_id = begin(house, key, data)
        messages, talks, pictures = messages + count, talks + 61, pictures + 60
        for _ in range(2):
            time.sleep(chance.uniform(0.0, 1.2))  # how far it is when it dies is the dice's
            house.kill()
            kills += 1
            until(lambda: house.damages() == [], what="a whole database")
            house.start()
        until(
            lambda import_id=import_id: state(house, key, import_id)["status"] == "done",
            seconds=grace(LEASE_S + 60),
            what="the end of the import",
        )
        ended = state(house, key, import_id)
        assert ended["totals"]["conversations"] == 61
        assert house.rows("SELECT count(*) FROM messages") == [(messages,)]
        assert house.rows("SELECT count(*) FROM conversations") == [(talks,)]
        assert house.rows("SELECT count(*) FROM message_sources") == [(0,)]
        named = "SELECT count(*) FROM file_references WHERE media_type = 'image/png'"
        assert house.rows(named) == [(pictures,)]
        until(lambda: house.rows(RUNNING) == [(0,)], what="the end of the run")
    figure("kills", kills)
    figure("messages", messages)
    incoming = house.data_dir / "incoming"
    until(lambda: not list(incoming.glob("import-*")), what="an empty folder")
