"""The public list of payloads through a shared page and an exported one, in Chromium: nothing runs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from salon.testing.house import House, HouseSetup

SHARED = Path(os.environ.get("SALON_SHARED", Path(__file__).resolve().parents[3] / "shared"))
PAYLOADS = SHARED / "suites/xss/xss-payload-list.txt"
BROWSER = os.environ.get("SALON_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


class Dom(HTMLParser):
    """What of a page could act, as the browser understood it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.articles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.articles += tag == "article"
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "base",
            "img",
            "link",
            "svg:script",
            "math",
            "video",
        }:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if BROWSER is None:
        pytest.skip("no Chromium is installed (or set SALON_CHROMIUM)")
    if not PAYLOADS.is_file():
        pytest.skip("the list of payloads is not on this machine")
    with House(tmp_path_factory.mktemp("shared"), HouseSetup()) as running:
        yield running


@pytest.fixture(scope="module")
def conversation(house: House) -> str:
    """A conversation in which every payload is said, and is a name, a title and a tool's result."""
    payloads = PAYLOADS.read_text(errors="replace").replace("\0", "").splitlines()
    asked = house.request("POST", "/salon/v1/conversations", {"title": payloads[14]})
    made = str(orjson.loads(asked[1])["id"])
    said = [
        {"role": "assistant", "author": {"kind": "model", "id": page[0][:200], "name": page[1][:100]},
         "parts": [{"kind": "text", "text": "\n\n".join(page)},
                   {"kind": "tool-result", "tool_call_id": "1", "name": page[2][:100],
                    "parts": [{"kind": "text", "text": "\n".join(page)}]}]}
        for page in (payloads[start : start + 200] for start in range(0, len(payloads) - 3, 200))
    ]  # fmt: skip
    status, body = house.request("POST", f"/salon/v1/conversations/{made}/messages", {"messages": said})
    assert status == 201, body
    return made


def dom_of(address: str, folder: Path) -> Dom:
    """Open a page in Chromium and read what became of it."""
    assert BROWSER is not None
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-dev-shm-usage", f"--user-data-dir={folder}",
               "--virtual-time-budget=2000", "--dump-dom", address]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    dom = Dom()
    dom.feed(done.stdout)
    return dom


def test_nothing_runs_on_a_shared_page(house: House, conversation: str, tmp_path: Path) -> None:
    body = orjson.loads(house.request("POST", "/salon/v1/shares", {"conversation_id": conversation})[1])
    dom = dom_of(body["url"], tmp_path / "profile")
    assert dom.articles > 30
    assert dom.found == []


def test_nothing_runs_on_an_exported_page_even_without_its_policy(
    house: House, conversation: str, tmp_path: Path
) -> None:
    wish = {"conversation_ids": [conversation], "format": "html"}
    page = house.request("POST", "/salon/v1/exports/download", wish)[1].decode()
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert bare != page
    (tmp_path / "talk.html").write_text(bare)
    dom = dom_of((tmp_path / "talk.html").as_uri(), tmp_path / "profile")
    assert dom.articles > 30
    assert dom.found == []
