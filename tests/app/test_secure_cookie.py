"""The session cookie behind a proxy that ends TLS, below a path, and on plain loopback."""

import contextlib
import http.client
from collections.abc import Iterator, Mapping

import pytest

from salon.testing.house import House, HouseSetup

PUBLIC = "https://salon.example.org"
AT_PROXY = {"host": "salon.example.org", "x-forwarded-for": "203.0.113.9"}
OVER_TLS = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that is told its public address."""
    server = {"public_address": PUBLIC, "require_key": True}
    with House(tmp_path_factory.mktemp("told") / "data", HouseSetup(settings={"server": server})) as house:
        yield house


@pytest.fixture(scope="module")
def believing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house below a path that believes a proxy on this machine."""
    server = {"trusted_proxies": ["127.0.0.0/8"], "base_path": "/models", "require_key": True}
    setup = HouseSetup(settings={"server": server})
    with House(tmp_path_factory.mktemp("believing") / "data", setup) as house:
        yield house


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    setup = HouseSetup(settings={"server": {"require_key": True}})
    with House(tmp_path_factory.mktemp("plain") / "data", setup) as house:
        yield house


def sign_in(house: House, headers: Mapping[str, str] | None = None) -> str:
    """Use a link up as a browser behind a proxy that adds ``headers``; return the cookie as it is set."""
    link = house.salon("login-link").stdout.strip()
    path = link[link.index("/", len("https://")) :]
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=dict(headers or {}))
        return connection.getresponse().getheader("set-cookie") or ""


def cleared(house: House, path: str, headers: Mapping[str, str]) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("POST", path, headers=dict(headers))
        answer = connection.getresponse()
        assert answer.status == 204
        return answer.headers.get_all("set-cookie") or []


def test_public_address_over_tls_binds_the_cookie_to_the_host(told: House) -> None:
    assert told.salon("login-link").stdout.startswith(f"{PUBLIC}/signin/")
    cookie = sign_in(told, AT_PROXY)
    assert cookie.startswith("__Host-salon_session=ss-salon-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    sent = {**AT_PROXY, "cookie": cookie.partition(";")[0]}
    assert told.request("GET", "/salon/v1/status", headers=sent)[0] == 200
    page = {**sent, "origin": PUBLIC}
    (gone,) = cleared(told, "/salon/v1/sign-out", page)
    assert gone.startswith('__Host-salon_session=""; ')
    assert {"Secure", "Max-Age=0", "Path=/"} <= set(gone.split("; "))
    assert told.request("GET", "/salon/v1/status", headers=sent)[0] == 401


def test_browser_on_this_machine_past_the_proxy_gets_a_plain_cookie(told: House) -> None:
    cookie = sign_in(told)
    assert cookie.startswith("salon_session=")
    assert "Secure" not in cookie


def test_proxy_that_is_believed_tells_of_tls(believing: House) -> None:
    cookie = sign_in(believing, OVER_TLS)
    assert cookie.startswith("__Secure-salon_session=")
    assert {"Secure", "Path=/models/"} <= set(cookie.split("; "))
    sent = {**OVER_TLS, "cookie": cookie.partition(";")[0]}
    assert believing.request("GET", "/models/salon/v1/status", headers=sent)[0] == 200
    plain = sign_in(believing, {**OVER_TLS, "x-forwarded-proto": "https, http"})
    assert plain.startswith("salon_session=")


def test_stranger_who_says_https_is_not_believed(plain: House) -> None:
    cookie = sign_in(plain, OVER_TLS)
    assert cookie.startswith("salon_session=")
    assert "Secure" not in cookie


def test_every_cookie_of_a_browser_is_ended_and_cleared_at_sign_out(plain: House) -> None:
    old, new = (sign_in(plain).partition(";")[0].partition("=")[2] for _ in range(2))
    sent = {"cookie": f"salon_session={old}; __Host-salon_session={new}", "origin": plain.url}
    names = {line.partition("=")[0] for line in cleared(plain, "/salon/v1/sign-out", sent)}
    assert names == {"salon_session", "__Host-salon_session"}
    for secret in (old, new):
        left = {"cookie": f"salon_session={secret}"}
        assert plain.request("GET", "/salon/v1/status", headers=left)[0] == 401


def test_guarded_cookie_counts_before_a_plain_one_that_a_neighbour_may_have_set(plain: House) -> None:
    secret = sign_in(plain).partition(";")[0].partition("=")[2]
    mine = {"cookie": f"salon_session=ss-salon-planted; __Host-salon_session={secret}"}
    assert plain.request("GET", "/salon/v1/status", headers=mine)[0] == 200
    planted = {"cookie": f"__Host-salon_session=ss-salon-old; salon_session={secret}"}
    assert plain.request("GET", "/salon/v1/status", headers=planted)[0] == 401


def test_sign_in_links_cannot_be_guessed_on_and_on(believing: House) -> None:
    away = {"x-forwarded-for": "198.51.100.77"}
    answers = [believing.request("GET", f"/models/signin/in-salon-{n}", headers=away)[0] for n in range(103)]
    assert answers == [401] * 100 + [429] * 3
    assert sign_in(believing, away) == ""
    assert sign_in(believing, {"x-forwarded-for": "198.51.100.78"}) != ""
