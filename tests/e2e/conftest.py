"""One house and one fake provider for all suites from outside; asked one after the other."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.questions import SdkCaller
from salon.testing.scene import Scene, usual_scene
from salon.testing.sdk_clients import caller


@pytest.fixture(scope="session")
def running_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = Path(os.environ.get("SALON_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    recordings = folder / "recorded-streams"
    with usual_scene(tmp_path_factory.mktemp("house"), recordings=recordings) as scene:
        yield scene


@pytest.fixture
def scene(running_scene: Scene) -> Iterator[Scene]:
    """The running scene, with a fake provider that remembers nothing of earlier tests."""
    running_scene.fake.journal.clear()
    yield running_scene
    running_scene.fake.choose = None


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
