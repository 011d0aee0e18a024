"""Every address of a running house answers under a policy that lets no inline script run and no other one load."""

import re
from collections.abc import Iterator

import orjson
import pytest

from salon.surfaces.api.endpoints import endpoints
from salon.surfaces.api.routes import routers
from salon.testing.house import House, HouseAnswer, HouseSetup

PLACES = (
    "/", "/c/cnv_00000000000000000000000000", "/settings", "/settings/providers", "/search?q=x", "/nowhere",
    "/index.html", "/sw.js", "/manifest.webmanifest", "/frame/diagram.html", "/nothing.html", "/salon/v1/nothing",
    "/s/nothing", "/s/nothing/qr.svg", "/signin/nothing", "/%00", "/..%2f", "/a" * 5000,
)  # fmt: skip
"""Places of the app, its files, and addresses that lead nowhere."""
LEADS_OUT = re.compile(r"'unsafe-inline'|'unsafe-eval'|'unsafe-hashes'|\*|\bdata:|\bblob:|https?:")
DOCUMENTS = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml")
"""What a browser runs scripts of, opened by itself."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("policies") / "data", HouseSetup()) as running:
        yield running


def addresses() -> list[str]:
    routers()
    rows = [row.path for row in endpoints() if row.method == "GET" and row.summary != "A test."]
    filled = {re.sub(r"\{[^}]*\}", "x", path) for path in rows}
    return sorted({*filled, *PLACES} - {"/salon/v1/events", "/salon/v1/socket", "/salon/v1/openapi.json"})


def scripts_of(answer: HouseAnswer) -> str | None:
    """Return what a policy says of scripts; None without one."""
    policy = {
        part.strip().partition(" ")[0]: part.strip().partition(" ")[2]
        for part in answer.headers.get("content-security-policy", "").split(";")
    }
    return policy.get("script-src", policy.get("default-src"))


def wrong(answer: HouseAnswer) -> str | None:
    """Return what is wrong with the policy of an answer."""
    if not answer.headers.get("content-type", "").startswith(DOCUMENTS):
        return (
            None
            if answer.headers.get("x-content-type-options") == "nosniff"
            else "may be taken for a document"
        )
    scripts = scripts_of(answer)
    if scripts is None:
        return "no policy of scripts"
    return f"scripts of {scripts}" if LEADS_OUT.search(scripts) else None


def test_no_address_lets_an_inline_script_run(house: House) -> None:
    found = {}
    for address in addresses():
        answer = house.exchange("GET", address, headers={"accept": "text/html"})
        if (problem := wrong(answer)) is not None:
            found[address[:80]] = f"{answer.status} {answer.headers.get('content-type')}: {problem}"
    assert found == {}


def test_a_shared_page_its_files_and_its_refusals_have_the_policy(house: House) -> None:
    made = orjson.loads(house.request("POST", "/salon/v1/conversations", {"title": "<script>"})[1])["id"]
    said = {"messages": [{"role": "user", "text": "<script>alert(1)</script>"}]}
    house.request("POST", f"/salon/v1/conversations/{made}/messages", said)
    share = orjson.loads(house.request("POST", "/salon/v1/shares", {"conversation_id": made})[1])["url"]
    path = share.removeprefix(house.url)
    for address in (
        path,
        f"{path}?page=9",
        f"{path}/qr.svg",
        f"{path}/files/1-1",
        f"{path}/files/none",
        f"{path}x",
    ):
        answer = house.exchange("GET", address, headers={"accept": "text/html"})
        assert scripts_of(answer) == "'none'", (address, answer.headers)
        assert answer.headers["x-dns-prefetch-control"] == "off"
