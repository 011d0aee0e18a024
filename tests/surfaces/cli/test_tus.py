"""An upload whose Salon is away is tried again, ever more slowly, and can be gone on with."""

from pathlib import Path

import pytest

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import UnreachableError
from salon.surfaces.cli.ports import Address
from salon.surfaces.cli.tus import TusSender


def test_an_upload_waits_for_a_house_that_is_away(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"words")
    waited: list[float] = []
    said: list[str] = []
    client = ApiClient(Address(socket=str(tmp_path / "nobody.sock")))
    with path.open("rb") as file, pytest.raises(UnreachableError):
        TusSender(client, file, name="file", on_wait=said.append, wait=waited.append).send("upl_x")
    assert waited == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert "--resume upl_x" in said[-1]
