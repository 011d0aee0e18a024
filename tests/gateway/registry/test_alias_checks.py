"""Aliases and residencies that cannot be meant are refused, each with a sentence that names what is wrong."""

from typing import Any

import msgspec
import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway.registry.alias_checks import check_alias, check_residence
from salon.gateway.registry.models import AliasSpec, ResidenceSpec

TARGET = {"model": "openai/a"}
TO = [TARGET]


def variants(*found: dict[str, Any]) -> dict[str, Any]:
    return {
        "split": {"variants": [{"name": f"v{place}", "targets": TO} | one for place, one in enumerate(found)]}
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"targets": []}, "it has no targets"),
        ({"targets": [{"model": "openai/a", "weight": -1}]}, "a weight is below zero"),
        ({"targets": [{"model": "smart"}]}, "points to itself"),
        ({"rules": [{"name": "no\nname", "when": {"stream": True}, "targets": TO}]}, "its name is no name"),
        ({"rules": [{"when": {"stream": True}, "targets": []}]}, "it has no targets"),
        ({"mirror": {"model": "openai/b", "share": 2}}, "share = 2 is no share"),
        (variants({}), "less than two variants"),
        (variants({"name": "one"}, {"name": "one"}), "two variants have one name"),
        (variants({"name": "no\nname"}, {}), "one has none"),
        (variants({"weight": -1}, {}), "a weight is below zero"),
        (variants({"weight": 0}, {"weight": 0}), "every weight is zero"),
        (variants({"targets": []}, {}), "a variant has no targets"),
    ],
)
def test_an_alias_that_cannot_be_meant_is_refused(change: dict[str, Any], said: str) -> None:
    whole = {"name": "smart", "targets": TO}
    check_alias(msgspec.convert(whole, AliasSpec))
    with pytest.raises(ConfigError, match=r"models\.smart") as refused:
        check_alias(msgspec.convert(whole | change, AliasSpec))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "no\nname"}, "this is no name"),
        ({"regions": [], "promises": []}, "it constrains nothing"),
        ({"spaces": []}, "it holds for no space"),
        ({"spaces": [""]}, "it holds for no space"),
    ],
)
def test_a_constraint_that_cannot_be_meant_is_refused(change: dict[str, Any], said: str) -> None:
    whole = {"name": "law", "regions": ["eu"]}
    check_residence(msgspec.convert(whole, ResidenceSpec))
    with pytest.raises(ConfigError, match="residency") as refused:
        check_residence(msgspec.convert(whole | change, ResidenceSpec))
    assert said in str(refused.value)
