"""What one client may cost the others: memory of a large upload, and documents that are bombs."""

import http.client
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from salon.testing import exports
from salon.testing.documents import pdf, png_of, zipped
from salon.testing.house import House, HouseSetup
from salon.testing.load import until
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
        "e.png": ("image", png_of(10, 10, more=[(b"zTXt", b"k\0\0" + zlib.compress(bytes(64 * MIB)))])),
        "d.pdf": ("text", pdf(*["words " * 500] * 400)),
    }
    paths = []
    for name, (what, content) in bombs.items():
        stored = house.exchange("POST", f"/salon/v1/files?name={name}", content=content, headers=key)
        paths.append(f"/salon/v1/files/{orjson.loads(stored.body)['id']}/{what}")

    alone = lasted(house, {})
    asking = [threading.Thread(target=ask_anyhow, args=(house, path, key)) for path in paths]
    for one in asking:
        one.start()
    beside = lasted(house, {})
    for one in asking:
        one.join()
    figure("p95 alone, ms", round(alone * 1000, 2))
    figure("p95 beside bombs, ms", round(beside * 1000, 2))
    assert beside < max(2 * alone, grace(0.1))


def lasted(house: House, key: dict[str, str], path: str = "/healthz", count: int = 200) -> float:
    """Return how long 95 of 100 requests take at most."""
    times = []
    for _ in range(count):
        begun = time.monotonic()
        assert house.exchange("GET", path, headers=key).status == 200
        times.append(time.monotonic() - begun)
    return sorted(times)[int(count * 0.95)]


def ask_anyhow(house: House, path: str, key: dict[str, str]) -> None:
    assert house.exchange("GET", path, headers=key).status in {200, 422}


def hostile_exports() -> dict[str, tuple[bytes, int]]:
    """Return exports meant to do harm, by name; each with how many conversations can be kept of it."""
    talk, other = (json.dumps(exports.chatgpt_rich(own)).encode() for own in ("kept", "other"))
    deep = b'{"mapping":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    bomb = zipped({"conversations.json": b'[{"mapping":{"x":"' + b"a" * 80 * MIB})
    names = zipped(
        {"conversations.json": b"[" + other + b"]", "../../up": b"x", "/abs": b"x", "C:\\win": b"x"}
    )
    wide = b'[{"mapping":{' + b",".join(b'"%d":{}' % number for number in range(200_000)) + b"}}]"
    return {
        "bomb.zip": (bomb, 0),
        "../../../etc/passwd": (b"[" + deep + b"," + talk + b"]", 1),
        "names\u202egnp.zip": (names, 1),
        "wide.json": (wide, 0),
        "half.zip": (names[: len(names) // 2], 0),
        "open.json": (b"[" + b"[" * 3_000_000, 0),
    }


def test_hostile_exports_leave_others_in_peace(house: House, figure: Figure) -> None:
    key = {"authorization": f"Bearer {house.create_key('hostile', '--right', 'conversations.use')}"}
    path = "/salon/v1/conversations"
    before = sorted(one.name for one in house.data_dir.parent.iterdir())
    alone = lasted(house, key, path)
    begun_ones = {}
    for name, (data, kept) in hostile_exports().items():
        asked = f"/salon/v1/imports/upload?filename={quote(name, safe='')}"
        answer = house.exchange("POST", asked, content=data, headers=key, timeout_s=120)
        while answer.status == 409:  # two at once: the next in turn
            lasted(house, key, path, count=20)
            answer = house.exchange("POST", asked, content=data, headers=key, timeout_s=120)
        assert answer.status == 202, answer.body
        begun_ones[orjson.loads(answer.body)["id"]] = name, kept
    beside = lasted(house, key, path)
    figure("p95 alone, ms", round(alone * 1000, 2))
    figure("p95 beside hostile exports, ms", round(beside * 1000, 2))
    for import_id, (name, kept) in begun_ones.items():
        told = ended(house, key, import_id)
        assert told["totals"]["added"] == kept, (name, told)
        assert told["totals"]["skipped"] or told["problem"] or told["notes"], (name, told)
    assert sorted(one.name for one in house.data_dir.parent.iterdir()) == before
    assert beside < max(2 * alone, grace(0.1))


def ended(house: House, key: dict[str, str], import_id: str) -> dict[str, Any]:
    """Wait for the end of an import."""
    found: dict[str, Any] = {}

    def is_over() -> bool:
        nonlocal found
        found = orjson.loads(house.exchange("GET", f"/salon/v1/imports/{import_id}", headers=key).body)
        return found["status"] != "running"

    until(is_over, what="the end of an import")
    return found
