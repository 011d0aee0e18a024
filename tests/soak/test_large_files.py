"""What one client may cost the others: memory of a large upload, and documents that are bombs."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator

import orjson
import pytest

from salon.testing.documents import pdf, png_of, zipped
from salon.testing.house import House, HouseSetup
from salon.testing.soak import grace, scaled

Figure = Callable[[str, object], None]
MIB = 1024**2
FULL_BYTES = 2 * 1024**3 - 1
GROWTH_BYTES = 96 * MIB
"""How much memory an upload may take at its highest, whatever its size."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup()) as running:
        yield running


def test_a_large_upload_takes_no_memory(house: House, figure: Figure) -> None:
    key = house.create_key("large")
    size = scaled(FULL_BYTES)
    send_zeros(house, key, begun(house, key, MIB), MIB)  # what is loaded once is loaded
    path = begun(house, key, size)
    before, highest = house.resident_bytes(), 0
    is_over = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not is_over.wait(0.05):
            highest = max(highest, house.resident_bytes())

    watching = threading.Thread(target=watch)
    watching.start()
    started = time.monotonic()
    try:
        file_id = send_zeros(house, key, path, size)
    finally:
        is_over.set()
        watching.join()
    figure("bytes", size)
    figure("seconds", round(time.monotonic() - started, 1))
    figure("grown at the highest, bytes", highest - before)
    assert highest - before < GROWTH_BYTES
    auth = {"authorization": f"Bearer {key}"}
    found = house.exchange("GET", f"/salon/v1/files/{file_id}", headers=auth)
    assert orjson.loads(found.body)["size_bytes"] == size


def begun(house: House, key: str, size: int) -> str:
    headers = {"authorization": f"Bearer {key}", "tus-resumable": "1.0.0", "upload-length": str(size)}
    return house.exchange("POST", "/salon/v1/uploads", headers=headers).headers["location"]


def send_zeros(house: House, key: str, path: str, size: int) -> str:
    """Send ``size`` bytes in one request; return the file's id."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=600)
    headers = {
        "authorization": f"Bearer {key}", "tus-resumable": "1.0.0", "upload-offset": "0",
        "content-type": "application/offset+octet-stream", "content-length": str(size),
    }  # fmt: skip
    block = bytes(MIB)
    whole, rest = divmod(size, MIB)
    try:
        blocks = (block if number < whole else bytes(rest) for number in range(whole + 1))
        connection.request("PATCH", path, blocks, headers)
        with connection.getresponse() as answer:
            assert answer.status == 204, answer.read()
            return answer.headers["salon-file"]
    finally:
        connection.close()


def test_bombs_in_documents_leave_others_in_peace(house: House, figure: Figure) -> None:
    key = {"authorization": f"Bearer {house.create_key('bombs')}"}
    bombs = {
        "a.docx": ("text", zipped({"word/document.xml": b"<a>" + b" " * 64 * MIB})),
        "b.png": ("image", png_of(40_000, 40_000)),
        "c.docx": ("text", zipped({"word/document.xml": b"<a>" * 2_000_000})),
        "d.pdf": ("text", pdf(*["words " * 500] * 400)),
    }
    paths = []
    for name, (what, content) in bombs.items():
        stored = house.exchange("POST", f"/salon/v1/files?name={name}", content=content, headers=key)
        paths.append(f"/salon/v1/files/{orjson.loads(stored.body)['id']}/{what}")

    def lasted(count: int) -> float:
        times = []
        for _ in range(count):
            begun = time.monotonic()
            assert house.get("/healthz")[0] == 200
            times.append(time.monotonic() - begun)
        return sorted(times)[int(count * 0.95)]

    alone = lasted(200)
    asking = [threading.Thread(target=ask_anyhow, args=(house, path, key)) for path in paths]
    for one in asking:
        one.start()
    beside = lasted(200)
    for one in asking:
        one.join()
    figure("p95 alone, ms", round(alone * 1000, 2))
    figure("p95 beside bombs, ms", round(beside * 1000, 2))
    assert beside < max(2 * alone, grace(0.1))


def ask_anyhow(house: House, path: str, key: dict[str, str]) -> None:
    assert house.exchange("GET", path, headers=key).status in {200, 422}
