"""Rules, splits, mirrors and constraints in the settings file, and the fields they have everywhere."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.app.configuration import load, problems
from salon.app.declarations import alias_specs, provider_specs, residence_specs
from salon.app.source import find_source
from salon.gateway.registry import models
from salon.gateway.routing.conditions import Condition
from salon.surfaces.api.routes.schemas import routing

FILE = """
[providers.a]
kind = "ollama"
region = "eu"
promises = ["no-training"]
concurrency = 4

[models.smart]
strategy = "cheapest"
targets = ["a/one"]
split = { by = "conversation", variants = [
  { name = "x", targets = ["a/one"] }, { name = "y", weight = 2, targets = ["a/two"] } ] }
mirror = { model = "a/two", share = 0.1 }

[[models.smart.rules]]
name = "long"
when = { tokens_over = 1000, not = { images = true } }
targets = ["a/two"]

[residency.law]
regions = ["eu"]
"""


def test_the_file_says_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "salon.toml").write_text(FILE)
    settings = load(find_source(data_dir=str(tmp_path), environ={})).settings
    (alias,) = alias_specs(settings)
    assert alias.rules[0].when == Condition(tokens_over=1000, not_=Condition(images=True))
    assert alias.split is not None
    assert [(one.name, one.weight) for one in alias.split.variants] == [("x", 1.0), ("y", 2.0)]
    assert alias.mirror == models.MirrorSpec(model="a/two", share=0.1)
    (provider,) = provider_specs(settings, {})
    assert (provider.region, provider.promises, provider.concurrency) == ("eu", ("no-training",), 4)
    assert residence_specs(settings)[0].regions == ("eu",)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("tokens_over = 1000", "tokens_above = 1000", "tokens_above"),
        ("tokens_over = 1000", 'hours = "8-9"', "models.smart.rules[1].when: hours"),
        ('strategy = "cheapest"', 'strategy = "cheap"', "lowest-latency"),
        ("share = 0.1", "share = 10", "models.smart.mirror"),
        ('name = "y"', 'name = "x"', "two variants have one name"),
        ('region = "eu"\n', 'region = "E U"\n', "providers.a.region"),
        ('regions = ["eu"]', "regions = []", "residency.law"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_its_place(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    assert before in FILE
    (tmp_path / "salon.toml").write_text(FILE.replace(before, after))
    found = problems(find_source(data_dir=str(tmp_path), environ={}))
    assert any(words in one.message for one in found), found


PAIRS = [
    (routing.Condition, Condition),
    (routing.AliasTarget, models.TargetSpec),
    (routing.AliasRule, models.RuleSpec),
    (routing.AliasVariant, models.VariantSpec),
    (routing.AliasSplit, models.SplitSpec),
    (routing.AliasMirror, models.MirrorSpec),
]


@pytest.mark.parametrize(("body", "spec"), PAIRS)
def test_the_api_knows_the_fields_of_what_is_declared(body: Any, spec: Any) -> None:
    fields = {field.alias or name for name, field in body.model_fields.items()}
    assert fields == {field.encode_name for field in msgspec.structs.fields(spec)}
