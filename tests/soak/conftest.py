"""Suites of many seeded cases against a whole Salon, seen from outside."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salon.testing.columns import Column
from salon.testing.scene import Scene, usual_scene
from salon.testing.soak import rng, seed

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="module")
def module_scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, module_column: Column
) -> Iterator[Scene]:
    """The usual scene; a module that names ``GATEWAY`` or other settings or more ``PROVIDERS`` gets them."""
    gateway = getattr(request.module, "GATEWAY", None)
    sections = getattr(request.module, "SECTIONS", None)
    more = getattr(request.module, "PROVIDERS", lambda _: ())
    folder = tmp_path_factory.mktemp("house")
    with usual_scene(folder, gateway=gateway, sections=sections, column=module_column, more=more) as scene:
        yield scene


@pytest.fixture
def scene(module_scene: Scene) -> Iterator[Scene]:
    """One house per file, with a fake provider that remembers nothing of earlier tests."""
    module_scene.fake.journal.clear()
    yield module_scene
    log = module_scene.house.log_text()
    assert "Traceback" not in log, log[max(0, log.find("Traceback") - 500) :][:4000]


Figure = Callable[[str, object], None]


@pytest.fixture
def figure(record_property: Figure) -> Figure:
    """Takes down what a suite measured; a long run keeps it beside its verdict."""
    return record_property


@pytest.fixture
def chance(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> random.Random:
    """The suite's dice; the seed is in the log and in the report, so that a failure can be repeated."""
    record_property("seed", seed())
    return rng(request.node.nodeid)
