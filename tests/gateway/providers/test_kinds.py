"""Every provider folder declares a kind, and says of each rule of the checklist what it does about it."""

import tomllib
from pathlib import Path

import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway import providers
from salon.gateway.kinds import BUILT_IN, built_in_kinds
from salon.gateway.providers.base import ProviderKind
from salon.gateway.providers.declared import KINDS

FOLDER = Path(providers.__file__).parent
DECLARED = "declared"
"""The one folder that holds many kinds: those without code."""
FOLDERS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py") if path.parent.name != DECLARED)
RULES = {
    "streaming", "tools", "vision", "audio", "realtime", "reasoning", "usage", "cancel", "errors", "listing", "prices",
    "batches", "tests",
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_the_checklist_is_complete(name: str) -> None:
    rules = tomllib.loads((FOLDER / name / "checklist.toml").read_text())
    assert set(rules) == RULES
    for rule, entry in rules.items():
        assert set(entry) <= {"status", "reason"}, rule
        assert entry["status"] in {"done", "exempt"}, rule
        assert entry["status"] == "done" or len(entry["reason"]) > 10, rule


def test_the_checklist_of_declared_kinds_names_each_and_gives_reasons() -> None:
    told = tomllib.loads((FOLDER / DECLARED / "checklist.toml").read_text())
    assert list(told) == [kind.name for kind in KINDS]
    for kind in KINDS:
        exempt = told[kind.name]
        assert set(exempt) < RULES, kind.name
        assert all(len(reason) > 10 for reason in exempt.values()), kind.name
        assert ("prices" in exempt) == (kind.prices_as is None), kind.name
        assert ("listing" in exempt) == (kind.listing == "fixed"), kind.name
        assert ("batches" in exempt) == (kind.batches is None), kind.name


def test_the_checklist_knows_who_takes_batches() -> None:
    for kind in BUILT_IN:
        if kind not in KINDS:
            path = FOLDER / kind.name.replace("-", "_") / "checklist.toml"
            told = tomllib.loads(path.read_text())["batches"]["status"]
            assert (told == "done") == (kind.batches is not None), kind.name


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_a_kind_holds_realtime_sessions_or_says_why_not(kind: ProviderKind) -> None:
    if kind in KINDS:
        is_exempt = "realtime" in tomllib.loads((FOLDER / DECLARED / "checklist.toml").read_text())[kind.name]
    else:
        rules = tomllib.loads((FOLDER / kind.name.replace("-", "_") / "checklist.toml").read_text())
        is_exempt = rules["realtime"]["status"] == "exempt"
    assert is_exempt == ("openai-realtime" not in kind.operation_paths)


def test_every_folder_is_registered_under_its_name() -> None:
    own = [kind for kind in BUILT_IN if kind not in KINDS]
    assert sorted(kind.name.replace("-", "_") for kind in own) == FOLDERS


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_a_kind_can_be_spoken_to(kind: ProviderKind) -> None:
    assert kind.dialect in {**kind.chat_paths, **kind.operation_paths}
    assert all(path.startswith("/") for path in [*kind.chat_paths.values(), kind.models_path])
    assert not kind.base_url.endswith("/")
    assert kind.needs_key is False or kind.env_keys


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        built_in_kinds().get("opneai")
    assert "Did you mean “openai”?" in caught.value.message


def test_a_plugin_registers_like_the_built_in_ones() -> None:
    kinds = built_in_kinds()
    kinds.register(ProviderKind(name="mine", label="Mine", dialect="openai", chat_paths={"openai": "/chat"}))
    assert "mine" in kinds
    with pytest.raises(ValueError, match="already"):
        kinds.register(BUILT_IN[0])
    with pytest.raises(ValueError, match="no path"):
        kinds.register(ProviderKind(name="x", label="X", dialect="ollama", chat_paths={"openai": "/"}))


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_a_kind_says_whether_its_options_make_its_address(kind: ProviderKind) -> None:
    options = {option.name: "x1" for option in kind.options if option.required or option.default}
    made = kind.shape(kind, options).base_url if kind.shape is not None else kind.base_url
    assert kind.address_from_options is (made != kind.base_url)
    if not made and kind.make_transport is None:
        assert kind.address_hint, "say what one looks like"


def test_options_have_names_for_people() -> None:
    titles = {option.name: option.title for kind in BUILT_IN for option in kind.options}
    assert (titles["access_key_id"], titles["api_version"], titles["project"]) == (
        "Access key ID",
        "API version",
        "Project",
    )
