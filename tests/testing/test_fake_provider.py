"""The fake provider keeps its promises: dialects, plans, faults and counts."""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from salon.testing.fake_provider import FakeProvider, Plan, parse_plan
from salon.testing.fake_provider.plan import FAULT_KINDS, POINTS, Fault

PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "ollama": "/api/chat"}


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 100))


def chat(dialect: str, *, model: str = "fake", stream: bool = True, **fields: Any) -> bytes:
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "hello"}], **fields}
    if dialect == "openai" and stream:
        body["stream_options"] = {"include_usage": True}
    data = json.dumps(body).encode()
    head = f"POST {PATHS[dialect]} HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n"
    return head.encode() + b"content-length: %d\r\n\r\n%b" % (len(data), data)


async def ask(fake: FakeProvider, request: bytes, *, tls: ssl.SSLContext | None = None) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", fake.port, ssl=tls)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()


def body_of(answer: bytes) -> bytes:
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return rest
    out = b""
    while rest and not rest.startswith(b"0\r\n"):
        size, _, rest = rest.partition(b"\r\n")
        out, rest = out + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return out


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("dialect", PATHS)
def test_a_stream_says_its_tokens_and_counts_them(dialect: str) -> None:
    async def main() -> None:
        async with FakeProvider(default=Plan(tokens=5)) as fake:
            body = body_of(await ask(fake, chat(dialect)))
            assert body.count(b'"tok "') == 5
            assert fake.journal.exchanges[0].tokens_sent == 5
            assert fake.journal.counts["complete"] == 1

    run(main())


@pytest.mark.parametrize("dialect", PATHS)
def test_a_plain_answer_holds_the_same_text(dialect: str) -> None:
    async def main() -> None:
        async with FakeProvider(default=Plan(text="Grüße aus Zürich", think=2)) as fake:
            answer = await ask(fake, chat(dialect, stream=False))
            assert "Grüße aus Zürich" in body_of(answer).decode()
            assert b"200 OK" in answer

    run(main())


def test_a_model_name_is_a_plan() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            answer = await ask(fake, chat("openai", model="fault:429:2"))
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert b"retry-after: 2\r\n" in answer
            assert fake.journal.counts["status:429"] == 1

    run(main())


@pytest.mark.parametrize("wanted", [-1, 129])
@pytest.mark.parametrize("stream", [True, False])
def test_a_number_of_answers_that_nobody_can_make_is_refused(wanted: int, stream: bool) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            answer = await ask(fake, chat("openai", n=wanted, stream=stream))
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert f"{wanted} answers".encode() in answer

    run(main())


@pytest.mark.parametrize("wanted", [-1, 0, 11, 10**30])
@pytest.mark.parametrize("stream", [True, False])
def test_a_number_of_pictures_that_nobody_can_make_is_refused(wanted: int, stream: bool) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            body = json.dumps({"model": "fake", "prompt": "a", "n": wanted, "stream": stream}).encode()
            head = f"POST /v1/images/generations HTTP/1.1\r\nhost: fake\r\ncontent-length: {len(body)}"
            answer = await ask(fake, f"{head}\r\nconnection: close\r\n\r\n".encode() + body)
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"pictures are not between 1 and 10" in answer

    run(main())


def test_directives_in_the_last_message_count_attempts_by_case() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            messages = [{"role": "user", "content": "hi {{fake case=a1;fault=503}} there"}]
            for _ in range(3):
                await ask(fake, chat("anthropic", messages=messages))
            assert fake.journal.attempts == {"a1": 3}
            assert [exchange.status for exchange in fake.journal.of_case("a1")] == [503] * 3

    run(main())


def test_a_script_comes_before_everything_else() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            fake.script(["fault=500", "text=second"])
            first, second = [await ask(fake, chat("ollama", stream=False)) for _ in range(2)]
            assert first.startswith(b"HTTP/1.1 500 ")
            assert b"second" in second

    run(main())


def test_random_faults_repeat_with_their_seed() -> None:
    async def statuses() -> list[int]:
        async with FakeProvider() as fake:
            fake.random_faults({"429:0": 0.3, "500": 0.3}, seed=7)
            for _ in range(20):
                await ask(fake, chat("openai"))
            return [exchange.status for exchange in fake.journal.exchanges]

    first, second = asyncio.run(statuses()), asyncio.run(statuses())
    assert first == second
    assert {200, 429, 500} == set(first)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_stall_lasts_until_the_caller_leaves(point: str, stream: bool) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            reader, writer = await asyncio.open_connection("127.0.0.1", fake.port)
            writer.write(chat("openai", model=f"fault:stall:{point}", stream=stream))
            await until(lambda: fake.journal.counts["requests"] == 1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.1)
            writer.close()
            await until(lambda: fake.journal.counts["caller-left"] == 1)
            assert fake.journal.exchanges[0].outcome == "caller-left"

    run(main())


@pytest.mark.parametrize("point", ["before-headers", "after-headers", "mid-stream"])
def test_a_reset_is_seen_as_a_reset(point: str) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            with pytest.raises(ConnectionResetError):
                await ask(fake, chat("openai", model=f"fault:reset:{point}"))
            assert fake.journal.counts["fault"] == 1

    run(main())


@pytest.mark.parametrize(
    ("fault", "shows"),
    [
        ("crlf", lambda body: b"\r\n\r\n" in body and b"\n" not in body.replace(b"\r\n", b"")),
        ("no-done", lambda body: b"[DONE]" not in body),
        ("no-final-blank", lambda body: body.endswith(b"[DONE]")),
        ("usage-twice", lambda body: body.count(b'"usage"') == 2),
        ("no-usage", lambda body: b'"usage"' not in body),
        ("error-in-stream", lambda body: b'"error"' in body and b"[DONE]" not in body),
        ("big-event:5000", lambda body: b"x" * 5000 in body),
        ("pings", lambda body: b": FAKE PROCESSING\n\n" in body),
        ("split:3", lambda body: body.count(b'"tok "') == 8),
        ("slow-headers:0.05", lambda body: body.endswith(b"[DONE]\n\n")),
        ("close-at-once", lambda body: body.endswith(b"[DONE]\n\n")),
        ("html", lambda body: body.startswith(b"<html>")),
    ],
)
def test_each_fault_of_framing_shows(fault: str, shows: Callable[[bytes], bool]) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            assert shows(body_of(await ask(fake, chat("openai", model=f"fault:{fault}"))))

    run(main())


def test_a_fault_that_breaks_the_body_ends_the_connection_early() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            for fault in ("bad-chunk", "truncated", "close", "garbage", "half-close"):
                answer = await ask(fake, chat("openai", model=f"fault:{fault}"))
                assert not answer.endswith(b"0\r\n\r\n")

    run(main())


def test_bad_json_is_not_json() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            body = body_of(await ask(fake, chat("ollama", model="fault:bad-json")))
            broken = 0
            for line in body.splitlines():
                try:
                    json.loads(line)
                except ValueError:
                    broken += 1
            assert broken == 1

    run(main())


def test_a_refusing_provider_takes_no_connection_until_it_accepts_again() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            await fake.refuse()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", fake.port)
            await fake.accept_again()
            assert b"200 OK" in await ask(fake, chat("openai"))

    run(main())


def test_a_caller_that_leaves_is_seen_with_the_tokens_it_got() -> None:
    async def main() -> None:
        async with FakeProvider(default=Plan(tokens=1000, rate=100)) as fake:
            reader, writer = await asyncio.open_connection("127.0.0.1", fake.port)
            writer.write(chat("anthropic"))
            await reader.readuntil(b"tok ")
            writer.close()
            await until(lambda: fake.journal.counts["caller-left"] == 1)
            assert 1 <= fake.journal.exchanges[0].tokens_sent < 50
            await until(lambda: fake.journal.open_sockets == 0)

    run(main())


def test_a_large_event_survives_an_immediate_close_over_tls() -> None:
    async def main() -> None:
        async with FakeProvider(tls=True) as fake:
            assert fake.certificate is not None
            trust = ssl.create_default_context(cadata=fake.certificate.decode())
            request = chat("openai", model="fault=big-event;fault=close-at-once")
            answer = await ask(fake, request, tls=trust)
            assert answer.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
            assert len(answer) > 5_000_000

    run(main())


def test_a_wrong_key_is_refused_in_the_dialect() -> None:
    async def main() -> None:
        async with FakeProvider(key="right") as fake:
            answer = await ask(fake, chat("anthropic"))
            assert answer.startswith(b"HTTP/1.1 401 ")
            assert json.loads(body_of(answer))["error"]["type"] == "authentication_error"

    run(main())


def test_tools_and_schemas_are_answered_from_their_schema() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
    tool = {"type": "function", "function": {"name": "weather", "parameters": schema}}
    shape = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    async def main() -> None:
        async with FakeProvider() as fake:
            called = await ask(fake, chat("openai", stream=False, tools=[tool], tool_choice="required"))
            call = json.loads(body_of(called))["choices"][0]["message"]["tool_calls"][0]["function"]
            assert json.loads(call["arguments"]) == {"city": "Zürich", "days": 7}
            shaped = await ask(fake, chat("openai", stream=False, response_format=shape))
            text = json.loads(body_of(shaped))["choices"][0]["message"]["content"]
            assert json.loads(text) == {"city": "Zürich", "days": 7}

    run(main())


def test_a_recording_is_served_byte_for_byte(shared_dir: Any) -> None:
    folder = shared_dir / "recorded-streams"
    place = next(path for path in sorted((folder / "openai" / "chat").iterdir()) if list(path.glob("*.sse")))
    name = str(place.relative_to(folder))

    async def main() -> None:
        async with FakeProvider(recordings=folder) as fake:
            answer = await ask(fake, chat("openai", model=f"recording:{name}"))
            assert body_of(answer) == (place / "response.sse").read_bytes()
            missing = await ask(fake, chat("openai", model="recording:../../design"))
            assert missing.startswith(b"HTTP/1.1 404 ")

    run(main())


def test_a_thread_serves_synchronous_callers() -> None:
    with FakeProvider().in_thread() as fake, socket.create_connection(("127.0.0.1", fake.port)) as caller:
        caller.sendall(b"GET /-/stats HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: caller.recv(65536), b""))
    assert json.loads(body_of(answer))["counts"]["requests"] == 1


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/v1/models", '"object":"list"'),
        ("/api/tags", '"name":"fake-large"'),
        ("/api/version", '"version"'),
        ("/nothing", '"error"'),
    ],
)
def test_lists_are_served(path: str, shows: str) -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            request = f"GET {path} HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n\r\n"
            assert shows in body_of(await ask(fake, request.encode())).decode()

    run(main())


def test_faults_can_hit_the_first_attempts_only() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            messages = [{"role": "user", "content": "{{fake case=b;times=2;fault=500}}"}]
            for _ in range(3):
                await ask(fake, chat("openai", messages=messages))
            assert [exchange.status for exchange in fake.journal.exchanges] == [500, 500, 200]

    run(main())


def test_damage_repeats_with_its_seed() -> None:
    async def main() -> None:
        async with FakeProvider(default=Plan(tokens=40)) as fake:
            once, again, other = [
                body_of(await ask(fake, chat("ollama", model=f"fault:mutate:{seed}"))) for seed in (1, 1, 2)
            ]
            assert once == again != other

    run(main())


def test_a_provider_may_echo_the_credential() -> None:
    async def main() -> None:
        async with FakeProvider() as fake:
            request = chat("openai", model="fault:echo-key").replace(
                b"host: fake", b"host: fake\r\nauthorization: Bearer sk-secret"
            )
            assert b"sk-secret" in body_of(await ask(fake, request))

    run(main())


def test_directives_are_read_or_refused() -> None:
    plan = parse_plan("tokens=3;rate=2.5;delay=1;think=4;call;case=x;fault=stall:after-last;fault=split:7")
    assert plan == Plan(
        tokens=3,
        rate=2.5,
        delay_s=1,
        think=4,
        call=True,
        case="x",
        faults=(Fault(kind="stall", point="after-last"), Fault(kind="split", size=7)),
    )
    for wrong in ("fault=nonsense", "fault=stall:nowhere", "toks=3"):
        with pytest.raises(ValueError, match="unknown"):
            parse_plan(wrong)
    assert {"stall", "reset", "split"} <= set(FAULT_KINDS)
