"""Weight: slow readers, large pictures, large events, and many slow streams beside everything else."""

import asyncio
import contextlib
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.columns import ColumnName
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House
from salon.testing.load import Case, gather_bounded, run_case, run_cases
from salon.testing.raw_http import RawAnswer, ask, chat_request
from salon.testing.scene import DIALECTS, Scene, model_of, usual_setup
from salon.testing.soak import grace, scaled

Figure = Callable[[str, object], None]


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """Bodies and sockets weigh the same wherever the state lives."""
    return "sqlite"


def peak_bytes(house: House) -> int:
    lines = Path(f"/proc/{house.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


def read_slowly(scene: Scene, stack: contextlib.ExitStack, count: int) -> int:
    """Open streams that nobody reads; return the resident memory two seconds later."""
    plan = "{{fake tokens=400000;case=slow}}"
    for number in range(count):
        dialect = DIALECTS[number % len(DIALECTS)]
        wire = stack.enter_context(socket.socket())
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", scene.house.port))
        wire.sendall(chat_request(dialect, plan, model=model_of(dialect), stream=True, max_tokens=500_000))
        assert wire.recv(1024)
    time.sleep(2)  # what is measured is what two seconds of not reading cost
    return scene.house.resident_bytes()


def test_slow_readers_hold_the_provider_back_and_cost_little_memory(scene: Scene, figure: Figure) -> None:
    scene.house.get("/salon/v1/openapi.json")  # what is loaded once the house listens is there before
    with contextlib.ExitStack() as stack:
        first = read_slowly(
            scene, stack, len(DIALECTS)
        )  # the allocator's first large buffers are kept for later
        grown = read_slowly(scene, stack, 15) - first
        sent = [exchange.bytes_sent for exchange in scene.fake.journal.of_case("slow")]
    figure("grown by one slow reader, bytes", grown // 15)
    figure("sent by the provider to one, bytes", max(sent))
    assert grown < 15 * 1_000_000
    assert max(sent) < 30_000_000, "the provider was not held back"


def test_large_pictures_do_not_pile_up(scene: Scene, figure: Figure) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 20_000_000}}
    request = chat_request("openai", "look", model=model_of("openai"), stream=False).replace(
        b'"content":"look"', b'"content":[{"type":"text","text":"look"},%b]' % orjson.dumps(picture)
    )
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"content-length")]
    whole = b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", b""]) + body

    def send(count: int) -> list[RawAnswer]:
        return asyncio.run(
            gather_bounded(range(count), lambda _: ask(scene.house.port, whole, timeout_s=60), at_once=2)
        )

    base = scene.house.resident_bytes()
    assert send(1)[0].status == 200
    one = max(peak_bytes(scene.house) - base, 20_000_000)
    assert {answer.status for answer in send(max(4, scaled(100)))} == {200}
    many = peak_bytes(scene.house) - base
    figure("peak of one, bytes", one)
    figure("peak of many, bytes", many)
    assert many < 4 * one


def test_open_slow_streams_leave_the_rest_fast(scene: Scene, figure: Figure) -> None:
    cases = [
        Case(
            id=f"open{number}", caller=DIALECTS[number % len(DIALECTS)], model=model_of(DIALECTS[number % len(DIALECTS)]), stream=True,
            plan="tokens=30;rate=10",
        )
        for number in range(200)
    ]  # fmt: skip

    async def look() -> list[float]:
        async with asyncio.TaskGroup() as group:
            streams = [group.create_task(run_case(scene.house.port, case)) for case in cases]
            await asyncio.sleep(1)
            request = b"GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
            took = [(await ask(scene.house.port, request)).elapsed_s for _ in range(40)]
        assert {stream.result().verdict.ending for stream in streams} == {"well"}
        return took

    took = asyncio.run(look())
    figure("p50 beside 200 streams, ms", round(statistics.median(took) * 1000, 1))
    figure("p95 beside 200 streams, ms", round(statistics.quantiles(took, n=20)[18] * 1000, 1))
    assert statistics.quantiles(took, n=20)[18] < grace(0.25)


@pytest.fixture
def tls_house(tmp_path: Path) -> Iterator[House]:
    with FakeProvider(tls=True).in_thread() as fake:
        assert fake.certificate is not None
        trusted = tmp_path / "fake.pem"
        trusted.write_bytes(fake.certificate)
        setup = usual_setup(fake.url, environment={"SSL_CERT_FILE": str(trusted)})
        with House(tmp_path / "data", setup) as house:
            yield house


def test_a_large_event_and_a_close_at_once_over_tls_lose_nothing(tls_house: House) -> None:
    cases = [
        Case(
            id=f"big{number}", caller=DIALECTS[number % len(DIALECTS)], model=model_of(DIALECTS[number // len(DIALECTS) % len(DIALECTS)]), stream=True,
            plan="fault=big-event;fault=close-at-once",
        )
        for number in range(max(9, scaled(200)))
    ]  # fmt: skip
    outcomes = run_cases(tls_house.port, cases, at_once=2)
    assert [str(one)[:300] for one in outcomes if one.verdict.ending != "well"] == []
    assert {len(one.verdict.text) for one in outcomes} == {5_000_000}
