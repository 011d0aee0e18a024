"""A house with a virus scanner: infected files are refused however they come, and said to be so."""

import base64
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.clamd import EICAR, FakeClamd
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    with FakeClamd() as clamd:
        setup = HouseSetup(settings={"files": {"scanner": clamd.address}})
        with House(folder / "data", setup) as running:
            yield running


def test_an_infected_file_is_refused_however_it_comes(house: House) -> None:
    key = {"authorization": f"Bearer {house.create_key('scan')}"}
    clean = house.exchange("POST", "/salon/v1/files?name=a.txt", content=b"harmless", headers=key)
    assert orjson.loads(clean.body)["scan"] == "clean"
    direct = house.exchange("POST", "/salon/v1/files?name=b.txt", content=EICAR, headers=key)
    boundary = {**key, "content-type": "multipart/form-data; boundary=x"}
    form = b'--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n--x\r\n'
    form += b'content-disposition: form-data; name="file"; filename="c"\r\n\r\n' + EICAR + b"\r\n--x--\r\n"
    openai = house.exchange("POST", "/v1/files", content=form, headers=boundary)
    tus = {**key, "tus-resumable": "1.0.0", "upload-length": str(len(EICAR))}
    metadata = {"upload-metadata": f"filename {base64.b64encode(b'd').decode()}"}
    path = house.exchange("POST", "/salon/v1/uploads", headers={**tus, **metadata}).headers["location"]
    part = {**tus, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
    resumed = house.exchange("PATCH", path, content=EICAR, headers=part)
    for answer in (direct, openai, resumed):
        assert (answer.status, b"Eicar-Test-Signature" in answer.body) == (422, True), answer.body
    assert [kept.read_bytes() for kept in (house.data_dir / "quarantine").iterdir()] == [EICAR]
    acts = [row[0] for row in house.rows("SELECT action FROM audit_records")]
    assert acts.count("file.quarantined") == 3
