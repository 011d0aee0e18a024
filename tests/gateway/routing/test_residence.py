"""Regions and promises."""

import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway.routing.residence import Residence, check_words, obstacle


@pytest.mark.parametrize(
    ("regions", "region", "reason"),
    [
        ((), "", None),
        (("eu",), "eu", None),
        (("eu",), "eu-central-1", None),
        (("eu",), "europe", "region europe"),
        (("eu-central-1",), "eu", "region eu"),
        (("us", "eu"), "eu-west", None),
        (("eu",), "", "region unknown"),
        (("",), "", "region unknown"),
    ],
)
def test_a_region_is_allowed_with_all_that_lies_in_it(
    regions: tuple[str, ...], region: str, reason: str | None
) -> None:
    assert obstacle(Residence(regions=regions), region, ()) == reason


def test_every_promise_is_needed() -> None:
    strict = Residence(promises=("no-training", "no-retention"))
    assert obstacle(strict, "", ("no-retention", "no-training", "other")) is None
    assert obstacle(strict, "", ("no-training",)) == "no promise of no-retention"


@pytest.mark.parametrize("word", ["", "EU", "eu central", "-eu", "eu-", "ü", "a" * 61])
def test_what_is_no_name_is_refused(word: str) -> None:
    with pytest.raises(ConfigError):
        check_words((word,), key="residency.a.regions")
