"""Limits in one process: exact for every span of a minute, cheap, and unmoved by the wall clock."""

import asyncio
import random
import time

import pytest

from salon.foundation.accounts import KeyLimits
from salon.foundation.kit.clock import ManualClock
from salon.foundation.kit.errors import RateLimited
from salon.gateway.limits import GRAIN_S, MOST_GROUPS, WINDOW_S, LocalLimiter, LocalTicket, Window


def try_once(
    limiter: LocalLimiter, limits: KeyLimits, *, tokens: int = 0, key: str = "k"
) -> LocalTicket | None:
    """Admit without an event loop: the local limiter never suspends."""
    try:
        limiter.admit(key, limits, tokens=tokens).send(None)
    except StopIteration as done:
        return done.value
    except RateLimited:
        return None
    raise AssertionError("it suspended")


def refusal(limiter: LocalLimiter, limits: KeyLimits, *, tokens: int = 0) -> RateLimited:
    with pytest.raises(RateLimited) as refused:
        asyncio.run(limiter.admit("k", limits, tokens=tokens))
    return refused.value


def test_requests_stop_at_the_limit_and_go_on_a_minute_later() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(requests_per_minute=10)
    assert sum(try_once(limiter, limits) is not None for _ in range(50)) == 10
    error = refusal(limiter, limits)
    assert str(error) == "The limit of 10 requests per minute is reached. Try again in 60 s."
    assert error.retry_after_s == 60
    clock.advance(59.9)
    assert try_once(limiter, limits) is None
    clock.advance(0.6)
    assert sum(try_once(limiter, limits) is not None for _ in range(50)) == 10


@pytest.mark.parametrize("seed", range(5))
def test_no_span_of_a_minute_holds_more_than_the_limit_and_none_is_wasted(seed: int) -> None:
    chance, clock = random.Random(seed), ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(requests_per_minute=200)
    admitted: list[float] = []
    began = clock.monotonic_s()
    while clock.monotonic_s() < began + 600:
        clock.advance(chance.choice([0.01, 0.05, 0.3]))
        if try_once(limiter, limits) is not None:
            admitted.append(clock.monotonic_s())
    for place in range(200, len(admitted)):
        assert admitted[place] - admitted[place - 200] >= 60
    assert len(admitted) >= 0.99 * 10 * 200


@pytest.mark.parametrize("offset_s", [0.0, 0.01, 0.26, 0.49, 0.499999, 0.75])
def test_a_full_burst_may_come_again_when_retry_after_says(offset_s: float) -> None:
    clock = ManualClock()
    clock.advance(offset_s)
    limiter, limits = LocalLimiter(clock), KeyLimits(requests_per_minute=10, tokens_per_minute=100)
    assert sum(try_once(limiter, limits, tokens=10) is not None for _ in range(11)) == 10
    assert refusal(limiter, limits).retry_after_s == 60
    clock.advance(60)
    assert sum(try_once(limiter, limits, tokens=10) is not None for _ in range(11)) == 10


def test_retry_after_is_enough_and_not_much_more() -> None:
    chance, clock = random.Random(1), ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(requests_per_minute=30)
    for _ in range(300):
        clock.advance(chance.random())
        if try_once(limiter, limits) is None:
            wait_s = refusal(limiter, limits).retry_after_s
            assert wait_s is not None
            clock.advance(wait_s)
            assert try_once(limiter, limits) is not None


def test_tokens_are_corrected_to_what_was_used() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(tokens_per_minute=1000)
    ticket = try_once(limiter, limits, tokens=900)
    assert ticket is not None
    assert try_once(limiter, limits, tokens=200) is None
    ticket.settle(100)
    ticket.settle(100)
    second = try_once(limiter, limits, tokens=900)
    assert second is not None
    second.settle(2000)
    clock.advance(59)
    assert try_once(limiter, limits, tokens=1) is None
    clock.advance(2)
    assert try_once(limiter, limits, tokens=1000) is not None


def test_tokens_of_a_long_answer_count_when_they_are_known() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(tokens_per_minute=1000)
    ticket = try_once(limiter, limits, tokens=10)
    assert ticket is not None
    clock.advance(300)
    ticket.settle(1010)
    assert try_once(limiter, limits, tokens=10) is None


def test_request_larger_than_the_whole_limit_passes_alone() -> None:
    limiter, limits = LocalLimiter(ManualClock()), KeyLimits(tokens_per_minute=1000)
    assert try_once(limiter, limits, tokens=5000) is not None
    assert try_once(limiter, limits, tokens=1) is None


def test_concurrency_is_given_back_once() -> None:
    limiter, limits = LocalLimiter(ManualClock()), KeyLimits(concurrency=2)
    first, second = try_once(limiter, limits), try_once(limiter, limits)
    assert first is not None
    assert second is not None
    assert refusal(limiter, limits).fields == {"limit": "2 requests at once", "retry_after_s": 1}
    first.release()
    first.release()
    assert try_once(limiter, limits) is not None
    assert try_once(limiter, limits) is None


def test_keys_do_not_touch_each_other() -> None:
    limiter, limits = LocalLimiter(ManualClock()), KeyLimits(requests_per_minute=1)
    assert try_once(limiter, limits, key="a") is not None
    assert try_once(limiter, limits, key="b") is not None
    assert try_once(limiter, limits, key="a") is None


def test_wall_clock_jumps_lock_nobody_out() -> None:
    class Jumpy(ManualClock):
        def now_ms(self) -> int:
            raise AssertionError("limits look at the wall clock")

    limiter, limits = LocalLimiter(Jumpy()), KeyLimits(requests_per_minute=1, concurrency=1)
    assert try_once(limiter, limits) is not None


def test_idle_keys_are_forgotten() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(requests_per_minute=5)
    for number in range(20_000):
        clock.advance(0.1)
        ticket = try_once(limiter, limits, key=f"k{number}")
        assert ticket is not None
        ticket.release()
    assert len(limiter._usages) < 6_000


@pytest.mark.timed
def test_admission_costs_three_microseconds_at_most() -> None:
    limiter = LocalLimiter()
    limits = KeyLimits(requests_per_minute=10**9, tokens_per_minute=10**9, concurrency=100)
    best = min(_cost_of_admissions(limiter, limits) for _ in range(5))
    assert best < 3e-6 * 2, "twice the figure, for a busy machine"


def _cost_of_admissions(limiter: LocalLimiter, limits: KeyLimits) -> float:
    async def scene() -> float:
        began = time.thread_time()
        for _ in range(5_000):
            ticket = await limiter.admit("k", limits, tokens=50)
            ticket.release()
        return (time.thread_time() - began) / 5_000

    return asyncio.run(scene())


def test_what_a_window_counts_is_forgotten_when_it_is_a_minute_old() -> None:
    chance = random.Random(7)
    window, seen, now_s = Window(), [], 0.0
    for _ in range(5_000):
        now_s += chance.choice([0, 0.1, 0.5, 1, 15, 100])
        window.advance(now_s)
        amount = chance.randrange(1, 50)
        window.add(now_s, amount)
        seen.append((now_s, amount))
        exact = sum(amount for at, amount in seen if at > now_s - WINDOW_S)
        late = sum(amount for at, amount in seen if at > now_s - WINDOW_S - GRAIN_S)
        assert exact <= window.total <= late


def test_what_is_added_later_does_not_delay_what_was_promised() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(tokens_per_minute=1000)
    assert try_once(limiter, limits, tokens=900) is not None
    assert refusal(limiter, limits, tokens=500).retry_after_s == 60
    clock.advance(0.4)
    assert try_once(limiter, limits, tokens=100) is not None
    clock.advance(59.6)
    assert try_once(limiter, limits, tokens=500) is not None


def test_promises_do_not_make_a_window_grow_without_bound() -> None:
    clock = ManualClock()
    limiter, limits = LocalLimiter(clock), KeyLimits(tokens_per_minute=10_000)
    for _ in range(2_000):
        clock.advance(0.001)
        try_once(limiter, limits, tokens=1)
        assert try_once(limiter, limits, tokens=10_000) is None
    assert len(limiter._usages["k"].tokens._groups) <= MOST_GROUPS * 2
