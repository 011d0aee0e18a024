"""A shared conversation from outside: the page for strangers, its files, its end; and the command line."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from salon.testing.columns import Column
from salon.testing.house import House, HouseAnswer, HouseSetup

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
MOST_WRONG = 30


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_column: Column) -> Iterator[House]:
    settings = {"server": {"wrong_credentials_per_minute": MOST_WRONG}}
    with House(
        tmp_path_factory.mktemp("house") / "data", HouseSetup(column=module_column, settings=settings)
    ) as running:
        yield running


def ask(house: House, method: str, path: str, body: object = None, status: int = 200) -> dict:  # type: ignore[type-arg]
    got, answer = house.request(method, f"/salon/v1{path}", body)
    assert got == status, answer
    return orjson.loads(answer)


def talk(house: House) -> str:
    made = str(ask(house, "POST", "/conversations", {"title": "A <b>talk</b>"}, 201)["id"])
    parts = [
        {"kind": "text", "text": "Hello **world** <script>alert(1)</script>"},
        {
            "kind": "image",
            "media_type": "image/png",
            "data": base64.b64encode(PNG).decode(),
            "name": "dot.png",
        },
    ]
    ask(house, "POST", f"/conversations/{made}/messages", {"messages": [{"parts": parts}]}, 201)
    return made


def get(house: House, path: str, **headers: str) -> HouseAnswer:
    return house.exchange("GET", path, headers=headers)


def path_of(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)


def test_a_stranger_reads_the_page_and_its_picture(house: House) -> None:
    made = ask(house, "POST", "/shares", {"conversation_id": talk(house)}, 201)
    page = get(house, path_of(made["url"]))
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<strong>world</strong>" in page.body
    assert b"<script" not in page.body
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["cache-control"] == "private, no-cache"
    again = get(house, path_of(made["url"]), **{"if-none-match": page.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    picture = get(house, f"{path_of(made['url'])}/files/0-0")
    assert (picture.body, picture.headers["content-type"]) == (PNG, "image/png")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert get(house, f"{path_of(made['url'])}/files/0-7").status == 404
    assert get(house, f"{path_of(made['url'])}/files/a-b").status == 404
    code = get(house, f"{path_of(made['url'])}/qr.svg")
    assert code.body.startswith(b"<svg")
    assert made["qr_svg"].startswith("<svg")


def test_a_link_opens_for_a_browser_whose_session_is_over(house: House) -> None:
    made = ask(house, "POST", "/shares", {"conversation_id": talk(house), "kind": "tree"}, 201)
    cookie = "salon_session=ss-salon-" + "x" * 43
    assert get(house, path_of(made["url"]), cookie=cookie).status == 200
    assert get(house, "/salon/v1/shares", cookie=cookie).status == 401


def test_revoked_wrong_and_damaged_links_answer_alike(house: House) -> None:
    made = ask(house, "POST", "/shares", {"conversation_id": talk(house), "expires_in_s": 3600}, 201)
    link = path_of(made["url"])
    assert ask(house, "POST", f"/shares/{made['id']}/revise")["revision"] == 2
    assert ask(house, "POST", f"/shares/{made['id']}/revoke")["is_open"] is False
    answers = [
        get(house, path) for path in (link, "/s/made-up", link + "x", f"{link}/files/0-0", f"{link}/qr.svg")
    ]
    assert {(one.status, one.body) for one in answers} == {(404, answers[0].body)}
    assert b"Nothing is shared here" in answers[0].body
    assert ask(house, "GET", f"/shares/{made['id']}")["revoked_at_ms"] is not None


def test_a_reader_who_is_signed_in_continues_as_a_copy(house: House) -> None:
    made = ask(house, "POST", "/shares", {"conversation_id": talk(house)}, 201)
    assert b"Continue as my copy" in get(house, path_of(made["url"])).body
    copied = house.exchange("POST", f"{path_of(made['url'])}/copy", headers={})
    assert copied.status == 303
    own = copied.headers["location"].removeprefix("/c/")
    assert ask(house, "GET", f"/conversations/{own}")["messages"] == 1
    by_link = ask(house, "POST", "/shares/copy", {"link": made["url"]}, 201)
    assert by_link["title"] == "A <b>talk</b>"
    foreign = {"origin": "https://evil.example"}
    assert house.exchange("POST", f"{path_of(made['url'])}/copy", headers=foreign).status == 403


def test_the_command_shares_lists_and_revokes(house: House) -> None:
    shared = house.salon("share", talk(house), "--expires", "7d")
    assert shared.returncode == 0, shared.stderr
    assert shared.stdout.startswith(f"{house.url}/s/")  # and not the name that a socket goes by
    assert get(house, path_of(shared.stdout.strip())).status == 200
    share_id = re.search(r"shr_\w+", shared.stderr)
    assert share_id is not None
    assert share_id[0] in house.salon("shares").stdout
    assert house.salon("shares", "revise", share_id[0]).returncode == 0
    assert house.salon("shares", "copy", shared.stdout.strip()).stdout.startswith("cnv_")
    assert house.salon("shares", "revoke", share_id[0]).returncode == 0
    assert get(house, path_of(shared.stdout.strip())).status == 404
    assert house.salon("share", "cnv_x", "--expires", "soon").returncode == 2


def test_whoever_guesses_links_is_told_to_wait(house: House, tmp_path: Path) -> None:
    del tmp_path
    answers = [get(house, f"/s/guess-{number}") for number in range(MOST_WRONG + 5)]
    assert {one.status for one in answers} == {404, 429}
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert b"<h1>Too many tries</h1>" in answers[-1].body
