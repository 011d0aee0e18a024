"""The command line as scripts and people use it, against a real Salon and without one."""

import base64
import json
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def _ok(house: House, *arguments: str) -> str:
    done = house.salon(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timed
def test_version_is_quick() -> None:
    best = 9.0
    for _ in range(3):
        started = time.monotonic()
        done = subprocess.run([*_SALON, "--version"], capture_output=True, text=True, timeout=30, check=False)
        best = min(best, time.monotonic() - started)
        assert done.stdout.startswith("salon 0.")
    assert best < 0.5  # 0.1 s on an idle machine


def test_version_loads_nothing_that_takes_long() -> None:
    script = (
        "import sys; from salon.app.main import main\ntry: main()\nexcept SystemExit: print(*sys.modules)"
    )
    command = [sys.executable, "-c", script, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout.startswith("salon 0.")
    slow = {"sqlalchemy", "fastapi", "starlette", "uvicorn", "pydantic", "cryptography", "apsw", "rich"}
    assert slow.isdisjoint(done.stdout.split())


def test_a_command_that_asks_a_running_house_loads_none_of_it(house: House) -> None:
    script = "import sys; from salon.app.main import main\ntry: main()\nfinally: print(*sys.modules)"
    command = [sys.executable, "-c", script, "keys", "list"]
    done = subprocess.run(
        command, env=house.environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {"sqlalchemy", "apsw", "cryptography", "pydantic"}.isdisjoint(done.stdout.split())


def test_unknown_command_names_the_nearest(house: House) -> None:
    done = house.salon("serv")
    assert done.returncode == 2
    assert "Did you mean “serve”?" in done.stderr
    assert "There is no command “ad”. Did you mean “add”?" in house.salon("providers", "ad").stderr
    assert "There are: backup, check, migrate, reindex, restore." in house.salon("db", "zzz").stderr


def test_kind_of_a_provider_is_known_before_a_key_is_asked_for(house: House) -> None:
    mistyped = house.salon("providers", "add", "opnai")
    assert (mistyped.returncode, mistyped.stdout) == (2, "")
    assert "There is no provider kind “opnai”. Did you mean “openai”?" in mistyped.stderr
    missing = house.salon("providers", "add")
    assert missing.returncode == 2
    assert "Say which kind: openai, anthropic, gemini" in missing.stderr


def test_setting_named_without_its_section_is_found(house: House) -> None:
    assert "Did you mean server.port?" in house.salon("config", "explain", "port").stderr


@pytest.mark.parametrize("command", ["open", "login-link"])
def test_nobody_is_sent_to_the_page_of_a_salon_that_does_not_run(
    command: str, tmp_path: Path, column: Column
) -> None:
    done = House(tmp_path / "data", HouseSetup(column=column)).salon(command)
    assert (done.returncode, done.stdout) == (4, "")
    assert "No Salon runs on this data directory. Start one with “salon serve”." in done.stderr


def test_fake_provider_on_a_taken_port_says_so(house: House) -> None:
    done = house.salon("fake-provider", "--port", str(house.port))
    assert done.returncode == 2
    assert f"port {house.port} cannot be used: " in done.stderr
    assert "Traceback" not in done.stderr


def test_new_key_is_printed_alone_and_works_until_it_is_revoked(house: House) -> None:
    secret = _ok(house, "keys", "create", "script", "--rpm", "100").strip()
    assert secret.startswith("sk-salon-")
    assert "\n" not in secret
    headers = {"authorization": f"Bearer {secret}"}
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 200
    assert secret not in _ok(house, "--json", "keys", "list")
    _ok(house, "keys", "revoke", "script")
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 401


def test_a_key_is_given_the_rights_it_is_to_have(house: House) -> None:
    _ok(house, "keys", "create", "keeps", "--right", "models.use", "--right", "conversations.use")
    (key,) = (one for one in json.loads(_ok(house, "keys", "list", "--json")) if one["name"] == "keeps")
    assert key["rights"] == ["conversations.use", "models.use"]


def test_key_limits_are_changed_one_by_one(house: House) -> None:
    _ok(house, "keys", "create", "limited", "--rpm", "10", "--budget", "5.00", "--per", "month")
    _ok(house, "keys", "update", "limited", "--rpm", "20")
    limits = next(key for key in json.loads(_ok(house, "--json", "keys")) if key["name"] == "limited")[
        "limits"
    ]
    assert (limits["requests_per_minute"], limits["budget_e10"]) == (20, 50_000_000_000)


def test_rotated_key_is_another_one(house: House) -> None:
    first = _ok(house, "keys", "create", "rotated").strip()
    assert _ok(house, "keys", "rotate", "rotated").strip() != first


def test_rotation_without_grace_ends_the_old_key(house: House) -> None:
    first = _ok(house, "keys", "create", "ended").strip()
    second = _ok(house, "keys", "rotate", "ended", "--grace", "0").strip()
    reached = [
        house.salon("--url", house.url, "--api-key", key, "ask", "-m", "demo", "hi")
        for key in (first, second)
    ]
    assert [done.returncode for done in reached] == [5, 0]
    assert house.salon("keys", "rotate", "ended", "--grace", "-1").returncode == 2


def test_ask_joins_standard_input_and_words(house: House) -> None:
    done = subprocess.run(
        [*_SALON, "ask", "-m", "demo", "demo:echo"],
        input="from the pipe",
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "pipe" in done.stdout


def test_ask_in_json_tells_usage(house: House) -> None:
    answer = json.loads(_ok(house, "--json", "ask", "-m", "demo", "hello"))
    assert answer["finish"] == "stop"
    assert answer["usage"]["output_tokens"] > 0


def test_failing_model_ends_with_its_sentence(house: House) -> None:
    done = house.salon("ask", "-m", "demo", "demo:fail 500")
    assert done.returncode == 1
    assert done.stderr.startswith("salon: ")
    assert "Traceback" not in done.stderr


def test_answer_cannot_steer_the_terminal(house: House) -> None:
    out = _ok(house, "ask", "-m", "demo", "demo:echo \x1b]0;owned\x07safe")
    assert "\x1b" not in out
    assert "safe" in out


def test_chat_keeps_history_and_saves(house: House, tmp_path: Path) -> None:
    script = (
        f"hello\n/model demo\n/system be brief\nagain\n/save {tmp_path / 'talk.md'}\n/clear\n/nope\n/quit\n"
    )
    done = subprocess.run(
        [*_SALON, "chat", "-m", "demo"],
        input=script,
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saved = (tmp_path / "talk.md").read_text()
    assert saved.count("**You:**") == 2
    assert "> be brief" in saved
    assert "There is no command /nope" in done.stderr


def test_usage_and_requests_show_what_was_asked(house: House) -> None:
    for text in ("count me", "and me"):
        _ok(house, "ask", "-m", "demo", text)
    assert json.loads(_ok(house, "--json", "usage"))["items"][0]["requests"] > 0
    newest = json.loads(_ok(house, "--json", "requests", "--limit", "1"))
    assert newest["items"][0]["asked_model"] == "demo"
    assert newest["next"]
    request_id = newest["items"][0]["request_id"]
    shown = _ok(house, "requests", "show", request_id)
    assert request_id in shown
    assert "demo" in shown
    assert json.loads(_ok(house, "--json", "requests", "show", request_id))["tried"][0]["number"] == 1
    assert "There is no request req_none" in house.salon("requests", "show", "req_none").stderr


def test_a_request_shows_what_was_lost_on_its_way(house: House) -> None:
    asked = {"model": "demo", "input": "hi", "store": False, "truncation": "auto"}
    assert house.request("POST", "/v1/responses", asked)[0] == 200
    newest = json.loads(_ok(house, "--json", "requests", "--limit", "1"))["items"][0]
    assert newest["lost"] == ["truncation"]
    shown = " ".join(_ok(house, "requests", "show", newest["request_id"]).split())
    assert "lost on the way truncation" in shown


def test_requests_name_their_kind_and_the_next_page(house: House) -> None:
    for text in ("first", "second"):
        _ok(house, "ask", "-m", "demo", text)
    _ok(house, "embed", "-m", "demo", "a vector")
    done = house.salon("requests", "list", "--limit", "1")
    assert "\tembeddings\t" in done.stdout
    assert "There are more: --cursor " in done.stderr
    cursor = done.stderr.split("--cursor ")[1].strip()
    assert "\tchat\t" in house.salon("requests", "--cursor", cursor, "--limit", "1").stdout
    assert "--limit" in _ok(house, "requests", "list", "--help")
    assert _ok(house, "requests") == _ok(house, "requests", "list")


def test_provider_is_added_tested_disabled_and_removed(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        added = ("providers", "add", "openai-compatible", "--name", "mine", "--base-url", f"{fake.url}/v1")
        _ok(house, *added, "--allow-private", "--no-key", "--no-test")
        assert house.salon(*added, "--no-key", "--no-test").returncode == 1
        _ok(
            house,
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
        listed = json.loads(_ok(house, "--json", "providers"))
        mine = next(one for one in listed if one["name"] == "mine")
        assert (mine["label"], mine["written_models"], mine["headers"]) == (
            "My own",
            ["more"],
            {"X-Title": "Notes"},
        )
        refused = house.salon("providers", "set", "mine", "--base-url", "nowhere")
        assert "Give an address like" in refused.stderr
        assert "ok    streamed answer" in house.salon("providers", "test", "mine").stdout
        assert "mine/fake" in _ok(house, "models")
    _ok(house, "providers", "disable", "mine")
    states = {one["name"]: one["state"] for one in json.loads(_ok(house, "--json", "providers"))}
    assert states["mine"] == "disabled"
    _ok(house, "providers", "enable", "mine")
    _ok(house, "providers", "remove", "mine")
    assert "mine" not in _ok(house, "providers")


def test_provider_is_given_another_key_without_showing_it(house: House) -> None:
    with FakeProvider().in_thread() as fake:
        added = ("providers", "add", "openai-compatible", "--name", "keyed", "--base-url", f"{fake.url}/v1")
        _ok(house, *added, "--allow-private", "--no-key", "--no-test")
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
    _ok(house, "providers", "remove", "keyed")


def test_bench_measures(house: House) -> None:
    result = json.loads(_ok(house, "--json", "bench", "demo", "-n", "5", "-c", "2"))
    assert (result["requests"], result["errors"]) == (5, 0)
    assert result["total_p50_ms"] > 0


def test_doctor_and_check_find_nothing(house: House) -> None:
    checks = json.loads(house.salon("--json", "doctor").stdout)["checks"]
    busy = "event loop"  # a machine that runs many suites at once may keep it late
    assert [one for one in checks if one["ok"] is False and one["name"] != busy] == []
    assert json.loads(_ok(house, "--json", "db", "check"))["ok"] is True


def test_unreachable_and_refused_have_their_own_exit_codes(house: House) -> None:
    nobody = house.salon("--url", "http://127.0.0.1:9", "models")
    assert (nobody.returncode, "salon serve" in nobody.stderr) == (4, True)
    assert house.salon("--url", house.url, "--api-key", "sk-salon-wrong", "models").returncode == 5


def test_config_is_explained_listed_and_checked(house: House) -> None:
    assert json.loads(_ok(house, "--json", "config", "explain", "server.port"))["origin"] == "SALON_PORT"
    assert "server.host" in _ok(house, "config", "list")
    assert "server.port" in _ok(house, "config", "list", "--changed")
    assert _ok(house, "config", "check") == ""
    unknown = house.salon("config", "explain", "server.prot")
    assert (unknown.returncode, "Did you mean server.port?" in unknown.stderr) == (3, True)


def test_commands_work_without_a_running_server_and_a_backup_comes_back(
    tmp_path: Path, column: Column
) -> None:
    house = House(tmp_path / "data", HouseSetup(column=column))
    house.data_dir.mkdir()
    _ok(house, "keys", "create", "kept")
    backup = _ok(house, "db", "backup").strip()
    _ok(house, "keys", "create", "later")
    assert house.salon("db", "restore", backup).returncode == 2
    _ok(house, "db", "restore", backup, "--yes")
    assert [key["name"] for key in json.loads(_ok(house, "--json", "keys"))] == ["kept"]
    assert "Nothing to do" in house.salon("db", "migrate").stderr


def test_question_to_a_gateway_waits_for_no_management(tmp_path: Path, column: Column) -> None:
    with FakeProvider().in_thread() as fake:
        provider = provider_for("openai", fake.url)
        setup = HouseSetup(providers=(provider,), arguments=("--role", "gateway"), column=column)
        with House(tmp_path / "data", setup) as house:
            assert _ok(house, "ask", "hello") != ""
            newest = fake.journal.exchanges[-1]
            assert (newest.method, newest.target) == ("POST", "/v1/chat/completions")
            assert "pydantic_core" not in Path(f"/proc/{house.pid}/maps").read_text()


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
        assert json.loads(_ok(house, "--json", "providers", "rotate-master-key"))["sealed"] >= 1
        after = (house.data_dir / "master.key").read_text()
        assert before != after
        assert len(after.splitlines()) == 1
        assert _ok(house, "providers", "disable", "sealed") == ""
        _ok(house, "providers", "enable", "sealed")
        _ok(house, "ask", "-m", "sealed/fake", "hello")
        assert fake.journal.exchanges[-1].header("authorization") == "Bearer sk-s"
    assert "master-key-rotated" in house.request("GET", "/salon/v1/audit")[1].decode()


def test_price_is_set_shown_and_removed(house: House) -> None:
    rates = ("--input", "1.25", "--output", "10", "--cached", "0.5", "--image", "0.04")
    _ok(house, "prices", "set", "demo/demo", *rates, "--picture", "quality=hd,image=0.08")
    (row,) = json.loads(_ok(house, "--json", "prices"))
    assert (row["model"], row["input"], row["output"], row["source"]) == ("demo/demo", "1.25", "10", "api")
    shown = next(one for one in json.loads(_ok(house, "--json", "models")) if one["id"] == "demo")
    assert (shown["input_price"], shown["output_price"]) == ("1.25", "10")
    assert shown["piece_prices"] == {"image": "0.04", "image hd": "0.08"}
    assert house.salon("prices", "set", "demo/demo", "--input", "-1", "--output", "cheap").returncode != 0
    _ok(house, "prices", "remove", "demo/demo")
    assert json.loads(_ok(house, "--json", "prices")) == []
    assert "not_found" in house.request("DELETE", "/salon/v1/prices/demo/demo")[1].decode()


def test_price_has_classes_tiers_services_and_dates(house: House) -> None:
    _ok(house, "prices", "set", "lab/m", "--free")
    _ok(
        house, "prices", "set", "lab/m", "--input", "1", "--output", "2", "--cache-write-1h", "2",
        "--request", "0.005", "--picture", "size=1792x1024,quality=hd,image=0.12", "--megapixel", "0.0027",
        "--tier", "200000:input=2,output=3", "--service", "batch=0.5",
        "--service", "priority:input=4,output=8", "--currency", "EUR", "--from", "2030-01-01",
    )  # fmt: skip
    now, later = json.loads(_ok(house, "--json", "prices"))
    assert (now["input"], now["is_past"]) == ("0", False)
    assert (later["starts"], later["currency"], later["request"]) == ("2030-01-01", "EUR", "0.005")
    assert later["images"] == [{"size": "1792x1024", "quality": "hd", "image": "0.12"}]
    assert later["megapixel"] == "0.0027"
    assert [tier["above"] for tier in later["tiers"]] == [200_000]
    rates = [(one["name"], one["above"], one["input"]) for one in later["services"]]
    assert rates == [("batch", 0, "0.5"), ("batch", 200_000, "1"), ("priority", 0, "4")]
    _ok(house, "prices", "set", "lab/m", "--input", "3", "--output", "3")
    assert [row["input"] for row in json.loads(_ok(house, "--json", "prices"))] == ["3", "1"]
    assert len(json.loads(_ok(house, "--json", "prices", "list", "--all"))) == 3
    _ok(house, "prices", "remove", "lab/m", "--from", "2030-01-01")
    assert [row["input"] for row in json.loads(_ok(house, "--json", "prices"))] == ["3"]
    _ok(house, "prices", "remove", "lab/m")


@pytest.mark.parametrize(
    "words",
    [
        ("--input", "1"),
        ("--free", "--input", "1"),
        ("--input", "1", "--output", "1", "--tier", "input=2"),
        ("--input", "1", "--output", "1", "--tier", "10:colour=2,input=1,output=1"),
        ("--input", "1", "--output", "1", "--service", "batch"),
        ("--input", "1", "--output", "1", "--picture", "1024x1024"),
        ("--input", "1", "--output", "1", "--picture", "image=1"),
        ("--input", "1", "--output", "1", "--picture", "size=big,image=1"),
        ("--input", "1", "--output", "1", "--from", "soon"),
    ],
)
def test_price_that_cannot_be_meant_is_refused_in_a_sentence(house: House, words: tuple[str, ...]) -> None:
    answer = house.salon("prices", "set", "lab/m", *words)
    assert answer.returncode != 0
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    assert json.loads(_ok(house, "--json", "prices")) == []


def test_usage_is_grouped_by_several_things_and_split_by_class(house: House) -> None:
    body = {"model": "demo", "messages": [{"role": "user", "content": "demo:think hi"}]}
    assert house.request("POST", "/v1/chat/completions", body)[0] == 200
    until_s = time.monotonic() + 30
    while "reasoning" not in _ok(house, "usage", "--tokens"):  # rows are written some milliseconds later
        assert time.monotonic() < until_s
    answer = json.loads(_ok(house, "--json", "usage", "--by", "provider", "--by", "price", "--tokens"))
    assert answer["group_by"] == "provider,price"
    assert any(row["groups"][0] == "demo" and "built in" in row["groups"][1] for row in answer["items"])
    assert house.request("GET", "/salon/v1/usage?group_by=model,colour")[0] == 400


def test_payloads_are_kept_shown_replayed_and_removed(house: House) -> None:
    secret = _ok(house, "keys", "create", "heard").strip()
    headers = {"authorization": f"Bearer {secret}"}
    body = {
        "model": "demo",
        "messages": [{"role": "user", "content": "demo:echo sk-abcdefghijklmnop refund"}],
    }
    assert "off" in house.salon("payloads", "rules").stderr
    _ok(house, "payloads", "on", "help", "--key", "heard", "--keep", "2", "--hide", "refu.d")
    (rule,) = json.loads(_ok(house, "--json", "payloads", "rules"))
    assert (rule["target_name"], rule["keep_days"], rule["patterns"]) == ("heard", 2, ["refu.d"])
    assert house.request("POST", "/v1/chat/completions", body, headers=headers)[0] == 200
    assert house.request("POST", "/v1/chat/completions", body)[0] == 200
    until_s = time.monotonic() + 30
    while not (items := json.loads(_ok(house, "--json", "payloads", "list", "--key", "heard"))["items"]):
        assert time.monotonic() < until_s
    (row,) = items
    shown = _ok(house, "payloads", "show", row["id"])
    assert "demo:echo [hidden] [hidden]" in shown
    assert "abcdefghijklmnop" not in shown
    assert row["id"] in _ok(house, "payloads", "list", "--search", "demo:ECHO")
    assert "[hidden]" in _ok(house, "payloads", "replay", row["id"], "-m", "demo")
    _ok(house, "payloads", "remove", row["id"])
    assert house.salon("payloads", "show", row["id"]).returncode != 0
    _ok(house, "payloads", "off", "help")
    _ok(house, "payloads", "remove", "--all")
    assert "payloads.rule-set" in house.request("GET", "/salon/v1/audit")[1].decode()


@pytest.mark.parametrize(
    "words",
    [
        ("payloads", "on", "x"),
        ("payloads", "on", "x", "--space", "--key", "y"),
        ("payloads", "on", "x", "--key", "nobody"),
        ("payloads", "on", "x", "--space", "--hide", "("),
        ("payloads", "remove"),
        ("payloads", "show", "pld_nothing"),
    ],
)
def test_payload_command_that_cannot_be_meant_is_refused(house: House, words: tuple[str, ...]) -> None:
    answer = house.salon(*words)
    assert answer.returncode != 0
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr


def test_embed_prints_a_vector_for_each_text(house: House) -> None:
    first, second = map(json.loads, _ok(house, "embed", "-d", "8", "north", "south").splitlines())
    assert (len(first), len(second), first == second) == (8, 8, False)
    done = house.salon("embed", "--lines", "-d", "8", "--purpose", "query", said="north\n\nsouth\n")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [first, second]
    packed = _ok(house, "embed", "--base64", "-d", "8", "north").strip()
    assert struct.unpack("<8f", base64.b64decode(packed)) == pytest.approx(first)
    told = json.loads(_ok(house, "--json", "embed", "-d", "8", "north"))
    assert (told["model"], told["data"][0]["embedding"]) == ("demo", first)
    assert house.salon("embed", said="").returncode == 2


def test_models_are_shown_with_their_prices_on_a_terminal(house: House) -> None:
    shown = house.on_terminal(120, "models", "DEM")
    assert [line.split()[0] for line in shown[2:]] == ["demo"]
    assert "$0" in shown[2]
    assert len(house.on_terminal(120, "models", "no such name")) <= 1
    assert "demo" in _ok(house, "models", "--refresh").split()


def test_a_setting_without_a_value_is_refused_with_its_form(house: House) -> None:
    done = house.salon("--set", "server.port", "status")
    assert (done.returncode, "write it like section.key=value" in done.stderr) == (2, True)
