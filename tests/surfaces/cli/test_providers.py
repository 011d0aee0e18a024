"""``salon providers``: added, tested, given keys, removed."""

import json
import subprocess
import sys

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


def test_kind_of_a_provider_is_known_before_a_key_is_asked_for(house: House) -> None:
    mistyped = house.salon("providers", "add", "opnai")
    assert (mistyped.returncode, mistyped.stdout) == (2, "")
    assert "There is no provider kind “opnai”. Did you mean “openai”?" in mistyped.stderr
    missing = house.salon("providers", "add")
    assert missing.returncode == 2
    assert "Say which kind: openai, anthropic, gemini" in missing.stderr


def test_provider_is_added_tested_disabled_and_removed(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        added = ("providers", "add", "openai-compatible", "--name", "mine", "--base-url", f"{fake.url}/v1")
        house.ok(*added, "--allow-private", "--no-key", "--no-test")
        assert house.salon(*added, "--no-key", "--no-test").returncode == 1
        house.ok(
            "providers",
            "set",
            "mine",
            "--label",
            "My own",
            "--model",
            "more",
            "--header",
            "X-Title=Notes",
        )
        listed = json.loads(house.ok("--json", "providers"))
        mine = next(one for one in listed if one["name"] == "mine")
        assert (mine["label"], mine["written_models"], mine["headers"]) == (
            "My own",
            ["more"],
            {"X-Title": "Notes"},
        )
        refused = house.salon("providers", "set", "mine", "--base-url", "nowhere")
        assert "Give an address like" in refused.stderr
        assert "ok    streamed answer" in house.salon("providers", "test", "mine").stdout
        assert "mine/fake" in house.ok("models")
    house.ok("providers", "disable", "mine")
    states = {one["name"]: one["state"] for one in json.loads(house.ok("--json", "providers"))}
    assert states["mine"] == "disabled"
    house.ok("providers", "enable", "mine")
    house.ok("providers", "remove", "mine")
    assert "mine" not in house.ok("providers")


def test_provider_is_given_another_key_without_showing_it(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        added = ("providers", "add", "openai-compatible", "--name", "keyed", "--base-url", f"{fake.url}/v1")
        house.ok(*added, "--allow-private", "--no-key", "--no-test")
        done = subprocess.run(
            [*_SALON, "providers", "set-key", "keyed"],
            input="sk-given-by-pipe\n",
            env=house.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert fake.journal.exchanges[-1].header("authorization") == "Bearer sk-given-by-pipe"
    assert "sk-given" not in done.stdout + done.stderr
    assert house.salon("providers", "set-key", "keyed").returncode == 2
    assert house.salon("providers", "set-key", "keyed", "--api-key-env", "NOT_SET_ANYWHERE").returncode == 2
    house.ok("providers", "remove", "keyed")


def test_master_key_is_rotated_and_stored_keys_still_open(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        body = {
            "kind": "openai-compatible",
            "name": "sealed",
            "base_url": f"{fake.url}/v1",
            "api_key": "sk-s",
        }
        assert house.request("POST", "/salon/v1/providers", {**body, "allow_private": True})[0] == 201
        before = (house.data_dir / "master.key").read_text()
        assert json.loads(house.ok("--json", "providers", "rotate-master-key"))["sealed"] >= 1
        after = (house.data_dir / "master.key").read_text()
        assert before != after
        assert len(after.splitlines()) == 1
        assert house.ok("providers", "disable", "sealed") == ""
        house.ok("providers", "enable", "sealed")
        house.ok("ask", "-m", "sealed/fake", "hello")
        assert fake.journal.exchanges[-1].header("authorization") == "Bearer sk-s"
    house.ok("providers", "remove", "sealed")
    assert "master-key-rotated" in house.request("GET", "/salon/v1/audit")[1].decode()
