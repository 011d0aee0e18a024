"""A running house takes changed settings over, and keeps its last good ones when they are wrong."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.house import House
from salon.testing.load import Case, run_cases, until
from salon.testing.scene import usual_scene


@pytest.fixture
def house(tmp_path: Path, column: Column) -> Iterator[House]:
    with usual_scene(tmp_path, column=column) as scene:
        yield scene.house


def status_of(house: House, model: str) -> int:
    case = Case(id="reload", caller="openai", model=model, stream=False)
    return run_cases(house.port, [case])[0].answer.status


def test_an_alias_appears_without_a_restart_and_a_mistake_changes_nothing(house: House) -> None:
    config = house.data_dir / "salon.toml"
    good = config.read_text()
    assert status_of(house, "fresh") == 404
    config.write_text(f'{good}\n[models.fresh]\ntargets = ["openai-fake/fake"]\n')
    os.kill(house.pid, signal.SIGHUP)
    until(lambda: status_of(house, "fresh") == 200, what="the new alias")
    config.write_text(f"{good}\n[gateway2]\nconnect_timeout = true\n")
    os.kill(house.pid, signal.SIGHUP)
    until(lambda: "gateway2" in house.log_text(), what="a sentence about the mistake")
    assert status_of(house, "fresh") == 200
