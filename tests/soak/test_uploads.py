"""Large uploads and documents under ``kill -9``: what was told to be there is there."""

import base64
import hashlib
import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.columns import Column
from salon.testing.documents import pdf
from salon.testing.house import House, HouseSetup
from salon.testing.load import until
from salon.testing.soak import grace, scaled

Figure = Callable[[str, object], None]
TOGETHER = True
MIB = 1024**2
UPLOADS = "/salon/v1/uploads"
FULL_KILLS = 25
"""Of each kind on each store; with those of trees, talks, houses, migrations, imports and uploads more than a thousand."""


@pytest.fixture
def house(tmp_path: Path, column: Column) -> Iterator[House]:
    house = House(tmp_path / "data", HouseSetup(column=column))
    try:
        house.start()
        yield house
    finally:
        house.stop()


class Sender:
    """A client that sends from where the server is, and remembers what it was told."""

    def __init__(self, house: House, key: str, content: bytes) -> None:
        self.house, self.content, self.key = house, content, key
        self.told = 0
        metadata = f"filename {base64.b64encode(b'big.bin').decode()}"
        self.path = self.ask(
            "POST", UPLOADS, **{"upload-length": str(len(content)), "upload-metadata": metadata}
        )["location"]

    def ask(self, method: str, path: str, body: bytes | None = None, **more: str) -> dict[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=grace(60))
        usual = {"authorization": f"Bearer {self.key}", "tus-resumable": "1.0.0"}
        try:
            connection.request(method, path, body, {**usual, **more})
            with connection.getresponse() as answer:
                answer.read()
                assert answer.status < 300, (method, path, answer.status)
                return {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def go_on(self, size: int) -> str | None:
        """Send up to ``size`` bytes from where the server is; return the file once there is one."""
        state = self.ask("HEAD", self.path)
        offset = int(state["upload-offset"])
        assert offset >= self.told, f"{self.told} bytes were told to be there, and {offset} are"
        self.told = offset
        if "salon-file" in state:
            return state["salon-file"]
        part = self.content[offset : offset + size]
        headers = {"upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
        self.told = int(self.ask("PATCH", self.path, part, **headers)["upload-offset"])
        return None


def try_to_go_on(sender: Sender, size: int) -> None:
    try:
        sender.go_on(size)
    except (OSError, http.client.HTTPException):
        return  # the house was killed under it


def test_no_byte_that_was_told_is_lost_to_a_kill(house: House, chance: random.Random, figure: Figure) -> None:
    content = chance.randbytes(12 * MIB)
    key = house.create_key("kills")
    sender = Sender(house, key, content)
    kills = scaled(FULL_KILLS, least=2)
    for _ in range(kills):
        sending = threading.Thread(target=try_to_go_on, args=(sender, chance.randint(1, 8 * MIB)))
        sending.start()
        time.sleep(chance.random() * 0.15)  # when it dies is the dice's to say
        house.kill()
        sending.join()
        house.start()
    file_id = None
    while file_id is None:
        file_id = sender.go_on(64 * MIB)
    answer = house.exchange(
        "GET", f"/salon/v1/files/{file_id}/content", headers={"authorization": f"Bearer {key}"}
    )
    assert hashlib.sha256(answer.body).digest() == hashlib.sha256(content).digest()
    house.kill()
    until(lambda: not house.damages())
    figure("kills", kills)


def test_what_is_made_of_files_survives_kills(house: House, chance: random.Random, figure: Figure) -> None:
    key = {"authorization": f"Bearer {house.create_key('made')}"}
    document = pdf(*["words " * 300] * 20)
    kills = scaled(FULL_KILLS, least=2)
    for number in range(kills):
        stored = house.exchange("POST", f"/salon/v1/files?name={number}.pdf", content=document, headers=key)
        path = f"/salon/v1/files/{orjson.loads(stored.body)['id']}/text"
        asking = threading.Thread(target=ask_anyhow, args=(house, path, key))
        asking.start()
        time.sleep(chance.random() * 0.4)
        house.kill()
        asking.join()
        house.start()
        found = orjson.loads(house.exchange("GET", path, headers=key).body)
        assert (found["pages"], found["cut"], found["size_bytes"] > 30_000) == (20, None, True)
    counted = house.rows("SELECT COALESCE(SUM(size_bytes), 0) FROM file_usage")
    added = house.rows(
        "SELECT (SELECT COALESCE(SUM(size_bytes), 0) FROM file_references)"
        " + (SELECT COALESCE(SUM(size_bytes), 0) FROM file_derivatives)"
    )
    assert [int(row[0]) for row in counted] == [int(row[0]) for row in added]
    house.kill()
    until(lambda: not house.damages())
    figure("kills", kills)


def ask_anyhow(house: House, path: str, key: dict[str, str]) -> None:
    try:
        house.exchange("GET", path, headers=key)
    except (OSError, http.client.HTTPException):
        return  # the house was killed under it
