from salon.gateway.routing.breaker import Breaker


def opened(at_s: float = 100.0, *, threshold: int = 3, open_s: float = 10.0) -> Breaker:
    breaker = Breaker(threshold=threshold, open_s=open_s)
    for _ in range(threshold):
        breaker.fail(at_s)
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(threshold=3, open_s=10)
    breaker.fail(0)
    breaker.fail(0)
    breaker.succeed()
    breaker.fail(0)
    breaker.fail(0)
    assert breaker.state(1) == "closed"
    breaker.fail(0)
    assert breaker.state(1) == "open"
    assert not breaker.allows(1)


def test_half_open_lets_one_probe_through() -> None:
    breaker = opened()
    assert breaker.state(113) == "half-open"
    assert [breaker.allows(113) for _ in range(5)] == [True, False, False, False, False]
    breaker.succeed()
    assert breaker.state(113) == "closed"
    assert breaker.allows(113)


def test_a_failed_probe_opens_it_for_longer() -> None:
    breaker = opened()
    first_s = breaker.open_until_s - 100
    assert breaker.allows(113)
    breaker.fail(113)
    assert breaker.open_until_s - 113 > first_s
    assert not breaker.allows(114)


def test_a_probe_that_says_nothing_makes_room_for_another() -> None:
    breaker = opened()
    assert breaker.allows(113)
    breaker.let_go()
    assert breaker.allows(113)


def test_open_times_are_spread() -> None:
    spans = {round(opened().open_until_s, 6) for _ in range(50)}
    assert len(spans) > 40
    assert all(107.9 <= span <= 112.1 for span in spans)


def test_changes_are_told_once() -> None:
    heard: list[bool] = []
    breaker = Breaker(threshold=1, open_s=5, on_change=lambda _, open_s: heard.append(open_s > 0))
    breaker.fail(0)
    breaker.fail(0)
    breaker.succeed()
    breaker.succeed()
    assert heard == [True, False]


def test_another_process_can_open_and_close_it() -> None:
    breaker = Breaker(threshold=3, open_s=5)
    breaker.follow(50.0)
    assert not breaker.allows(40)
    breaker.follow(0.0)
    assert breaker.allows(40)
