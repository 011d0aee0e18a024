"""Signing out ends the browser's session in all its tabs, and is asked for by the page only."""

import http.client
import json
from collections.abc import Iterator, Mapping

import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    setup = HouseSetup(settings={"server": {"require_key": True}}, column=module_column)
    with House(tmp_path_factory.mktemp("closed") / "data", setup) as running:
        yield running


def signed_in(house: House) -> dict[str, str]:
    """Use a link up; return what the browser sends from then on."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request("GET", house.salon("login-link").stdout.strip().removeprefix(house.url))
    cookie = connection.getresponse().getheader("set-cookie") or ""
    connection.close()
    return {"cookie": cookie.partition(";")[0]}


def status_of(house: House, headers: Mapping[str, str]) -> int:
    return house.request("GET", "/salon/v1/status", headers=headers)[0]


def test_signing_out_ends_the_session(house: House) -> None:
    browser = signed_in(house)
    body = json.loads(house.request("GET", "/salon/v1/status", headers=browser)[1])
    assert body["has_session"] is True
    page = {**browser, "origin": house.url}
    assert house.request("POST", "/salon/v1/sign-out", headers=page)[0] == 204
    assert status_of(house, browser) == 401


def test_a_link_that_a_text_loads_as_an_image_signs_nobody_in_and_is_not_used_up(house: House) -> None:
    link = house.salon("login-link").stdout.strip().removeprefix(house.url)
    for dest in ("image", "iframe", "empty"):
        answer = house.exchange("GET", link, headers={"sec-fetch-dest": dest})
        assert (answer.status, "set-cookie" in answer.headers) == (400, False)
    opened = house.exchange("GET", link, headers={"sec-fetch-dest": "document"})
    assert (opened.status, "set-cookie" in opened.headers) == (303, True)


def test_another_browser_stays_signed_in(house: House) -> None:
    one, other = signed_in(house), signed_in(house)
    house.request("POST", "/salon/v1/sign-out", headers={**one, "origin": house.url})
    assert (status_of(house, one), status_of(house, other)) == (401, 200)


def test_a_foreign_page_cannot_sign_anyone_out(house: House) -> None:
    browser = signed_in(house)
    foreign = {**browser, "origin": "https://foreign.example"}
    assert house.request("POST", "/salon/v1/sign-out", headers=foreign)[0] == 403
    assert house.request("POST", "/salon/v1/sign-out", headers=browser)[0] == 403
    assert status_of(house, browser) == 200
