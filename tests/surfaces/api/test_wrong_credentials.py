"""Many wrong credentials from one address are told to wait; who guesses is not heard; nobody else suffers."""

import asyncio
import tracemalloc

import pytest

from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import TooManyWrong
from salon.surfaces.api.wrong_credentials import MOST_ADDRESSES, WrongCredentials
from salon.testing.raw_http import request_bytes

AWAY = "203.0.113.9"
BOUND = {"require_key": True, "most_wrong_credentials": 5, "trusted_proxies": ("127.0.0.1",)}


def chat(key: str, *, client: str | None = AWAY, path: str = "/v1/chat/completions") -> bytes:
    headers = {"authorization": f"Bearer {key}"} | ({"x-forwarded-for": client} if client else {})
    return request_bytes("POST", path, b"{}", headers)


async def statuses(server, *requests: bytes) -> list[int]:
    return [(await server.ask(one)).status for one in requests]


def test_wrong_keys_are_told_to_wait_after_many(doors):
    async def run():
        async with doors(**BOUND) as server:
            answers = await statuses(server, *[chat(f"sk-salon-{n}") for n in range(7)])
            assert answers == [401] * 5 + [429] * 2
            refused = await server.ask(chat("sk-salon-8", path="/v1/messages"))
            assert (refused.status, refused.json()["type"]) == (429, "error")
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert refused.headers["x-should-retry"] == "false"
            told = refused.json()["error"]["message"]
            assert told.startswith("Too many wrong credentials came from this address. Correct the key")

    asyncio.run(run())


def test_who_guesses_is_not_heard_and_others_are(doors):
    async def run():
        async with doors(**BOUND) as server:
            await statuses(server, *[chat(f"sk-salon-{n}") for n in range(5)])
            others = "198.51.100.1", "203.0.113.10", f"{AWAY}, 198.51.100.2"
            assert await statuses(server, chat("sk-salon-good")) == [429]
            assert await statuses(server, *[chat("sk-salon-good", client=one) for one in others]) == [200] * 3
            public = await server.ask(request_bytes("GET", "/healthz", b"", {"x-forwarded-for": AWAY}))
            assert public.status == 200

    asyncio.run(run())


def test_program_with_an_old_key_locks_nobody_out(doors):
    async def run():
        async with doors(**BOUND) as server:
            assert await statuses(server, *[chat("sk-salon-old")] * 8) == [401] * 5 + [429] * 3
            assert await statuses(server, chat("sk-salon-good"), chat("sk-salon-old")) == [200, 429]

    asyncio.run(run())


@pytest.mark.parametrize("client", [None, "127.0.0.1"])
def test_right_key_from_this_machine_is_always_heard(doors, client):
    async def run():
        async with doors(**BOUND) as server:
            wrong = [chat(f"sk-salon-{n}", client=client) for n in range(50)]
            assert await statuses(server, *wrong) == [401] * 5 + [429] * 45
            assert await statuses(server, chat("sk-salon-good", client=client)) == [200]

    asyncio.run(run())


def test_sessions_count_as_keys_do(doors):
    async def run():
        async with doors(**BOUND) as server:
            cookies = [
                {"cookie": f"salon_session={n}", "x-forwarded-for": AWAY} for n in [*range(6), "session-good"]
            ]
            asked = [request_bytes("GET", "/v1/models", b"", one) for one in cookies]
            assert await statuses(server, *asked) == [401] * 5 + [429] * 2

    asyncio.run(run())


def test_header_of_a_stranger_does_not_move_the_blame(doors):
    async def run():
        async with doors(require_key=True, most_wrong_credentials=5) as server:
            wrong = [chat(f"sk-salon-{n}", client=f"198.51.100.{n}") for n in range(6)]
            assert await statuses(server, *wrong) == [401] * 5 + [429]

    asyncio.run(run())


def test_a_minute_later_all_is_forgotten():
    clock = ManualClock()
    wrong = WrongCredentials(2, clock.monotonic_s)
    for number in range(2):
        wrong.count(AWAY, str(number))
    with pytest.raises(TooManyWrong) as refused:
        wrong.check(AWAY)
    assert refused.value.retry_after_s in {60, 61}
    clock.advance(refused.value.retry_after_s)
    wrong.check(AWAY)
    assert wrong.shut == {}
    wrong.count(AWAY, "2")


def test_memory_is_bounded_whoever_guesses():
    wrong = WrongCredentials(20, ManualClock().monotonic_s)
    tracemalloc.start()
    for number in range(MOST_ADDRESSES * 3):
        for guess in range(20):
            wrong.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", f"{number} {guess}")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(wrong._watched) == len(wrong.shut) == MOST_ADDRESSES
    assert held < 12e6
