"""A whole Salon as a process: it starts, is found, is signed in to, reloads, refuses and ends well."""

import http.client
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup
from salon.testing.load import until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column)) as running:
        yield running


def _json(house: House, path: str) -> dict[str, object]:
    status, body = house.get(path)
    assert status == 200, body
    return json.loads(body)


def test_status_tells_what_runs(house: House) -> None:
    status = _json(house, "/salon/v1/status")
    assert status["role"] == "whole"
    assert status["address"] == house.url
    column = house.setup.column
    dialect = "sqlite" if column.is_sqlite else "postgresql"
    assert status["storage"] == {"dialect": dialect, "ok": True, "detail": "ok"}
    assert status["redis"] == {"configured": not column.is_sqlite, "ok": not column.is_sqlite}
    assert status["config_problem"] is None


def test_files_of_the_data_directory_are_private(house: House) -> None:
    for path in house.data_dir.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_machine_itself_may_say_where_a_backup_goes(house: House, tmp_path: Path) -> None:
    assert house.salon("db", "backup", str(tmp_path / "kept.db")).returncode == 0
    assert (tmp_path / "kept.db").stat().st_mode & 0o077 == 0
    taken = house.salon("db", "backup", str(house.data_dir / "salon.toml"))
    assert taken.returncode != 0
    assert "exists already" in taken.stderr


def test_second_process_is_told_who_owns_the_directory(house: House) -> None:
    done = house.salon("serve")
    assert done.returncode == 3
    assert f"already in use by process {house.pid} at {house.url}" in done.stderr
    assert "Traceback" not in done.stderr


def test_taken_port_and_open_host_are_one_sentence_each(house: House, tmp_path: Path) -> None:
    taken = house.salon("--data-dir", str(tmp_path / "other"), "serve")
    assert taken.returncode == 3
    assert taken.stderr.count("\n") == 1
    assert f"port {house.port} of 127.0.0.1 is taken" in taken.stderr
    opened = house.salon("--data-dir", str(tmp_path / "other"), "serve", "--host", "0.0.0.0")
    assert opened.returncode == 3
    assert "server.require_key = true" in opened.stderr


def test_sign_in_link_works_once_and_sets_a_strict_cookie(house: House) -> None:
    path = house.salon("login-link").stdout.strip().removeprefix(house.url)
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    cookie = answer.getheader("set-cookie") or ""
    answer.read()
    assert (answer.status, answer.getheader("location")) == (303, "/")
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    connection.request("GET", path)
    assert connection.getresponse().status == 401
    connection.close()
    signed_in = {"cookie": cookie.partition(";")[0]}
    assert house.request("GET", "/salon/v1/keys", headers=signed_in)[0] == 200


def test_bad_settings_are_told_and_the_last_good_ones_stay(house: House) -> None:
    config = house.data_dir / "salon.toml"
    config.write_text("[server]\nprot = 1\n")
    os.kill(house.pid, signal.SIGHUP)
    until(lambda: _json(house, "/salon/v1/status")["config_problem"] is not None, what="the problem")
    assert "Did you mean server.port?" in str(_json(house, "/salon/v1/status")["config_problem"])
    config.write_text('[models.fast]\ntargets = ["demo/demo"]\n[server]\nkeep_alive_s = 9\n')
    os.kill(house.pid, signal.SIGHUP)
    until(lambda: _json(house, "/salon/v1/status")["config_problem"] is None, what="the cure")
    assert _json(house, "/salon/v1/status")["needs_restart"] == ["server.keep_alive_s"]
    assert "fast" in house.salon("models").stdout + str(_json(house, "/v1/models"))


def test_every_management_read_answers_in_its_declared_shape(house: House) -> None:
    for path in (
        "providers",
        "provider-kinds",
        "models",
        "aliases",
        "keys",
        "usage",
        "requests",
        "config",
        "config/server.port",
        "audit",
        "errors",
        "doctor",
    ):
        assert _json(house, f"/salon/v1/{path}"), path


def test_health_does_not_ask_the_database_and_readiness_does(house: House) -> None:
    assert house.get("/healthz") == (200, b"ok\n")
    assert _json(house, "/readyz")["ready"] is True


def test_events_are_followed_from_a_number_on(house: House) -> None:
    house.create_key("followed")
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request("GET", "/salon/v1/events?after=0")
    answer = connection.getresponse()
    opening = [answer.readline() for _ in range(4)]
    lines = [answer.readline() for _ in range(3)]
    connection.close()
    assert opening == [b": here\n", b"\n", b"retry: 1000\n", b"\n"]
    assert lines[0].startswith(b"id: 1")
    assert lines[2].startswith(b"data: {")


def test_stop_ends_within_its_deadline_and_leaves_nothing_behind(tmp_path: Path, column: Column) -> None:
    house = House(tmp_path / "data", HouseSetup(column=column))
    with house:
        assert (house.data_dir / "salon.sock").exists()
    assert house.stop() == 0
    assert not (house.data_dir / "salon.sock").exists()
    assert not (house.data_dir / "salon.ready").exists()
    assert '"stopped"' in house.log_text()


def test_killed_owner_does_not_keep_the_next_one_out(tmp_path: Path, column: Column) -> None:
    house = House(tmp_path / "data", HouseSetup(column=column))
    house.start()
    house.kill()
    assert (house.data_dir / "salon.sock").exists()
    with house:
        assert house.salon("status").returncode == 0


def test_gateway_role_loads_no_management_until_asked(tmp_path: Path, column: Column) -> None:
    with House(tmp_path / "data", HouseSetup(arguments=("--role", "gateway"), column=column)) as house:
        maps = Path(f"/proc/{house.pid}/maps").read_text()
        assert "pydantic_core" not in maps
        assert _json(house, "/salon/v1/status")["role"] == "gateway"
