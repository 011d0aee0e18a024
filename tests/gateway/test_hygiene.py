"""What must not cross: credentials, cookies, hop-by-hop headers, secrets in errors, rows and logs."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from salon.gateway.protocols.base import DialectName
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import OWNER, GatewayBench

Play = Callable[..., None]
CANARY = "sk-upstream-canary"
THEIRS = {
    "authorization": "Bearer sk-salon-caller-canary",
    "x-api-key": "sk-salon-caller-canary",
    "api-key": "sk-salon-caller-canary",
    "cookie": "session=caller-canary",
    "connection": "keep-alive, x-secret",
    "x-secret": "caller-canary",
    "te": "trailers",
    "proxy-authorization": "caller-canary",
    "x-forwarded-for": "203.0.113.9",
    "host": "caller-canary.example",
    "transfer-encoding": "chunked",
    "accept-encoding": "gzip",
    "user-agent": "caller-canary",
    "openai-organization": "caller-canary",
}


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_nothing_of_the_caller_but_its_request_goes_upstream(play: Play, provider: DialectName) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        headers = {**THEIRS, "anthropic-beta": "context-1m", "anthropic-version": "2023-06-01"}
        await bench.call(f"{provider}/fake", dialect=provider, headers=headers)
        sent = dict(fake.journal.exchanges[-1].headers)
        assert "caller-canary" not in str(sent)
        usual = {"host", "content-type", "content-length", "accept", "accept-encoding", "user-agent"}
        key = {"anthropic": "x-api-key"}.get(provider, "authorization")
        usual |= {"x-salon-via"}  # an address of its own may be another Salon
        own = {"anthropic-version", "anthropic-beta"} if provider == "anthropic" else set[str]()
        assert set(sent) == usual | {key} | own
        assert sent[key].removeprefix("Bearer ") == CANARY

    play(scene)


@pytest.mark.parametrize("fault", ["401", "403", "429", "500", "bad-json", "html", "reset:before-headers"])
def test_no_upstream_secret_reaches_the_caller_rows_or_logs(
    play: Play, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for stream in (True, False):
            reply = await bench.call("openai/fake", f"{{{{fake fault={fault}}}}}", stream=stream)
            assert CANARY.encode() not in reply.body
            assert CANARY not in str(reply.headers)
        assert CANARY not in str(await bench.rows())

    caplog.set_level(logging.DEBUG)
    play(scene)
    assert CANARY not in caplog.text


async def echo_key(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer 401 and repeat the credential, as some providers do."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line for line in head.splitlines() if line.startswith("authorization:"))
    body = (
        b'{"error":{"message":"Incorrect API key provided: %s","type":"invalid_request_error"}}'
        % key.encode()
    )
    writer.write(
        b"HTTP/1.1 401 No\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    )
    writer.write(body)
    await writer.drain()
    writer.close()


def test_a_key_echoed_by_the_provider_is_blotted_out(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        async with await asyncio.start_server(echo_key, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            spec = ProviderSpec(
                name="echo",
                kind="openai-compatible",
                base_url=f"http://127.0.0.1:{port}/v1",
                api_key=CANARY,
                allow_private=True,
            )
            await bench.service.add(OWNER.caller, spec)
            for dialect in ("openai", "anthropic", "ollama"):
                reply = await bench.call("echo/x", dialect=dialect)
                assert reply.status == 502
                assert CANARY.encode() not in reply.body

    play(scene)


def test_what_the_provider_sends_besides_the_answer_stays_there(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.call("openai/fake", stream=True)
        assert set(reply.headers) == {
            "content-type", "cache-control", "x-request-id", "x-salon-request-id", "x-salon-route",
            "x-salon-attempts", "x-salon-cache", "x-upstream-request-id",
        }  # fmt: skip

    play(scene)
