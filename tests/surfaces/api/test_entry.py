"""Who comes in: Host, Origin, credentials, and the same verdict through both doors."""

import asyncio

import pytest

from salon.gateway.protocols.forms import MEDIA_TYPE, form_of
from salon.surfaces.api.endpoints import CORE, endpoints
from salon.testing.raw_http import request_bytes

FOREIGN_HOSTS = [
    "evil.example", "evil.example:8420", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
    "169.254.169.254", "localhost@evil.example", "localhost/x", "localhost?x", "localhost#x", "localhost\\x",
    "localhost, evil.example", " ", "localhost:", "localhost:abc", "localhost:999999", "[::1", "::1", "0.0.0.0",
    "127.1", "2130706433", "0x7f.0.0.1", "localhost%00", "localhost.", "a" * 300, "[::ffff:7f00:1]", "example.com:80",
]  # fmt: skip
FOREIGN_ORIGINS = [
    "null", "http://evil.example", "https://evil.example", "http://localhost:1", "http://localhost.evil.example",
    "http://127.0.0.1", "file://", "chrome-extension://abc", "HTTP://EVIL.EXAMPLE", "http://", "localhost",
    "http://localhost@evil.example",
]  # fmt: skip
PATHS = ["/v1/chat/completions", "/healthz", "/", "/v1/models", "/salon/v1/anything"]


def _request(path, **headers):
    method = "POST" if path == "/v1/chat/completions" else "GET"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request_bytes(method, path, b"{}" if method == "POST" else b"", named)


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_host_is_refused_everywhere(doors, path):
    async def run():
        async with doors() as server:
            for host in FOREIGN_HOSTS:
                answer = await server.ask(_request(path, host=host))
                assert answer.status in {400, 403}, host
            assert server.gateway.calls == []
            for host in ("localhost", "LOCALHOST:99", "127.0.0.1:8420", "[::1]:1"):
                assert (await server.ask(_request(path, host=host))).status in {200, 404}, host

    asyncio.run(run())


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_origin_is_refused_everywhere(doors, path):
    async def run():
        async with doors() as server:
            for origin in FOREIGN_ORIGINS:
                answer = await server.ask(_request(path, host="localhost:5", origin=origin))
                assert answer.status == 403, origin
                assert "access-control-allow-origin" not in answer.headers
            assert server.gateway.calls == []
            own = await server.ask(_request(path, host="localhost:5", origin="http://localhost:5"))
            assert own.status in {200, 404}

    asyncio.run(run())


def test_a_foreign_page_that_embeds_an_address_is_refused(doors):
    async def run():
        async with doors() as server:
            embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
            assert (await server.ask(request_bytes("GET", "/v1/models", b"", embedded))).status == 403
            link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
            assert (await server.ask(request_bytes("GET", "/healthz", b"", link))).status == 200

    asyncio.run(run())


def test_an_allowed_origin_may_read_and_ask_first(doors):
    async def run():
        page = "https://page.example"
        async with doors(allowed_origins=(page,)) as server:
            answer = await server.ask(
                _request("/v1/chat/completions", origin=page, authorization="Bearer sk-salon-good")
            )
            assert answer.headers["access-control-allow-origin"] == page
            asked = {"origin": page, "access-control-request-headers": "authorization"}
            first = await server.ask(request_bytes("OPTIONS", "/v1/messages", b"", asked))
            assert first.status == 204
            assert first.headers["access-control-allow-headers"] == "authorization"
            other = await server.ask(_request("/v1/models", origin="https://other.example"))
            assert other.status == 403

    asyncio.run(run())


CARRIERS = {
    "bearer": lambda secret: ("", {"authorization": f"Bearer {secret}"}),
    "bearer in small letters": lambda secret: ("", {"authorization": f"bearer {secret}"}),
    "x-api-key": lambda secret: ("", {"x-api-key": secret}),
    "api-key": lambda secret: ("", {"api-key": secret}),
    "x-goog-api-key": lambda secret: ("", {"x-goog-api-key": secret}),
}
ROWS = [row for row in CORE if row.operation != "page"]


def _row_request(row, query, headers):
    path = row.path.replace("{model:path}", "kind/name")
    body = b'{"model":"small-1"}' if row.method == "POST" else b""
    if row.form == row.dialect is not None:
        body, headers = form_of({"model": "small-1"}), {**headers, "content-type": MEDIA_TYPE.decode()}
    return request_bytes(row.method, path + query, body, headers)


def _verdict(row, answer):
    """Return the status; 200 for a row that was let in, behind which this house has nothing to answer with."""
    is_in = row.operation in {"files", "batches", "responses"} and b"no endpoint" in answer.body
    is_in = (
        is_in
        or {"session": 426, "responses": 426, "client": 426, "secret": 400}.get(row.realtime) == answer.status
    )
    return 200 if is_in else answer.status


def _expected(row, who):
    if row.policy == "public":
        return 401 if who == "wrong" else 200
    if who == "none":
        return 401
    if who == "wrong":
        return 401
    if who == "idle":
        return 403
    return 200 if who == "owner" or row.policy in {"signed-in", "models.use"} else 403


@pytest.mark.parametrize("require_key", [True, False])
@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_row_and_carrier_gives_the_expected_verdict(doors, carrier, require_key):
    secrets = {"good": "sk-salon-good", "wrong": "sk-salon-wrong", "idle": "sk-salon-idle"}

    async def run():
        async with doors(require_key=require_key) as server:
            for row in ROWS:
                for who in ("none", "wrong", "good", "idle"):
                    query, headers = CARRIERS[carrier](secrets[who]) if who != "none" else ("", {})
                    answer = await server.ask(_row_request(row, query, headers))
                    expected = _expected(row, "owner" if who == "none" and not require_key else who)
                    assert _verdict(row, answer) == expected, (row.path, who)

    asyncio.run(run())


def test_a_browser_session_is_the_owner_but_only_for_our_own_page(doors):
    async def run():
        async with doors(require_key=True) as server:
            cookie = {"cookie": "a=b; salon_session=session-good", "host": "localhost:5"}
            for row in ROWS:
                own = await server.ask(_row_request(row, "", cookie | {"origin": "http://localhost:5"}))
                assert _verdict(row, own) == 200, row.path
                bare = await server.ask(_row_request(row, "", cookie))
                assert _verdict(row, bare) == (200 if row.method == "GET" else 403), row.path
            wrong = await server.ask(_row_request(ROWS[3], "", {"cookie": "salon_session=other"}))
            assert wrong.status == 401
            two = {"cookie": "salon_session=session-good; salon_session=other"}
            assert (await server.ask(_row_request(ROWS[3], "", two))).status == 401

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models"])
def test_a_key_that_another_process_just_made_is_let_in(doors, path):
    async def run():
        async with doors() as server:
            new, guessed = (f"sk-salon-{letter * 43}" for letter in "ng")
            server.accounts.elsewhere[new] = server.accounts.keys["sk-salon-good"]
            for _ in range(2):
                assert (await server.ask(_request(path, authorization=f"Bearer {new}"))).status == 200
            assert server.accounts.looks == 1
            assert (await server.ask(_request(path, authorization=f"Bearer {guessed}"))).status == 401
            assert (await server.ask(_request(path, authorization="Bearer ' OR 1=1"))).status == 401
            assert server.accounts.looks == 2, "what no Salon made is looked for nowhere"

    asyncio.run(run())


@pytest.mark.parametrize(
    "query", ["?key=sk-salon-good", "?api_key=x", "?a=b&access_token=sk-salon-good", "?KEY="]
)
def test_a_key_in_the_address_is_never_accepted(doors, query):
    async def run():
        async with doors() as server:
            for row in ROWS:
                if row.policy != "public":
                    answer = await server.ask(_row_request(row, query, {}))
                    assert answer.status == 401, row.path
                    assert "sk-salon-good" not in answer.body.decode()

    asyncio.run(run())


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Basic c2s6c2s="},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": "sk-salon-good"},
        {"authorization": "Bearer " + "a" * 2000},
        {"authorization": "Bearer \xe9"},
        {"authorization": "Bearer sk-salon-good", "x-api-key": "other"},
        {"x-api-key": ""},
        {"x-api-key": "' OR '1'='1"},
    ],
)
def test_a_doubtful_credential_is_refused_and_never_falls_back_to_the_owner(doors, headers):
    async def run():
        async with doors() as server:
            for row in (ROWS[0], ROWS[3]):
                answer = await server.ask(_row_request(row, "", headers))
                assert answer.status == 401
                assert answer.headers["www-authenticate"] == "Bearer"
            assert server.gateway.calls == []

    asyncio.run(run())


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_a_forwarded_request_is_not_the_owner(doors, name):
    async def run():
        async with doors() as server:
            for row in (ROWS[0], ROWS[3]):
                assert (await server.ask(_row_request(row, "", {name: "203.0.113.9"}))).status == 401

    asyncio.run(run())


def test_a_refusal_keeps_the_connection_for_a_short_body(doors):
    async def run():
        async with doors() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for key, status in ((b"wrong", b"401"), (b"sk-salon-good", b"200")):
                head = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: %b\r\ncontent-length: 2\r\n\r\n{}"
                writer.write(head % key)
                answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
                assert answer.split()[1] == status
                length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
            writer.close()

    asyncio.run(run())


def test_a_stranger_cannot_upload_a_large_body(hot_door):
    async def run():
        async with hot_door(require_key=True) as server:
            head = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50000000\r\n\r\n"
            answer = await server.ask(head)
            assert answer.status == 401
            assert answer.json()["type"] == "error"

    asyncio.run(run())


def test_every_public_row_says_why():
    assert all(row.why_public for row in endpoints() if row.policy == "public")
