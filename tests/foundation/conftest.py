"""An empty database of each kind."""

from pathlib import Path

import pytest


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    """Where an empty SQLite database is."""
    return str(tmp_path / "salon.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest) -> str:
    """Where an empty database is."""
    name = "sqlite_address" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))
