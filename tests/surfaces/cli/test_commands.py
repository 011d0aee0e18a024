"""The command line as scripts and people use it: starting, failing, settings, the house itself."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for

_SALON = (sys.executable, "-c", "from salon.app.main import main; main()")


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


def test_bench_measures(house: House) -> None:
    result = json.loads(house.ok("--json", "bench", "demo", "-n", "5", "-c", "2"))
    assert (result["requests"], result["errors"]) == (5, 0)
    assert result["total_p50_ms"] > 0


def test_doctor_and_check_find_nothing(house: House) -> None:
    checks = json.loads(house.salon("--json", "doctor").stdout)["checks"]
    busy = "event loop"  # a machine that runs many suites at once may keep it late
    assert [one for one in checks if one["ok"] is False and one["name"] != busy] == []
    assert json.loads(house.ok("--json", "db", "check"))["ok"] is True


def test_a_provider_that_was_never_asked_is_neither_well_nor_ill(house: House) -> None:
    given = {"kind": "vllm", "name": "fresh", "base_url": "http://127.0.0.1:9/v1", "models": ["one"]}
    _, made = house.request("POST", "/salon/v1/providers", given | {"allow_private": True})
    checks = {one["name"]: one for one in json.loads(house.salon("--json", "doctor").stdout)["checks"]}
    assert (checks["provider fresh"]["ok"], checks["provider fresh"]["detail"]) == (None, "not tried yet")
    assert house.request("DELETE", f"/salon/v1/providers/{json.loads(made)['id']}")[0] < 300


def test_unreachable_and_refused_have_their_own_exit_codes(house: House) -> None:
    nobody = house.salon("--url", "http://127.0.0.1:9", "models")
    assert (nobody.returncode, "salon serve" in nobody.stderr) == (4, True)
    assert house.salon("--url", house.url, "--api-key", "sk-salon-wrong", "models").returncode == 5


def test_config_is_explained_listed_and_checked(house: House) -> None:
    assert json.loads(house.ok("--json", "config", "explain", "server.port"))["origin"] == "SALON_PORT"
    assert "server.host" in house.ok("config", "list")
    assert "server.port" in house.ok("config", "list", "--changed")
    assert house.ok("config", "check") == ""
    unknown = house.salon("config", "explain", "server.prot")
    assert (unknown.returncode, "Did you mean server.port?" in unknown.stderr) == (3, True)


def test_commands_work_without_a_running_server_and_a_backup_comes_back(
    tmp_path: Path, column: Column
) -> None:
    house = House(tmp_path / "data", HouseSetup(column=column))
    house.data_dir.mkdir()
    house.ok("keys", "create", "kept")
    backup = house.ok("db", "backup").strip()
    house.ok("keys", "create", "later")
    assert house.salon("db", "restore", backup).returncode == 2
    house.ok("db", "restore", backup, "--yes")
    assert [key["name"] for key in json.loads(house.ok("--json", "keys"))] == ["kept"]
    assert "Nothing to do" in house.salon("db", "migrate").stderr


def test_question_to_a_gateway_waits_for_no_management(tmp_path: Path, column: Column) -> None:
    with FakeProvider().in_thread() as fake:
        provider = provider_for("openai", fake.url)
        setup = HouseSetup(providers=(provider,), arguments=("--role", "gateway"), column=column)
        with House(tmp_path / "data", setup) as house:
            assert house.ok("ask", "hello") != ""
            newest = fake.journal.exchanges[-1]
            assert (newest.method, newest.target) == ("POST", "/v1/chat/completions")
            assert "pydantic_core" not in Path(f"/proc/{house.pid}/maps").read_text()


def test_models_are_shown_with_their_prices_on_a_terminal(house: House) -> None:
    shown = house.on_terminal(120, "models", "DEM")
    assert [line.split()[0] for line in shown[2:]] == ["demo"]
    assert "$0" in shown[2]
    assert len(house.on_terminal(120, "models", "no such name")) <= 1
    assert "demo" in house.ok("models", "--refresh").split()


def test_a_setting_without_a_value_is_refused_with_its_form(house: House) -> None:
    done = house.salon("--set", "server.port", "status")
    assert (done.returncode, "write it like section.key=value" in done.stderr) == (2, True)
