"""One house a column for all files of this folder that do not ask for one of their own."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

import pytest

from salon.app.launch import LocalBackstage
from salon.surfaces.cli import run
from salon.testing.columns import SQLITE, Column, ColumnName
from salon.testing.house import House, HouseSetup

OpenColumn = Callable[[ColumnName], AbstractContextManager[Column]]


@pytest.fixture(scope="session")
def house_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house with its state in a file."""
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=SQLITE)) as running:
        yield running


@pytest.fixture(scope="session")
def house_on_postgres(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: str,  # named, so that it ends after the house
    redis_server: str,
    open_column: OpenColumn,
) -> Iterator[House]:
    """A running house with its state in PostgreSQL and Redis."""
    with (
        open_column("postgres+redis") as column,
        House(tmp_path_factory.mktemp("house") / "data", HouseSetup(column=column)) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def house(column_name: ColumnName, request: pytest.FixtureRequest) -> House:
    """A running house whose only model is the demo; files share it, so each cleans up what others would see."""
    on_sqlite = column_name == "sqlite"
    return request.getfixturevalue("house_on_sqlite" if on_sqlite else "house_on_postgres")


class Done(NamedTuple):
    """What a command that ran in this process came to."""

    code: int
    out: str
    err: str


Shell = Callable[..., Done]


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs commands against the house in this process, which is quicker; ``said`` is standard input."""

    def run_command(*arguments: str, said: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        code = run(LocalBackstage(), ["--url", house.url, *arguments])
        return Done(code, *capsys.readouterr())

    return run_command
