from salon.gateway.routing.budget import RetryBudget


def test_retries_stay_a_share_of_requests() -> None:
    budget = RetryBudget(0.2, now_s=0)
    retries = 0
    for _ in range(5000):
        budget.earn()
        retries += budget.spend(0)
        retries += budget.spend(0)
    assert retries <= 0.2 * 5000 + 10


def test_a_quiet_gateway_may_still_retry() -> None:
    budget = RetryBudget(0.2, now_s=0)
    assert sum(budget.spend(0) for _ in range(20)) == 10
    assert sum(budget.spend(4) for _ in range(20)) == 2


def test_zero_allows_none_and_one_allows_all() -> None:
    assert not RetryBudget(0, now_s=0).spend(1000)
    assert all(RetryBudget(1, now_s=0).spend(0) for _ in range(1000))
