"""A Salon behind a base path: page, sign-in, both APIs and the command line find their way."""

import http.client
import json
import re
from collections.abc import Iterator

import pytest

from salon.surfaces.api.pages import STATIC
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module", params=["/salon", "/models/here"])
def base(request: pytest.FixtureRequest) -> str:
    """The path; the first one is also how Salon's own management begins."""
    return request.param


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, base: str) -> Iterator[House]:
    setup = HouseSetup(settings={"server": {"base_path": base}})
    with House(tmp_path_factory.mktemp("based") / "data", setup) as running:
        yield running


def test_browser_is_signed_in_below_the_path(house: House, base: str) -> None:
    url = house.salon("login-link").stdout.strip()
    assert url.startswith(f"{house.url}{base}/signin/")
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request("GET", url.removeprefix(house.url))
    answer = connection.getresponse()
    answer.read()
    cookie = answer.getheader("set-cookie") or ""
    connection.close()
    assert (answer.status, answer.getheader("location")) == (303, f"{base}/")
    assert f"Path={base}/;" in cookie
    signed_in = {"cookie": cookie.partition(";")[0]}
    assert house.request("GET", f"{base}/salon/v1/keys", headers=signed_in)[0] == 200


@pytest.mark.skipif(not (STATIC / "index.html").is_file(), reason="the page is not built")
def test_page_and_what_it_names_are_below_the_path(house: House, base: str) -> None:
    status, page = house.get(f"{base}/settings/keys")
    assert status == 200
    assert f'<base href="{base}/">' in page.decode()
    assert page.index(b"<base") < page.index(b"./assets/")
    named = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.decode())
    assert named
    for name in named:
        assert house.get(f"{base}/{name}")[0] == 200


def test_both_apis_are_below_the_path(house: House, base: str) -> None:
    body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
    assert house.request("POST", f"{base}/v1/chat/completions", body)[0] == 200
    assert json.loads(house.get(f"{base}/v1/models")[1])["object"] == "list"
    status = json.loads(house.get(f"{base}/salon/v1/status")[1])
    assert status["version"]
    assert house.get(f"{base}/healthz") == (200, b"ok\n")


def test_command_line_finds_it_over_the_socket_and_the_address(house: House, base: str) -> None:
    for where in ((), ("--url", f"{house.url}{base}")):
        assert house.salon(*where, "keys", "list").returncode == 0
        assert "hello" in house.salon(*where, "ask", "-m", "demo", "hello").stdout
    assert f"{house.url}{base}" in house.salon("status").stdout + house.log_text()


def test_a_file_is_sent_to_where_the_answer_says(house: House, base: str) -> None:
    start = {"x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start"}
    begun = house.exchange("POST", f"{base}/upload/v1beta/files", headers=start)
    address = begun.headers["x-goog-upload-url"]
    assert address.startswith(f"{house.url}{base}/upload/v1beta/files/")
    send = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
    done = house.exchange("POST", address.removeprefix(house.url), content=b"hello", headers=send)
    described = json.loads(done.body)["file"]
    assert described["uri"] == f"{house.url}{base}/v1beta/{described['name']}"
    assert house.get(described["downloadUri"].removeprefix(house.url))[1] == b"hello"
