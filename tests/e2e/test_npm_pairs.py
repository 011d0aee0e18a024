"""The clients of the npm registry, and Vercel's AI SDK, against a provider of every dialect.

They are installed for the tests, by the hashes of ``npm/package-lock.json``; without npm the tests are skipped.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from salon.testing.columns import ColumnName
from salon.testing.keeper import keep
from salon.testing.questions import PIXEL, WEATHER_ARGUMENTS
from salon.testing.scene import DIALECTS, Scene, model_of

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCES = HERE / "npm"
FOLDER = ROOT / ".build" / "strangers"
OFFICIAL = DIALECTS
VERCEL = ("ai-openai", "ai-responses", "ai-compatible", "ai-anthropic", "ai-gemini")
STOPPED = {
    "openai": "stop",
    "responses": "completed",
    "anthropic": "end_turn",
    "ollama": "stop",
    "gemini": "STOP",
}
CALLED = {**STOPPED, "openai": "tool_calls", "anthropic": "tool_use"}

PAIRS = [
    pytest.mark.parametrize("client", [*OFFICIAL, *VERCEL]),
    pytest.mark.parametrize("provider", DIALECTS),
    pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"]),
]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """What these clients ask is what Python's ask, and those meet both."""
    return "sqlite"


def pairs(test: Any) -> Any:
    for mark in PAIRS:
        test = mark(test)
    return test


def installed() -> tuple[Path, dict[str, str]]:
    """Install the clients once; skips with the reason where that cannot be."""
    sys.path.insert(0, str(ROOT / "tools"))
    import web

    lock = (SOURCES / "package-lock.json").read_bytes()
    stamp = FOLDER / "node_modules" / ".lock-digest"
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        node, npm = web.node_and_npm()
        with (FOLDER / "installing").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)  # another worker of the run may be at it
            for source in SOURCES.glob("*.mjs"):
                shutil.copy(source, FOLDER)
            if not stamp.is_file() or stamp.read_text() != hashlib.sha256(lock).hexdigest():
                for name in ("package.json", "package-lock.json", ".npmrc"):
                    shutil.copy(SOURCES / name, FOLDER)
                flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
                web.run([npm, "ci", *flags], limit_s=300, folder=FOLDER, quiet=True)
                stamp.write_text(hashlib.sha256(lock).hexdigest())
    except web.WebError as problem:
        pytest.skip(f"npm cannot install the clients: {str(problem)[:300]}")
    return node, web.environment({"NO_COLOR": "1"})


@pytest.fixture(scope="module")
def strangers() -> Iterator[subprocess.Popen[str]]:
    with running_strangers({}) as process:
        yield process


@contextmanager
def running_strangers(more: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run one Node that asks whatever it is told to, in whatever client; ``more`` is for its environment."""
    node, environment = installed()
    pipe, environment = subprocess.PIPE, environment | more
    with subprocess.Popen(
        [str(node), "strangers.mjs"], cwd=FOLDER, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as process:
        keep(process.pid)
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def ask_stranger(
    strangers: subprocess.Popen[str], client: str, place: dict[str, str], asked: dict[str, Any]
) -> dict[str, Any]:
    """Have a client do one thing; returns what it ``said``, or its ``error``."""
    assert strangers.stdin is not None
    assert strangers.stdout is not None
    strangers.stdin.write(json.dumps({"client": client, "place": place, "asked": asked}) + "\n")
    strangers.stdin.flush()
    return json.loads(strangers.stdout.readline())


@pytest.fixture
def ask(strangers: subprocess.Popen[str], scene: Scene, key: str) -> Ask:
    """Ask one question; returns what was said, or raises with the client's error."""

    def ask(client: str, provider: str, prompt: str, *, stream: bool, **asked: Any) -> dict[str, Any]:
        place = {"url": scene.house.url, "key": key}
        asked = {"model": model_of(provider), "prompt": prompt, "stream": stream, **asked}
        return ask_stranger(strangers, client, place, asked)

    return ask


def counted(said: dict[str, Any], scene: Scene) -> bool:
    exchange = scene.fake.journal.exchanges[-1]
    return (said["input_tokens"], said["output_tokens"]) == (exchange.input_tokens, exchange.tokens_sent)


@pairs
def test_text_and_usage_arrive_whole(
    scene: Scene, ask: Ask, client: str, provider: str, stream: bool
) -> None:
    words = "Grüße 👋🏽 aus Zürich,\n\n  naïve"
    said = ask(client, provider, f"{{{{fake text={words}}}}}", stream=stream)["said"]
    assert (said["text"], said["finish"]) == (words, STOPPED.get(client, "stop"))
    assert counted(said, scene)


@pairs
def test_reasoning_is_told_from_the_answer(
    scene: Scene, ask: Ask, client: str, provider: str, stream: bool
) -> None:
    said = ask(client, provider, "{{fake tokens=3;think=5}}", stream=stream, think=True)["said"]
    # Vercel's provider for OpenAI's chat reads no reasoning: OpenAI itself sends none there.
    wanted = "" if client == "ai-openai" else "tok " * 5
    assert (said["thinking"], said["text"]) == (wanted, "tok " * 3)
    assert counted(said, scene)


@pairs
def test_a_tool_makes_the_round_trip(
    scene: Scene, ask: Ask, client: str, provider: str, stream: bool
) -> None:
    prompt = "What weather? {{fake call}}"
    first = ask(client, provider, prompt, stream=stream, tool=True)["said"]
    assert [call[1:] for call in first["calls"]] == [["weather", WEATHER_ARGUMENTS]]
    assert first["finish"] == CALLED.get(client, "tool-calls")
    answer = {"call": first["calls"][0], "result": "sunny, 21°"}
    second = ask(client, provider, prompt, stream=stream, tool=True, answer=answer)["said"]
    # Vercel's provider for Gemini puts the result beside the tool's name, in an object.
    told = '{"name":"weather","content":"sunny, 21°"}' if client == "ai-gemini" else "sunny, 21°"
    assert second["text"] == f"The tool said: {told}"
    assert counted(second, scene)


@pairs
def test_a_picture_reaches_the_provider(
    scene: Scene, ask: Ask, client: str, provider: str, stream: bool
) -> None:
    assert ask(client, provider, "What is this?", stream=stream, image=PIXEL)["said"]["text"] == "tok " * 8
    assert PIXEL in scene.fake.journal.exchanges[-1].body.decode()


@pairs
def test_an_answer_follows_its_schema(ask: Ask, client: str, provider: str, stream: bool) -> None:
    answer = ask(client, provider, "weather?", stream=stream, schema=True)
    if (client, provider) == ("ai-anthropic", "ollama"):
        # For a model it does not know it forces a tool, which Ollama cannot: refused, as the table says.
        assert "Ollama cannot be made to call a tool" in answer["error"]["message"]
        return
    assert json.loads(answer["said"]["text"]) == WEATHER_ARGUMENTS


@pairs
def test_failures_are_raised(ask: Ask, client: str, provider: str, stream: bool) -> None:
    refused = ask(client, provider, "{{fake fault=429:0}}", stream=stream)["error"]
    assert "fake failure 429" in refused["message"] or refused["status"] == 429
    if stream:
        broken = ask(client, provider, "{{fake tokens=20;fault=error-in-stream}}", stream=True)["error"]
        assert broken["message"]


@pytest.mark.parametrize("client", ["openai-files", "anthropic-files", "gemini-files"])
def test_files_are_kept_and_asked_about(scene: Scene, ask: Ask, client: str) -> None:
    answer = ask(client, "ollama", "seven degrees in the north", stream=False)
    assert "said" in answer, answer
    said = answer["said"]
    assert (said["size"], said["same"], said["deleted"]) == (11_400_000, True, True)
    assert said["listed"] == said["ids"]
    assert b"seven degrees in the north" in scene.fake.journal.exchanges[-1].body


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("stored", [True, False])
def test_the_sdk_goes_on_by_itself_after_a_tool_call(
    scene: Scene, strangers: subprocess.Popen[str], provider: str, stored: bool
) -> None:
    """Where responses are stored it names the step before instead of sending it."""
    rights = ("--right", "conversations.use") if stored else ()
    key = scene.house.create_key(f"loop-{provider}-{stored}", "--right", "models.use", *rights)
    asked = {"model": model_of(provider), "prompt": "{{fake call;think=3}}", "loop": "sunny", "store": stored}
    answer = ask_stranger(strangers, "ai-responses", {"url": scene.house.url, "key": key}, asked)
    assert "error" not in answer, answer
    first, second = [one.body.decode() for one in list(scene.fake.journal.exchanges)[-2:]]
    assert ("sunny" in first, "sunny" in second) == (False, True)
    assert "item_reference" not in second


def test_a_key_that_stores_nothing_is_told_how_to_go_on(
    scene: Scene, strangers: subprocess.Popen[str], key: str
) -> None:
    asked = {"model": model_of("openai"), "prompt": "{{fake call;think=3}}", "loop": "sunny"}
    answer = ask_stranger(strangers, "ai-responses", {"url": scene.house.url, "key": key}, asked)
    assert "conversations.use" in answer["error"]["message"]
