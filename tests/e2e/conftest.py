"""One house of each column and its fake provider for all suites from outside; asked one after the other."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from salon.testing.columns import Column, ColumnName
from salon.testing.questions import SdkCaller
from salon.testing.scene import Scene, usual_scene
from salon.testing.sdk_clients import caller

OpenColumn = Callable[[ColumnName], AbstractContextManager[Column]]


def _running(open_column: OpenColumn, name: ColumnName, folder: Path) -> Iterator[Scene]:
    shared = Path(os.environ.get("SALON_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    recordings = shared / "recorded-streams"
    with open_column(name) as column, usual_scene(folder, recordings=recordings, column=column) as scene:
        yield scene


@pytest.fixture(scope="session")
def sqlite_scene(open_column: OpenColumn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A running scene whose state is one file."""
    yield from _running(open_column, "sqlite", tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def postgres_scene(
    open_column: OpenColumn,
    tmp_path_factory: pytest.TempPathFactory,
    postgres_template: str,
    new_redis: Callable[[], str],
) -> Iterator[Scene]:
    """A running scene on PostgreSQL and Redis; it names their fixtures, so as to end before they do."""
    del postgres_template, new_redis
    yield from _running(open_column, "postgres+redis", tmp_path_factory.mktemp("house"))


@pytest.fixture
def scene(column_name: ColumnName, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The running scene, with a fake provider that remembers nothing of earlier tests."""
    name = "sqlite_scene" if column_name == "sqlite" else "postgres_scene"
    scene: Scene = request.getfixturevalue(name)
    scene.fake.journal.clear()
    yield scene
    scene.fake.choose = None


@pytest.fixture
def sdk(scene: Scene, request: pytest.FixtureRequest) -> Iterator[SdkCaller]:
    """An official client of the parametrized dialect, pointed at the house without a key of its own."""
    client = caller(request.param, scene.house.url, owner_key(scene))
    try:
        yield client
    finally:
        client.close()


_keys: dict[int, str] = {}


def owner_key(scene: Scene) -> str:
    """A key made once per house: SDKs always send one, and a wrong one is refused."""
    if scene.house.port not in _keys:
        _keys[scene.house.port] = scene.house.create_key("sdk")
    return _keys[scene.house.port]


@pytest.fixture
def key(scene: Scene) -> str:
    """A key without limits."""
    return owner_key(scene)
