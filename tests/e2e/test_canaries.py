"""Secrets that must show nowhere: planted, used in every way, then looked for everywhere."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from salon.testing.collector import Collector
from salon.testing.columns import Column
from salon.testing.fake_provider import FakeProvider
from salon.testing.house import House, HouseSetup, provider_for
from salon.testing.load import Case, run_cases
from salon.testing.raw_http import ask, chat_request
from salon.testing.scene import DIALECTS, Scene, model_of

UPSTREAM = "sk-canary-upstream-7Jq2ZpXw9LmN4RtV"
PLANS = (
    "tokens=3", "fault=echo-key", "fault=500", "fault=429:0", "fault=garbage", "fault=html", "fault=bad-json",
    "fault=close:before-headers", "fault=error-in-stream", "fault=truncated",
)  # fmt: skip


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector.in_thread() as server:
        yield server


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector, module_column: Column
) -> Iterator[Scene]:
    with FakeProvider().in_thread() as fake:
        setup = HouseSetup(
            providers=tuple(provider_for(dialect, fake.url, api_key=UPSTREAM) for dialect in DIALECTS),
            aliases={"fake": (model_of("openai"),)},
            settings={
                "log": {"level": "debug", "format": "json"},
                "otel": {"endpoint": f"http://127.0.0.1:{collector.server_port}/v1/traces"},
            },
            column=module_column,
        )
        with House(tmp_path_factory.mktemp("canary") / "data", setup) as house:
            yield Scene(fake, house)


@pytest.fixture(scope="module")
def secrets(scene: Scene) -> dict[str, str]:
    """Every secret of the house by name, after all of them were used in good and bad requests."""
    key = scene.house.create_key("canary")
    cases = [
        Case(id=f"{plan}{stream}{provider}", caller=caller, model=model_of(provider), stream=stream,
             plan=plan, key=key, timeout_s=60)
        for plan in PLANS
        for stream in (True, False)
        for provider in DIALECTS
        for caller in (provider, "openai")
    ]  # fmt: skip
    answers = [outcome.answer for outcome in run_cases(scene.house.port, cases, at_once=16)]
    wrong = f"{key[:-6]}zzzzzz"
    for carrier in ("authorization", "x-api-key", "api-key", "x-goog-api-key"):
        headers = {carrier: f"Bearer {wrong}" if carrier == "authorization" else wrong}
        answers.append(asyncio.run(ask(scene.house.port, chat_request("openai", "hi", headers=headers))))
    scene.house.request("GET", f"/v1/models?key={key}")
    scene.house.request("GET", "/salon/v1/nothing", headers={"authorization": f"Bearer {key}"})
    told = b"".join([repr(answer.headers).encode() + answer.body for answer in answers])
    (scene.house.data_dir.parent / "answers.bin").write_bytes(told)
    found = {"upstream key": UPSTREAM, "API key": key, "wrong API key": wrong}
    for path in scene.house.data_dir.rglob("*"):
        if path.is_file() and "key" in path.name and path.stat().st_size < 200:
            found[f"file {path.name}"] = path.read_text(errors="replace").strip()
    return found


def leaks(secrets: dict[str, str], data: bytes) -> list[str]:
    return [
        name
        for name, secret in secrets.items()
        if secret.encode() in data or secret.encode().hex().encode() in data
    ]


def unpacked(path: Path, column: Column) -> bytes:
    """What a file of a backup holds: PostgreSQL's own are compressed."""
    data = path.read_bytes()
    if not data.startswith(b"PGDMP"):
        return data
    assert column.tools_dir is not None
    command = [str(column.tools_dir / "pg_restore"), "--file=-", str(path)]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


def test_the_upstream_really_got_its_key(scene: Scene, secrets: dict[str, str]) -> None:
    carriers = ("authorization", "x-api-key", "x-goog-api-key")
    sent = [(next(filter(None, map(exchange.header, carriers)), ""), exchange)
            for exchange in scene.fake.journal.exchanges if exchange.method == "POST"]  # fmt: skip
    assert sent
    assert all(UPSTREAM in credential for credential, exchange in sent if exchange.dialect != "ollama")
    assert not any(secrets["API key"] in repr(exchange.headers) for _, exchange in sent)


def test_no_secret_is_in_the_log(scene: Scene, secrets: dict[str, str]) -> None:
    assert scene.house.log_text()
    assert leaks(secrets, scene.house.log_path.read_bytes()) == []


def test_no_secret_is_in_an_answer(scene: Scene, secrets: dict[str, str]) -> None:
    told = (scene.house.data_dir.parent / "answers.bin").read_bytes()
    assert leaks(secrets, told) == []


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/salon/v1/openapi.json", "/v1/models", "/salon/v1/providers", "/salon/v1/keys", "/salon/v1/usage",
     "/salon/v1/requests", "/salon/v1/status"],
)  # fmt: skip
def test_no_secret_is_on_a_page(scene: Scene, secrets: dict[str, str], path: str) -> None:
    status, body = scene.house.get(path)
    assert status == 200
    assert leaks(secrets, body) == []


def test_no_secret_is_plain_where_the_state_lives(scene: Scene, secrets: dict[str, str]) -> None:
    held = dict(scene.house.setup.column.contents(scene.house.data_dir))
    assert any(b"canary" in data for data in held.values()), "the key's name is there, so we look at it all"
    assert {place: found for place, data in held.items() if (found := leaks(secrets, data))} == {}


def test_no_secret_is_in_a_backup(scene: Scene, secrets: dict[str, str], tmp_path: Path) -> None:
    done = scene.house.salon("db", "backup", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stdout + done.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    held = {path.name: unpacked(path, scene.house.setup.column) for path in files}
    assert any(b"canary" in data for data in held.values())
    assert {name: found for name, data in held.items() if (found := leaks(secrets, data))} == {}


def test_no_secret_is_in_a_trace(scene: Scene, secrets: dict[str, str], collector: Collector) -> None:
    scene.house.stop()
    assert collector.received, "no trace was sent"
    assert leaks(secrets, b"".join(collector.received)) == []
    scene.house.start()


def test_secret_files_are_for_the_owner_alone(scene: Scene, secrets: dict[str, str]) -> None:
    assert secrets
    loose = [
        path.name
        for path in scene.house.data_dir.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert loose == []


def test_metrics_count_what_was_served(scene: Scene) -> None:
    chat = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
    assert scene.house.request("POST", "/v1/chat/completions", chat)[0] == 200
    lines = scene.house.get("/metrics")[1].decode().splitlines()
    assert "salon_open_requests 0.0" in lines
    assert any(line.startswith('salon_attempts_total{code="",provider="demo",status="ok"}') for line in lines)
