"""Every row of management, each right and carrier, each doubtful Host: the verdict is the table's, at the door."""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator, Mapping

import pytest

from salon.foundation.kit.caller import OWNER_RIGHTS
from salon.surfaces.api.endpoints import Endpoint, endpoints
from salon.surfaces.api.openapi import openapi_row
from salon.surfaces.api.routes import routers
from salon.testing.house import House, HouseSetup

CARRIERS = {
    "bearer": lambda secret: {"authorization": f"Bearer {secret}"},
    "x-api-key": lambda secret: {"x-api-key": secret},
    "api-key": lambda secret: {"api-key": secret},
    "x-goog-api-key": lambda secret: {"x-goog-api-key": secret},
}
HOSTS = [
    f"{name}{end}"
    for name in ("localhost", "127.0.0.1", "[::1]", "evil.example")
    for end in ("/", "?", "#", "/healthz", "/../healthz", "?a=/healthz", "#/healthz", "\\healthz", "@evil.example", ":x")
]  # fmt: skip


def rows() -> list[Endpoint]:
    routers()
    openapi_row()
    return [
        row for row in endpoints() if row.path.startswith(("/salon/v1/", "/s/")) and row.summary != "A test."
    ]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    setup = HouseSetup(settings={"server": {"require_key": True}, "gateway": {"detect_local": False}})
    with House(tmp_path_factory.mktemp("matrix") / "data", setup) as running:
        yield running


@pytest.fixture(scope="module")
def keys(house: House) -> dict[str, str]:
    """A key for each right, which holds that alone."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", house.salon("login-link").stdout.strip().removeprefix(house.url))
        cookie = (connection.getresponse().getheader("set-cookie") or "").partition(";")[0]
    owner = {"cookie": cookie, "origin": house.url}
    made = {}
    for right in sorted(OWNER_RIGHTS):
        body = {"name": right, "rights": [right]}
        made[str(right)] = json.loads(house.request("POST", "/salon/v1/keys", body, headers=owner)[1])[
            "secret"
        ]
    return made


def status_of(house: House, row: Endpoint, headers: Mapping[str, str]) -> int:
    """Ask for a row with an id that nothing has; an answer without end is left after its head."""
    path = re.sub(r"\{[^}]*\}", "nothing-here", row.path)
    sent = {"content-type": "application/json", **headers}
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=100)
    with contextlib.closing(connection):
        connection.request(row.method, path, None if row.method == "GET" else b"{}", sent)
        with connection.getresponse() as answer:
            return answer.status


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_right_opens_its_rows_and_no_others(house: House, keys: dict[str, str], carrier: str) -> None:
    assert len(rows()) > 30
    for row in rows():
        for right, secret in keys.items():
            status = status_of(house, row, CARRIERS[carrier](secret))
            is_open = row.policy in {"public", "signed-in", right}
            assert (status not in {401, 403}) == is_open, (row.key, right, status)


def test_nobody_in_particular_opens_what_is_public_alone(house: House) -> None:
    for row in rows():
        assert (status_of(house, row, {}) == 401) == (row.policy != "public"), row.key


def test_a_host_with_a_path_in_it_opens_nothing(house: House, keys: dict[str, str]) -> None:
    key = CARRIERS["bearer"](keys["system.manage"])
    for row in rows():
        for host in HOSTS:
            for headers in ({}, key):
                assert status_of(house, row, {**headers, "host": host}) in {400, 403}, (row.key, host)
