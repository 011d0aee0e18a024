"""Open streams hold nothing of the database: a house with few connections goes on beside many of them."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.house import House
from salon.testing.load import until
from salon.testing.raw_http import chat_request
from salon.testing.scene import DIALECTS, Scene, model_of, usual_scene

STREAMS = 200
POOL = 4
PLAN = "{{fake tokens=4000;rate=2;case=open}}"


@pytest.fixture
def scene(tmp_path: Path, column: Column) -> Iterator[Scene]:
    """A house that may open four connections to PostgreSQL, or has one thread that reads its file."""
    storage = {"pool_size": POOL, "readers": 1}
    with usual_scene(tmp_path, sections={"storage": storage}, column=column) as scene:
        yield scene


def opened(scene: Scene, stack: contextlib.ExitStack, key: str) -> None:
    """Open every stream and wait for the first bytes of each."""
    wires: list[socket.socket] = []
    for number in range(STREAMS):
        dialect = DIALECTS[number % len(DIALECTS)]
        wires.append(stack.enter_context(socket.create_connection(("127.0.0.1", scene.house.port), 100)))
        request = chat_request(dialect, PLAN, model=model_of(dialect), stream=True, max_tokens=4000, key=key)
        wires[-1].sendall(request)
    for wire in wires:
        assert wire.recv(12) == b"HTTP/1.1 200"


def managed(house: House, method: str, path: str, value: object = None) -> int:
    return house.request(method, f"/salon/v1/{path}", value, timeout_s=30)[0]


def sessions(house: House) -> list[tuple[str, int]]:
    """Count the house's connections to PostgreSQL by what they do, past the house."""
    return house.rows(
        "SELECT state, count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend' GROUP BY state"
    )


def test_two_hundred_streams_leave_every_connection_to_the_rest(scene: Scene) -> None:
    house = scene.house
    key = house.create_key("streaming", "--budget", "1000")
    with contextlib.ExitStack() as stack:
        opened(scene, stack, key)
        made = [managed(house, "POST", "keys", {"name": f"beside {number}"}) for number in range(10)]
        read = [managed(house, "GET", path) for path in ("keys", "usage", "requests", "audit") * 5]
        assert (set(made), set(read)) == ({201}, {200})
        if not house.setup.column.is_sqlite:
            until(lambda: rests(house), what="every transaction's end")
        still = [exchange for exchange in scene.fake.journal.of_case("open") if exchange.ended_s is None]
        assert len(still) == STREAMS
    until(lambda: settled(house) == {"cancelled": STREAMS}, what="a row for each")


def rests(house: House) -> bool:
    """Tell whether no connection is at work, and there are no more than may be.

    Ours of the look before may take a moment to end.
    """
    found = sessions(house)
    return [state for state, _ in found] == ["idle"] and sum(count for _, count in found) <= POOL


def settled(house: House) -> dict[str, int]:
    return dict(house.rows("SELECT status, COUNT(*) FROM ledger_requests GROUP BY status"))
