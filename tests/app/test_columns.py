"""The house on its larger column: PostgreSQL, Redis, an S3 store, a trace collector; one suite for all."""

import asyncio
import http.server
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.app.compose import compose
from salon.app.configuration import load
from salon.app.source import find_source
from salon.foundation.egress import ADMIN, HttpRequest, parse_url
from salon.foundation.kit.caller import SpaceScope
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.load import until

SECRET = "sk-upstream-canary-4711"
QUESTION = "a question nobody else may read"


@pytest.fixture(params=["postgresql", "postgresql and redis"])
def column(request: pytest.FixtureRequest, postgres_url: str) -> dict[str, dict[str, Any]]:
    """The settings of one column."""
    settings: dict[str, dict[str, Any]] = {"storage": {"url": postgres_url}}
    if "redis" in request.param:
        settings["redis"] = {"url": request.getfixturevalue("redis_url")}
    return settings


def _managed(house: House, method: str, path: str, value: Any = None) -> Any:
    status, body = house.request(method, f"/salon/v1/{path}", value)
    assert status < 300, body
    return json.loads(body)


def _chat(house: House, key: str, *, model: str = "demo", **headers: str) -> int:
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    sent = {"authorization": f"Bearer {key}", **headers}
    return house.request("POST", "/v1/chat/completions", body, headers=sent)[0]


def test_one_process_serves_records_and_restarts(tmp_path: Path, column: dict[str, Any]) -> None:
    house = House(tmp_path / "data", HouseSetup(settings=column))
    with house:
        key = house.create_key("kept", "--budget", "5.00")
        assert _chat(house, key) == 200
        until(lambda: _managed(house, "GET", "usage")["items"] != [], what="the request")
        status = _managed(house, "GET", "status")
        assert status["storage"] == {"dialect": "postgresql", "ok": True, "detail": "ok"}
        assert status["redis"] == {"configured": "redis" in column, "ok": "redis" in column}
        assert _managed(house, "POST", "database/check") == {"ok": True, "problems": []}
    assert not (house.data_dir / "salon.db").exists()
    with house:
        assert _chat(house, key) == 200
        assert _managed(house, "GET", "requests")["items"][0]["key_name"] == "kept"


def test_two_processes_are_one_house(tmp_path: Path, column: dict[str, Any]) -> None:
    first = House(tmp_path / "first", HouseSetup(settings=column))
    second = House(tmp_path / "second", HouseSetup(settings=column))
    with first, second:
        key = first.create_key("shared")
        until(lambda: _chat(second, key) == 200, what="the key")
        _managed(first, "PUT", "aliases/ours", {"targets": [{"model": "demo/demo"}]})
        until(lambda: _chat(second, key, model="ours") == 200, what="the alias")
        assert second.salon("keys", "revoke", "shared").returncode == 0
        assert _chat(second, key) == 401
        until(lambda: _chat(first, key) == 401, what="the end of the key")


def test_rate_limit_holds_over_processes(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    setup = HouseSetup(settings={"storage": {"url": postgres_url}, "redis": {"url": redis_url}})
    with House(tmp_path / "first", setup) as first, House(tmp_path / "second", setup) as second:
        key = first.create_key("slow", "--rpm", "3")
        until(lambda: _chat(second, key) != 401, what="the key")
        answers = [_chat(house, key) for house in (first, second, first, second)]
        assert answers.count(200) == 2
        assert answers.count(429) == 2


def test_backup_of_postgresql_is_made_by_its_own_tool(
    tmp_path: Path, postgres_url: str, postgres_tools: Path
) -> None:
    setup = HouseSetup(
        settings={"storage": {"url": postgres_url}}, environment={"PATH": f"{postgres_tools}:/usr/bin:/bin"}
    )
    with House(tmp_path / "data", setup) as house:
        made = _managed(house, "POST", "database/backup", {})
        written = Path(made["path"])
        assert written.parent == house.data_dir / "backups"
        assert written.suffix == ".dump"
        assert written.stat().st_size > 1000
        assert written.stat().st_mode & 0o077 == 0


def test_backup_without_the_tool_says_what_to_install(tmp_path: Path, postgres_url: str) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    setup = HouseSetup(settings={"storage": {"url": postgres_url}}, environment={"PATH": str(empty)})
    with House(tmp_path / "data", setup) as house:
        status, body = house.request("POST", "/salon/v1/database/backup", {})
        assert status == 503
        assert "pg_dump is not on PATH" in body.decode()
        assert "Install the PostgreSQL client programs" in body.decode()
        assert list((house.data_dir / "backups").glob("*")) == []
        assert house.get("/readyz")[0] == 200


# -- files in an S3 store -------------------------------------------------------------------------


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


def test_files_of_a_house_are_kept_in_its_bucket(tmp_path: Path, s3_endpoint: str) -> None:
    options = {"files.kind": "s3", "files.s3_endpoint": s3_endpoint, "files.s3_bucket": "house"}
    options |= {"files.s3_access_key": "key", "files.s3_secret_key": "secret"}
    source = find_source(data_dir=str(tmp_path), environ={}, options=options)
    url, _ = parse_url(s3_endpoint)

    async def play() -> bytes:
        house = await compose(load(source), role="gateway", address=None)
        try:
            bucket = HttpRequest(url=url, method=b"PUT", target=b"/house")
            assert (await house.http.fetch(bucket, timeout_s=60, policy=ADMIN)).status == 200
            owner = house.accounts.owner("local")
            kept = await house.files.store(owner, _one(b"a score"), name="score.txt")
            scope = SpaceScope(owner.space_id)
            return b"".join([chunk async for chunk in house.files.read(scope, kept.id)])
        finally:
            await house.close()

    assert asyncio.run(play()) == b"a score"
    assert not (tmp_path / "files").exists()


# -- traces ---------------------------------------------------------------------------------------


class _Collector(http.server.ThreadingHTTPServer):
    """An OTLP receiver on loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.heads: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Receiver)

    def spans(self) -> list[Any]:
        from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

        message = trace_service_pb2.ExportTraceServiceRequest.FromString(b"".join(self.bodies))
        return [one for part in message.resource_spans for scope in part.scope_spans for one in scope.spans]


class _Receiver(http.server.BaseHTTPRequestHandler):
    server: _Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.server.heads.append(
            {"path": self.path, **{name.lower(): text for name, text in self.headers.items()}}
        )
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[_Collector]:
    pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")
    server = _Collector()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


def _traced(tmp_path: Path, collector: _Collector, fake: FakeProvider) -> House:
    otel = {
        "endpoint": f"http://127.0.0.1:{collector.server_port}/v1/traces",
        "headers": ["x-collector=let-me-in"],
    }
    provider = provider_for("openai", fake.url, api_key=SECRET)
    return House(tmp_path / "data", HouseSetup(providers=(provider,), settings={"otel": otel}))


def _texts(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_spans_arrive_in_the_callers_trace_and_hold_no_secret(tmp_path: Path, collector: _Collector) -> None:
    trace, caller = "ab" * 16, "cd" * 8
    with FakeProvider().in_thread() as fake, _traced(tmp_path, collector, fake) as house:
        key = house.create_key("traced")
        assert _chat(house, key, model="openai-fake/fake", traceparent=f"00-{trace}-{caller}-01") == 200
    root = next(one for one in collector.spans() if one.parent_span_id.hex() == caller)
    attempt = next(one for one in collector.spans() if one.parent_span_id == root.span_id)
    assert {one.trace_id.hex() for one in (root, attempt)} == {trace}
    told = _texts(root)
    assert (told["gen_ai.operation.name"], told["gen_ai.request.model"]) == ("chat", "openai-fake/fake")
    assert told["gen_ai.response.model"] == "fake"
    assert told["gen_ai.usage.input_tokens"] > 0
    assert told["gen_ai.usage.output_tokens"] > 0
    assert collector.heads[0]["x-collector"] == "let-me-in"
    sent = b"".join(collector.bodies)
    for hidden in (SECRET, key, QUESTION, "let-me-in"):
        assert hidden.encode() not in sent
        assert hidden not in house.log_text()


def test_collector_that_is_gone_holds_up_nothing(tmp_path: Path, collector: _Collector) -> None:
    with FakeProvider().in_thread() as fake, _traced(tmp_path, collector, fake) as house:
        collector.server_close()
        key = house.create_key("untraced")
        assert _chat(house, key, model="openai-fake/fake") == 200
        began_s = time.monotonic()
        assert house.stop() == 0
    assert time.monotonic() - began_s < 20
    assert "trace collector" in house.log_text()
