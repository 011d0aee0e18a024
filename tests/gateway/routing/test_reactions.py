import pytest

from salon.foundation.kit import errors
from salon.gateway.routing.reactions import is_uncertain, pause_s, reaction


@pytest.mark.parametrize(
    ("kind", "again", "following", "larger"),
    [
        (errors.UpstreamAuth, False, True, False),
        (errors.UpstreamQuota, False, True, False),
        (errors.UpstreamRateLimited, True, True, False),
        (errors.UpstreamOverloaded, True, True, False),
        (errors.UpstreamServerError, True, True, False),
        (errors.UpstreamUnreachable, True, True, False),
        (errors.UpstreamTimeout, True, True, False),
        (errors.UpstreamBroken, True, True, False),
        (errors.UpstreamContextTooLong, False, False, True),
        (errors.UpstreamModelMissing, False, True, False),
        (errors.UpstreamContentFiltered, False, False, False),
        (errors.UpstreamRefused, False, False, False),
        (errors.BudgetExceeded, False, False, False),
    ],
)
def test_each_class_of_failure_has_its_reaction(
    kind: type[errors.SalonError], again: bool, following: bool, larger: bool
) -> None:
    found = reaction(kind(provider="p"))
    assert (found.again, found.next, found.larger) == (again, following, larger)


def test_only_timeouts_after_sending_are_uncertain() -> None:
    assert not is_uncertain(errors.UpstreamTimeout(provider="p", phase="connect"))
    assert is_uncertain(errors.UpstreamTimeout(provider="p", phase="first_byte"))
    assert is_uncertain(errors.UpstreamTimeout(provider="p", phase="idle"))
    assert not is_uncertain(errors.UpstreamServerError(provider="p"))


def test_pauses_have_full_jitter_grow_and_honour_retry_after() -> None:
    assert all(0 <= pause_s(1, retry_after_s=None) <= 0.2 for _ in range(100))
    assert max(pause_s(4, retry_after_s=None) for _ in range(200)) > 1.0
    assert all(pause_s(50, retry_after_s=None) <= 8.0 for _ in range(100))
    assert all(3.0 <= pause_s(1, retry_after_s=3.0) <= 3.25 for _ in range(100))
