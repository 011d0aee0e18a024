"""The live layer of the web app against a real house: followed, cut off, killed, stopped and started again."""

import json
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S as USUAL_LIMIT_S
from tests.web.driving import ROOT, drive, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, TomlValue
from salon.testing.recorded import recordings
from salon.testing.scene import model_of, usual_setup
from salon.testing.soak import is_soak, rng, scaled, seed

LIMIT_S = 3000 if is_soak() else USUAL_LIMIT_S
SAMPLE = 400
"""Recordings, at full length: all of them."""
WAYS = (
    ("openai", "{{fake tokens=1}}"),
    ("openai", "{{fake tokens=5;fault=error-in-stream}}"),
    ("openai", "{{fake tokens=40;fault=reset:mid-stream}}"),
    ("openai", "{{fake fault=401}}"),
    ("openai", "{{fake refuse=I cannot do that}}"),
    ("anthropic", "{{fake think=9;tokens=9}}"),
    ("responses", "{{fake think=9;tokens=9}}"),
    ("responses", "{{fake refuse=I cannot do that}}"),
    ("gemini", "{{fake think=9;tokens=9}}"),
    ("openai", "{{fake fault=big-event:300000}}"),
)

SECTIONS: dict[str, dict[str, TomlValue]] = {
    "conversations": {"titles": False},
    "runs": {"keep_deltas_seconds": 3},
}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


class Lives(BaseHTTPRequestHandler):
    """Kills, stops and starts a house, at the word of the tests."""

    house: House

    def do_POST(self) -> None:
        """Do what the path says."""
        act = {"/kill": self.house.kill, "/stop": self.house.stop, "/start": self.house.start}[self.path]
        act()
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def control(house: House) -> Generator[str]:
    """Listen to the tests on a free port."""
    handler = type("Handler", (Lives,), {"house": house})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="control")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def cases(shared: Path) -> str:
    """Return every way to answer, and some of the recorded answers."""
    known = [one for one in recordings(shared) if one.stream] if (shared / "index.jsonl").is_file() else []
    some = rng("live").sample(known, min(len(known), scaled(SAMPLE, least=20)))
    ways = [*WAYS, *((one.dialect, f"{{{{fake recording={one.name}}}}}") for one in some)]
    return json.dumps([(model_of(dialect), words) for dialect, words in ways])


def test_what_a_tab_shows_and_keeps_is_what_the_house_has(tmp_path: Path) -> None:
    need_page()
    shared = Path(os.environ.get("SALON_SHARED", ROOT.parent / "shared")) / "recorded-streams"
    with FakeProvider(recordings=shared).in_thread() as fake:
        setup = usual_setup(fake.url, sections=SECTIONS)
        with House(tmp_path / "data", setup) as house, control(house) as address:
            drive(
                "live",
                house.url,
                limit_s=LIMIT_S,
                SALON_LIVE_CONTROL=address,
                SALON_LIVE_MODEL=model_of("openai"),
                SALON_LIVE_CASES=cases(shared),
                SALON_LIVE_SEED=str(seed()),
                SALON_LIVE_SCALE=str(scaled(50)),
            )
