"""What both doors must do alike."""

import asyncio

import pytest

from salon.testing.raw_http import chat_request, request_bytes

CHAT = "/v1/chat/completions"


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "ollama"])
def test_a_chat_request_reaches_the_gateway_in_its_dialect(doors, dialect):
    async def run():
        async with doors() as server:
            answer = await server.ask(chat_request(dialect, "hello", key="sk-salon-good"))
            assert answer.complete
            assert answer.status == 200
            assert answer.json()["who"] == "good"
            assert answer.json()["dialect"] == dialect

    asyncio.run(run())


def test_a_stream_arrives_whole_and_chunked(doors):
    async def run():
        async with doors() as server:
            answer = await server.ask(chat_request("openai", "hello", headers={"x-mode": "stream"}))
            assert answer.complete
            assert answer.body == b"".join(b"data: %d\n\n" % number for number in range(5))
            assert answer.headers["transfer-encoding"] == "chunked"

    asyncio.run(run())


def test_requests_follow_each_other_on_one_connection(doors):
    async def run():
        async with doors() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            for size in (2, 70_000, 3):
                body = b"x" * size
                writer.write(
                    b"POST %b HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n"
                    % (CHAT.encode(), size)
                )
                writer.write(body)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                assert b'"size": %d' % size in await reader.readexactly(length)
            writer.close()

    asyncio.run(run())


def test_pipelined_requests_are_answered_in_order(doors):
    async def run():
        async with doors() as server:
            slow = (
                b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-mode: slow\r\ncontent-length: 1\r\n\r\na"
            )
            quick = b"POST /api/chat HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\nbb"
            last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(slow + quick + last)
            answers = await asyncio.wait_for(reader.read(), 30)
            places = [answers.index(mark) for mark in (b'"anthropic"', b'"ollama"', b"ok\n")]
            assert places == sorted(places)
            assert answers.count(b"HTTP/1.1 200") == 3
            writer.close()

    asyncio.run(run())


def test_expect_100_continue_is_honoured(doors):
    async def run():
        async with doors() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            head = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
            writer.write(head)
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"{}")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("started", [{}, {"x-started": "1"}])
def test_the_gateway_hears_when_the_client_leaves(doors, started):
    async def run():
        async with doors() as server:
            request = chat_request("openai", "hello", headers={"x-mode": "hang", **started})
            asking = asyncio.create_task(server.ask(request))
            await server.until(lambda: server.gateway.running == 1)
            asking.cancel()
            await server.until(lambda: server.gateway.left == 1 and server.gateway.running == 0)

    asyncio.run(run())


def test_a_reader_that_stops_holds_the_writer_back(doors):
    async def run():
        async with doors() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
            total = 50_000_000
            headers = {"x-mode": "flood", "x-total": str(total), "connection": "keep-alive"}
            writer.write(chat_request("openai", "hello", headers=headers))
            await reader.readuntil(b"\r\n\r\n")
            before = -1
            while before != server.gateway.written_bytes:
                before = server.gateway.written_bytes
                await asyncio.sleep(0.1)
            assert before < 12_000_000
            while server.gateway.written_bytes < total:
                assert await reader.read(1 << 20)
            writer.close()
            await server.until(lambda: server.gateway.running == 0)

    asyncio.run(run())


def test_an_aborted_reply_is_a_cut_and_not_an_end(doors):
    async def run():
        async with doors() as server:
            answer = await server.ask(chat_request("openai", "hello", headers={"x-mode": "abort"}))
            assert answer.status == 200
            assert not answer.complete

    asyncio.run(run())


def test_a_value_with_a_line_break_adds_no_header(doors):
    async def run():
        async with doors() as server:
            answer = await server.ask(chat_request("openai", "hello", headers={"x-mode": "split"}))
            assert answer.status == 200
            assert "set-cookie" not in answer.headers

    asyncio.run(run())


def test_an_answer_under_way_is_finished_before_the_server_stops(doors):
    async def run():
        async with doors() as server:
            asking = asyncio.create_task(server.ask(chat_request("openai", "x", headers={"x-mode": "slow"})))
            await server.until(lambda: server.gateway.running == 1)
            server.server.should_exit = True
            answer = await asking
            assert answer.complete
            assert answer.status == 200

    asyncio.run(run())


def test_the_local_socket_is_the_owner_without_a_key(doors, tmp_path):
    async def run():
        path = tmp_path / "s.sock"
        async with doors(unix_path=path, require_key=True) as server:
            answer = await server.ask(chat_request("openai", "hello"), unix_path=str(path))
            assert answer.json()["who"] == "owner"
            assert server.gateway.calls[0].identity.caller.via == "local"

    asyncio.run(run())


def test_other_methods_and_addresses_are_told_so(doors):
    async def run():
        async with doors() as server:
            wrong = await server.ask(request_bytes("GET", CHAT))
            assert wrong.status == 405
            assert wrong.headers["allow"] == "POST"
            assert wrong.json()["error"]["message"]
            nowhere = await server.ask(request_bytes("POST", "/v1/nowhere", b"{}"))
            assert (nowhere.status, nowhere.json()["error"]["code"]) == (404, "not_found")
            for method in ("GET", "POST", "PUT"):
                beta = await server.ask(request_bytes(method, "/v1beta/nowhere", b"{}"))
                assert (beta.status, beta.json()["error"]["status"]) == (404, "NOT_FOUND")
            ollama = await server.ask(request_bytes("POST", "/api/nowhere", b"{}"))
            assert ollama.status == 404
            missing = await server.ask(request_bytes("GET", "/v1/nowhere"))
            assert missing.status == 404
            options = await server.ask(request_bytes("OPTIONS", CHAT))
            assert options.status == 204
            assert options.headers["allow"] == "POST, OPTIONS"
            assert "access-control-allow-origin" not in options.headers
            head = await server.ask(b"HEAD /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "3")

    asyncio.run(run())


@pytest.mark.parametrize("started", [{}, {"x-started": "1"}])
def test_an_answer_under_way_ends_with_its_key(doors, started):
    async def run():
        async with doors() as server:
            request = chat_request("openai", "x", key="sk-salon-good", headers={"x-mode": "hang", **started})
            asking = asyncio.create_task(server.ask(request))
            owner = asyncio.create_task(server.ask(chat_request("openai", "x", headers={"x-mode": "slow"})))
            await server.until(lambda: server.gateway.running == 2)
            server.accounts.end("sk-salon-good")
            cut = await asyncio.wait_for(asking, 30)
            assert cut.complete is not bool(started)
            assert started or cut.status == 401
            assert (await owner).complete
            await server.until(lambda: server.gateway.left == 1 and server.gateway.running == 0)

    asyncio.run(run())
