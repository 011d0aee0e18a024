"""sqlmap against every carrier of a credential and the parameters of lists: nothing can be injected."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from salon.testing.scene import Scene
from salon.testing.soak import scaled

SECTIONS = {"server": {"wrong_credentials_per_minute": 1_000_000}}
"""Else a minute that ends in the midst makes two equal questions have two answers, which looks like SQL."""
SQLMAP = "import sys; sys.argv[0] = 'sqlmap'; from sqlmap.sqlmap import main; main()"
EFFORT = ["--level", "3", "--risk", "2"] if scaled(100) == 100 else ["--technique", "BEU"]
CARRIERS = [
    ("-H", "Authorization: Bearer sk-salon-x*"), ("-H", "x-api-key: sk-salon-x*"), ("-H", "api-key: sk-salon-x*"),
    ("-H", "x-goog-api-key: sk-salon-x*"), ("--cookie", "salon_session=x*"),
]  # fmt: skip
PLACES = [
    "/salon/v1/requests?cursor=x*", "/salon/v1/requests?limit=5*", "/salon/v1/audit?cursor=x*", "/salon/v1/keys/x*",
    "/salon/v1/providers/x*", "/v1/models/x*",
]  # fmt: skip


def sqlmap(folder: Path, address: str, *options: str) -> str:
    """Let sqlmap try one marked place; returns what it said."""
    command = [
        sys.executable,
        "-c",
        SQLMAP,
        "-u",
        address,
        "--batch",
        "--disable-coloring",
        *EFFORT,
        *options,
    ]
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        [*command, "--output-dir", str(folder / "found")], env=environment, cwd=folder, capture_output=True,
        text=True, timeout=1000, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


class _Open(BaseHTTPRequestHandler):
    """A page that pastes what it is asked into its query."""

    def do_GET(self) -> None:
        name = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
        database = sqlite3.connect(":memory:")
        try:
            rows = database.execute(f"SELECT 'found' WHERE 'x' = '{name}'").fetchall()
            self.send_response(200)
        except sqlite3.Error as error:
            rows = [(f"SQLite error: {error}",)]
            self.send_response(500)
        finally:
            database.close()
        self.end_headers()
        self.wfile.write(f"<p>{rows}</p>".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
        """Say nothing."""


@pytest.fixture
def bait() -> Iterator[str]:
    """The address of a page that can be injected."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Open) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_sqlmap_finds_what_can_be_injected(bait: str, tmp_path: Path) -> None:
    said = sqlmap(tmp_path, f"{bait}/?name=x*")
    assert "identified the following injection point" in said, said[-2000:]


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier[1].split("=")[0].split(":")[0])
def test_no_credential_is_read_as_sql(scene: Scene, tmp_path: Path, carrier: tuple[str, str]) -> None:
    said = sqlmap(tmp_path, f"{scene.house.url}/v1/models", *carrier, "--ignore-code", "401,429")
    judge(scene, said)


@pytest.mark.parametrize("place", PLACES)
def test_no_place_in_an_address_is_read_as_sql(scene: Scene, tmp_path: Path, place: str) -> None:
    said = sqlmap(tmp_path, f"{scene.house.url}{place}", "--ignore-code", "400,404,422")
    judge(scene, said)


def judge(scene: Scene, said: str) -> None:
    assert "tested parameters do not appear to be injectable" in said, said[-4000:]
    assert not re.search(r"\b5\d\d \(", said), said[-2000:]
    assert "Traceback" not in scene.house.log_text()
