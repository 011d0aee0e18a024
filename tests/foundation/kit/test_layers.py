"""Layers resolve key by key; every mistake gets one sentence with its fix."""

from typing import Annotated, Literal

import msgspec
import pytest

from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.layers import Resolved, Resolver
from salon.foundation.kit.settings import setting


class Server(msgspec.Struct, frozen=True, kw_only=True):
    port: Annotated[int, setting("Where to listen.", env="SHORT_PORT", ge=0, le=65535)] = 80
    hosts: Annotated[tuple[str, ...], setting("Names.")] = ()
    level: Annotated[Literal["low", "high"], setting("How much.")] = "low"
    debug: Annotated[bool, setting("Whether.")] = False
    token: Annotated[str, setting("Secret.", secret=True)] = ""


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    kind: Annotated[str, setting("What it is.")]
    size: Annotated[int, setting("How big.")] = 1


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    server: Server = Server()
    things: dict[str, Thing] = {}


def _resolve(
    tables: dict[str, object] | None = None,
    environ: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Resolved:
    resolver = Resolver(Schema)
    resolver.add_tables(tables or {}, origin="salon.toml")
    resolver.add_environment(environ or {})
    resolver.add_options(options or {})
    return resolver.resolve()


def test_later_layer_wins_and_says_so() -> None:
    file = {"server": {"port": 1, "level": "high"}}
    resolved = _resolve(file, {"SALON_SERVER_PORT": "2"}, {"server.port": "3"})
    settings = resolved.build(Schema)
    assert (settings.server.port, settings.server.level) == (3, "high")
    assert resolved.values["server.port"].origin == "command line"
    assert resolved.values["server.level"].origin == "salon.toml"
    assert resolved.values["server.debug"].origin == "default"


def test_regular_variable_beats_the_short_one_and_empty_is_not_set() -> None:
    both = _resolve(environ={"SHORT_PORT": "4", "SALON_SERVER_PORT": "5"})
    assert both.build(Schema).server.port == 5
    assert _resolve(environ={"SHORT_PORT": "4", "SALON_SERVER_PORT": ""}).build(Schema).server.port == 4


@pytest.mark.parametrize(("text", "value"), [("1", True), ("off", False), ("Yes", True), ("FALSE", False)])
def test_environment_text_becomes_a_truth_value(text: str, value: bool) -> None:
    assert _resolve(environ={"SALON_SERVER_DEBUG": text}).build(Schema).server.debug is value


def test_environment_text_becomes_a_list() -> None:
    assert _resolve(environ={"SALON_SERVER_HOSTS": "a, b,"}).build(Schema).server.hosts == ("a", "b")


def test_named_tables_keep_their_defaults() -> None:
    settings = _resolve({"things": {"first": {"kind": "box"}, "a.b/c": {"kind": "bag", "size": 2}}}).build(
        Schema
    )
    assert settings.things == {"first": Thing(kind="box"), "a.b/c": Thing(kind="bag", size=2)}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"server": {"prot": 1}}, ["server.prot", "Did you mean server.port?"]),
        ({"sever": {"port": 1}}, ["no such section", "Did you mean [server]?"]),
        ({"port": 1}, ["Did you mean server.port?", "[section]"]),
        (
            {"server": {"port": "x"}},
            ["server.port: must be a whole number from 0 to 65535", '"x"', "port = 80"],
        ),
        ({"server": {"port": 70000}}, ["from 0 to 65535", "70000"]),
        ({"server": {"level": "mid"}}, ["one of low, high"]),
        ({"server": {"token": 5}}, ["must be text, but salon.toml says that value"]),
        ({"things": {"first": {}}}, ["things.first.kind: is missing", "[things.first]"]),
        ({"things": {"first": 3}}, ["things.first: must be a table"]),
        ({"things": {"first": {"kind": "a", "sise": 1}}}, ["Did you mean things.first.size?"]),
    ],
)
def test_mistake_in_the_file_is_one_sentence_with_its_fix(
    tables: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        _resolve(tables).build(Schema)
    for word in words:
        assert word in caught.value.message


def test_unknown_variable_of_a_known_section_is_told() -> None:
    problems = _resolve(environ={"SALON_SERVER_PROT": "1", "SALON_ELSEWHERE": "1"}).problems
    assert [problem.message for problem in problems] == [
        "SALON_SERVER_PROT: names no setting. Did you mean SALON_SERVER_PORT?"
    ]


def test_secret_is_never_shown() -> None:
    value = _resolve(environ={"SALON_SERVER_TOKEN": "canary"}).values["server.token"]
    assert value.spec.shown(value.value) == "(set, hidden)"
