"""What a kind asks for besides an address and a key: by API, by command and by file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.app.configuration import load, problems
from salon.app.declarations import provider_specs
from salon.app.source import find_source
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup

DATED = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    """A server of its own, for the tests of this file."""
    with House(tmp_path_factory.mktemp("options") / "data", HouseSetup(column=module_column)) as running:
        yield running


def _ask(house: House, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    status, answer = house.request(method, f"/salon/v1/{path}", body)
    return status, json.loads(answer)


def test_the_api_takes_options_and_names_what_is_missing(house: House) -> None:
    kinds = {one["name"]: one for one in _ask(house, "GET", "provider-kinds")[1]["items"]}
    assert "tenant_id" in [one["name"] for one in kinds["azure"]["options"]]
    assert kinds["openai"]["options"] == []
    with FakeProvider().in_thread() as fake:
        body = {"kind": "azure", "base_url": fake.url, "api_key": "k", "allow_private": True}
        status, told = _ask(house, "POST", "providers", {**body, "options": {"tenant_id": "t"}})
        assert (status, "client_id belong together" in told["error"]["message"]) == (400, True)
        options = {"api_version": "2024-10-21"}
        status, made = _ask(house, "POST", "providers", {**body, "name": "one", "options": options})
        assert status == 201, made
        _ask(house, "POST", "providers/one/test")
        chat = {"model": "one/gpt", "messages": [{"role": "user", "content": "hi"}]}
        assert house.request("POST", "/v1/chat/completions", chat)[0] == 200
        assert fake.journal.exchanges[-1].target == DATED


def test_headers_go_with_every_request_and_never_carry_a_credential(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        body = {
            "kind": "openai-compatible",
            "base_url": f"{fake.url}/v1",
            "allow_private": True,
            "name": "tagged",
        }
        status, told = _ask(house, "POST", "providers", {**body, "headers": {"X-Api-Key": "sk-x"}})
        assert (status, told["error"]["fields"]["key"]) == (400, "providers.tagged.headers")
        status, made = _ask(house, "POST", "providers", {**body, "headers": {"X-Title": "Notes"}})
        assert (status, made["headers"]) == (201, {"X-Title": "Notes"})
        assert _ask(house, "POST", "providers/tagged/test")[1]["ok"]
        assert {one.header("x-title") for one in fake.journal.exchanges} == {"Notes"}
        add = ("providers", "add", "openai-compatible", "--base-url", f"{fake.url}/v1", "--allow-private")
        done = house.salon(*add, "--name", "told", "--no-key", "--header", "X-Title=Told", "--no-test")
        assert done.returncode == 0, done.stderr
        shown = {one["name"]: one["headers"] for one in _ask(house, "GET", "providers")[1]["items"]}
        assert shown["told"] == {"X-Title": "Told"}


def test_the_command_takes_options(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        add = ("providers", "add", "azure", "--name", "two", "--base-url", fake.url, "--allow-private")
        refused = house.salon(*add, "--option", "api_version", "--no-test", said="sk-two")
        assert "NAME=VALUE" in refused.stderr
        version = ("--option", "api_version=2024-10-21")
        done = house.salon(*add, *version, "--model", "gpt", said="sk-two")
        assert done.returncode == 0, done.stdout + done.stderr
        exchange = fake.journal.exchanges[-1]
        assert (exchange.target, exchange.header("api-key")) == (DATED, "sk-two")


def test_the_file_takes_options(tmp_path: Path) -> None:
    head = '[providers.az]\nkind = "azure"\nbase_url = "https://x.openai.azure.com"\napi_key = "k"\n'
    (tmp_path / "salon.toml").write_text(f'{head}options = ["api_version=2024-10-21"]\n')
    source = find_source(data_dir=str(tmp_path), environ={})
    assert problems(source) == []
    (spec,) = provider_specs(load(source).settings, {})
    assert spec.options == {"api_version": "2024-10-21"}
    (tmp_path / "salon.toml").write_text(f'{head}headers = ["X-Title=A=B"]\n')
    (spec,) = provider_specs(load(find_source(data_dir=str(tmp_path), environ={})).settings, {})
    assert spec.headers == {"X-Title": "A=B"}
    for written, words in (
        ('["api_version"]', "name=value"),
        ('["tenant=t"]', "Did you mean “tenant_id”?"),
        ('["tenant_id=t"]', "belong together"),
    ):
        (tmp_path / "salon.toml").write_text(f"{head}options = {written}\n")
        (found,) = problems(find_source(data_dir=str(tmp_path), environ={}))
        assert words in found.message
