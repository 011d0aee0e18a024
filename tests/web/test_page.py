"""The page in Chromium, in front of a real server; and its snippets, run as they stand."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.driving import LIMIT_S, NODE, WEB, drive, need_node, need_page

from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup

CLIENTS = ("openai", "anthropic", "gemini", "ollama", "salon")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(LIMIT_S + 100)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("page"), HouseSetup()) as running:
        yield running


def test_page_shows_the_real_server_and_hears_the_demo(house: House) -> None:
    need_page()
    with FakeProvider().in_thread() as fake:
        drive("real", house.url, SALON_TEST_PROVIDER=fake.url)


def test_page_signs_in_by_a_link_where_keys_are_required(tmp_path: Path) -> None:
    need_page()
    setup = HouseSetup(settings={"server": {"require_key": True}})
    with House(tmp_path / "closed", setup) as house:
        link = house.salon("login-link").stdout.strip()
        drive("real", house.url, SALON_TEST_LOGIN_LINK=link, SALON_TEST_CLOSED="1")


def test_page_works_below_a_base_path(tmp_path: Path) -> None:
    need_page()
    with House(tmp_path / "based", HouseSetup(settings={"server": {"base_path": "/salon"}})) as house:
        drive("real", f"{house.url}/salon")


def snippet(client: str, address: str) -> str:
    """Return the code that the page shows for a client."""
    target = json.dumps({"address": address, "model": "demo", "isOpen": True})
    script = (
        f'import {{ snippetFor }} from "./src/lib/snippets.ts"\n'
        f'process.stdout.write(snippetFor("{client}", {target}).code)'
    )
    command = [str(NODE), "--input-type=module", "-e", script]
    return subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=100, check=True).stdout


@pytest.mark.parametrize("client", CLIENTS)
def test_snippet_of_the_page_runs_as_it_stands(client: str, house: House) -> None:
    need_node()
    code = snippet(client, house.url)
    environment = {
        **os.environ,
        "SALON_KEY": house.create_key(f"snippet-{client}"),
        "SALON_DATA_DIR": str(house.data_dir),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "demo" in done.stdout.lower()


def test_curl_snippet_of_the_page_runs_as_it_stands(house: House) -> None:
    need_node()
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    code = snippet("curl", house.url)
    done = subprocess.run(["sh", "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert "data: [DONE]" in done.stdout
