"""Settings of a real process: which file, what is in force, what contradicts, what is explained."""

import socket
from pathlib import Path

import pytest

from salon.app.configuration import doubts, explain, load, problems
from salon.app.declarations import alias_specs, gateway_options, price_specs, provider_specs
from salon.app.reference import configuration_reference
from salon.app.settings import Settings
from salon.app.sockets import open_local, open_tcp
from salon.app.source import Source, find_source
from salon.foundation.kit.datadir import DataDirectory
from salon.foundation.kit.errors import ConfigError
from salon.foundation.kit.settings import specs


def _source(tmp_path: Path, text: str = "", environ: dict[str, str] | None = None) -> Source:
    (tmp_path / "salon.toml").write_text(text)
    return find_source(data_dir=str(tmp_path), environ=environ or {})


def test_every_setting_is_documented_and_in_the_reference() -> None:
    reference = configuration_reference()
    for key, spec in specs(Settings).items():
        assert len(spec.doc) > 8, key
        assert f"`{key.replace('.*.', '.NAME.')}`" in reference


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load(find_source(data_dir=str(tmp_path), environ={})).settings
    assert settings == Settings()


def test_named_file_must_exist(tmp_path: Path) -> None:
    source = find_source(data_dir=str(tmp_path), config=str(tmp_path / "other.toml"), environ={})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(source)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is not valid TOML: .*line 2"):
        load(_source(tmp_path, "[server]\nport = = 1\n"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[server]\nhost = "0.0.0.0"', ["server.host", "require_key"]),
        ('[server]\nbase_path = "salon/"', ["server.base_path", "/salon"]),
        ('[server]\nbase_path = "/a/../b"', ["server.base_path", "/salon"]),
        ('[server]\nasset_address = "files.example.org"', ["server.asset_address", "https://"]),
        ('[storage]\nurl = "mysql://x"', ["storage.url", "postgresql://"]),
        ('[redis]\nurl = "http://x"', ["redis.url", "redis://"]),
        ('[files]\nkind = "s3"', ["files.kind", "files.s3_endpoint"]),
        ('[providers.x]\nkind = "opnai"', ["providers.x.kind (in ", "salon.toml)", "Did you mean “openai”?"]),
        ('[providers.x]\nkind = "openai-compatible"', ["providers.x.base_url", "no usual address"]),
        ('[models.demo]\ntargets = ["a/b"]', ["models.demo (in ", "demo model", "Choose another name."]),
        ('[providers.demo]\nkind = "demo"\nenabled = false', ["providers.demo (in ", "Choose another name."]),
        ('[models.a]\ntargets = ["a"]', ["models.a (in ", "points to itself"]),
        (
            '[models.a]\ntargets = ["b"]\n[models.b]\ntargets = ["demo", "a"]',
            ["models.a (in ", "a → b → a"],
        ),
    ],
)
def test_contradiction_is_one_sentence(tmp_path: Path, text: str, words: list[str]) -> None:
    found = problems(_source(tmp_path, text))
    assert len(found) == 1
    assert all(word in found[0].message for word in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[providers.x]\nkind = "openai"\napi_key_env = "NOT_SET"',
            ["providers.x.api_key_env", "NOT_SET is not set"],
        ),
        ('[providers.x]\nkind = "openai"', ["providers.x", "needs a key", "api_key_env"]),
        (
            '[providers.x]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:1/v1"',
            ["providers.x.base_url", "allow_private = true"],
        ),
        ('[models.a]\ntargets = ["demmo/demo"]', ["models.a", "“demmo”", "Did you mean “demo/demo”?"]),
    ],
)
def test_what_keeps_a_part_from_use_does_not_stop_the_rest(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    source = _source(tmp_path, text)
    assert load(source).settings
    (doubt,) = doubts(source)
    assert all(word in doubt for word in words)


@pytest.mark.parametrize(
    "address", ["salon.example.org", "https://a.example/path", "ftp://a.example", "https://A"]
)
def test_public_address_is_a_scheme_and_a_host(tmp_path: Path, address: str) -> None:
    (problem,) = problems(_source(tmp_path, environ={"SALON_SERVER_PUBLIC_ADDRESS": address}))
    assert "server.public_address" in problem.message
    assert "Write it like https://salon.example.org" in problem.message


def test_proxies_are_addresses_or_networks(tmp_path: Path) -> None:
    text = '[server]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8", "proxy.example"]'
    (problem,) = problems(_source(tmp_path, text))
    assert "“proxy.example” is neither an address nor a network" in problem.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_key(tmp_path: Path, host: str) -> None:
    assert problems(_source(tmp_path, environ={"SALON_HOST": host})) == []


def test_explanation_tells_value_origin_and_how_to_set(tmp_path: Path) -> None:
    told = explain(_source(tmp_path, environ={"SALON_PORT": "9"}), "server.port")
    assert (told.value, told.origin, told.default) == ("9", "SALON_PORT", "8420")
    assert told.set_in_file == "[server]\nport = 9"
    assert told.set_in_environment == "SALON_SERVER_PORT or SALON_PORT"


def test_secret_is_explained_without_its_value(tmp_path: Path) -> None:
    source = _source(tmp_path, '[providers.x]\nkind = "openai"\napi_key = "canary"')
    assert "canary" not in repr(explain(source, "providers.x.api_key"))


def test_file_becomes_what_the_registry_takes(tmp_path: Path) -> None:
    text = """
        [providers.main]
        kind = "openai"
        api_key_env = "MY_KEY"
        [models.best]
        targets = ["main/a", { model = "main/b", weight = 2 }]
        strategy = "weight"
        cache = true
        [prices."main/a"]
        input = 0.15
        output = "0.6"
        [gateway]
        max_attempts = 7
    """
    settings = load(_source(tmp_path, text, {"MY_KEY": "secret"})).settings
    assert provider_specs(settings, {"MY_KEY": "secret"})[0].api_key == "secret"
    alias = alias_specs(settings)[0]
    assert (alias.name, alias.strategy, alias.cache) == ("best", "weight", True)
    assert [(target.model, target.weight) for target in alias.targets] == [("main/a", 1.0), ("main/b", 2.0)]
    assert price_specs(settings)[0].price.tiers[0].input == 1_500_000_000
    assert gateway_options(settings).max_attempts == 7


def test_price_that_is_no_amount_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"prices.a/b \(in .*\): 'cheap' is not an amount"):
        load(_source(tmp_path, '[prices."a/b"]\ninput = "cheap"\noutput = 1'))


def test_prices_have_tiers_services_and_a_day(tmp_path: Path) -> None:
    text = """
        [prices."main/a@2027-01-01"]
        input = 1
        output = 2
        cache_write_1h = "2"
        search = 0.01
        tiers = [{above = 200000, input = 2, output = 3}]
        services = [{name = "batch", factor = 0.5}]
        ends = "2028-01-01"
    """
    (spec,) = price_specs(load(_source(tmp_path, text)).settings)
    price = spec.price
    assert (spec.model, [tier.above for tier in price.tiers]) == ("main/a", [0, 200_000])
    assert price.version.startswith("salon.toml 2027-01-01 ")
    assert [tier.input for tier in price.services["batch"]] == [5_000_000_000, 10_000_000_000]
    assert (price.search_e10, price.tiers[0].cache_write_1h) == (100_000_000, 20_000_000_000)
    assert price.valid_until_ms - price.valid_from_ms == 365 * 86_400_000


def test_taken_port_is_told_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 is taken.*SALON_PORT={port + 1}"):
            open_tcp("127.0.0.1", port)


def test_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(ConfigError, match="is no address of this machine"):
        open_tcp("192.0.2.1", 0)


def test_local_socket_is_for_its_owner_and_replaces_a_stale_one(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path)
    for _ in range(2):
        opened = open_local(data.socket_path)
        assert data.socket_path.stat().st_mode & 0o777 == 0o600
        opened.close()
