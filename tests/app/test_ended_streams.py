"""A stream that is open ends soon after what let it in has ended: a key, a session, a right."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup

SOON_S = 30.0
"""The promise is 2 s; this is what a busy machine may make of it. An event stream itself never ends."""
SETTINGS: dict[str, dict[str, Any]] = {"server": {"require_key": True}}
RIGHTS = ["system.read", "models.use"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    setup = HouseSetup(settings=SETTINGS, column=module_column)
    with House(tmp_path_factory.mktemp("house") / "data", setup) as running:
        yield running


class Manager:
    """The owner, in a browser."""

    def __init__(self, house: House) -> None:
        self.house = house
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", house.salon("login-link").stdout.strip().removeprefix(house.url))
            cookie = (connection.getresponse().getheader("set-cookie") or "").partition(";")[0]
        self.headers = {"cookie": cookie, "origin": house.url}

    def ask(self, method: str, path: str, value: Any = None) -> Any:
        status, body = self.house.request(method, f"/salon/v1/{path}", value, headers=self.headers)
        assert status < 300, body
        return json.loads(body) if body else None

    def key(self, name: str, **limits: Any) -> tuple[str, str]:
        made = self.ask("POST", "keys", {"name": name, "rights": RIGHTS, "limits": limits})
        return made["key"]["id"], made["secret"]


class Stream:
    """An open stream of events, read to its end by a thread."""

    def __init__(self, house: House, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=120)
        self._connection.request("GET", "/salon/v1/events", headers=headers)
        self._socket = self._connection.sock
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.readline() == b": here\n"
        self.ended_s: float | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while self._answer.readline():
                pass
        self.ended_s = time.monotonic()

    def is_open(self) -> bool:
        return self.ended_s is None

    def ends(self) -> bool:
        self._thread.join(SOON_S)
        return not self.is_open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(SOON_S)
        self._answer.close()
        self._connection.close()


def with_key(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def owner(house: House) -> Manager:
    return Manager(house)


ENDS: dict[str, Callable[[Manager, str], object]] = {
    "revoked": lambda owner, key: owner.ask("DELETE", f"keys/{key}"),
    "rotated": lambda owner, key: owner.ask("POST", f"keys/{key}/rotate", {"grace_s": 0}),
    "rotated, with a moment's grace": lambda owner, key: owner.ask(
        "POST", f"keys/{key}/rotate", {"grace_s": 0.5}
    ),
    "limited to other things": lambda owner, key: owner.ask(
        "PATCH", f"keys/{key}", {"limits": {"operations": ["chat"]}}
    ),
    "given an end": lambda owner, key: owner.ask(
        "PATCH", f"keys/{key}", {"limits": {"expires_at_ms": round(time.time() * 1000) + 500}}
    ),
}


@pytest.mark.parametrize("how", ENDS)
def test_stream_ends_with_its_key(house: House, owner: Manager, how: str) -> None:
    key, secret = owner.key(how)
    neighbour = with_key(owner.key(f"not {how}")[1])
    with Stream(house, with_key(secret)) as stream, Stream(house, neighbour) as other:
        ENDS[how](owner, key)
        assert stream.ends()
        assert other.is_open()


def test_stream_ends_when_its_key_expires(house: House, owner: Manager) -> None:
    until_s = time.time() + 3
    short = with_key(owner.key("short", expires_at_ms=round(until_s * 1000))[1])
    with Stream(house, short) as stream:
        assert stream.ends()
    assert time.time() >= until_s


def test_stream_ends_with_its_session(house: House, owner: Manager) -> None:
    browser = Manager(house)
    with Stream(house, browser.headers) as stream, Stream(house, owner.headers) as other:
        browser.ask("POST", "sign-out")
        assert stream.ends()
        assert other.is_open()


def test_stream_ends_in_another_process(tmp_path: Path, postgres_url: str) -> None:
    setup = HouseSetup(settings={**SETTINGS, "storage": {"url": postgres_url}})
    with House(tmp_path / "one", setup) as one, House(tmp_path / "two", setup) as two:
        owner = Manager(one)
        key, secret = owner.key("shared")
        deadline = time.monotonic() + SOON_S
        while two.request("GET", "/salon/v1/status", headers=with_key(secret))[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with Stream(two, with_key(secret)) as stream:
            owner.ask("DELETE", f"keys/{key}")
            assert stream.ends()
