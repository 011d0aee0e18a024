"""``import salon`` in a fresh interpreter: with nothing configured, with a data directory, with a server."""

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.library import Library, Options, RemoteEngine
from salon.surfaces.library.remote import RemoteError
from salon.testing.house import House, HouseSetup


def _python(code: str, home: Path, **environ: str) -> str:
    kept = {
        name: value for name, value in os.environ.items() if "API_KEY" not in name and "SALON" not in name
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=100,
        env={**kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), **environ}, cwd=home, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup()) as running:
        yield running


@pytest.fixture(scope="module")
def library(house: House) -> Iterator[Library]:
    async def opener(options: Options) -> RemoteEngine:
        return RemoteEngine(url=options.base_url)

    made = Library(opener, Options(base_url=house.url))
    yield made
    made.close()


@pytest.mark.timed
def test_import_costs_next_to_nothing(tmp_path: Path) -> None:
    code = "import sys, time; s = time.process_time(); import salon; print(time.process_time() - s, len(sys.modules))"
    cost_s, _ = _python(code, tmp_path).split()
    assert float(cost_s) < 0.02  # 1.3 ms on an idle machine


def test_zero_configuration_answers_with_the_demo_and_writes_nothing(tmp_path: Path) -> None:
    out = _python("import salon; print(salon.generate('hello').model)", tmp_path)
    assert out == "demo/demo\n"
    assert list(tmp_path.iterdir()) == []


def test_data_directory_makes_a_ledger(tmp_path: Path) -> None:
    code = """
        import salon
        salon.configure(data_dir="data")
        result = salon.generate("hello")
        salon.close()
        print(result.request_id)
    """
    assert _python(code, tmp_path).startswith("req_")
    assert (tmp_path / "data" / "salon.db").exists()


def test_running_salon_is_found_by_its_data_directory(house: House, tmp_path: Path) -> None:
    out = _python(
        "import salon; print(salon.generate('hi').route)", tmp_path, SALON_DATA_DIR=str(house.data_dir)
    )
    assert out == "demo/demo\n"


def test_result_is_typed_and_whole(library: Library) -> None:
    result = library.generate("hello", model="demo", system="be brief", temperature=0)
    assert "hello" in result.text
    assert result.finish == "stop"
    assert result.usage is not None
    assert result.usage.output_tokens > 0
    assert (result.cost, result.currency) == (0, "USD")


def test_stream_gives_text_then_the_same_whole(library: Library) -> None:
    stream = library.stream("hello", model="demo")
    pieces = list(stream)
    assert len(pieces) > 3
    assert "".join(pieces) == stream.result.text
    assert stream.result.usage is not None


def test_leaving_a_stream_early_keeps_what_was_said(library: Library) -> None:
    stream = library.stream("demo:words 200", model="demo")
    for _ in stream:
        break
    assert 0 < len(stream.result.text) < 200


def test_reasoning_and_tool_calls_come_through(library: Library) -> None:
    assert library.generate("demo:think hello", model="demo").reasoning
    tool = {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}
    call = library.generate("demo:call add", model="demo", tools=[tool]).tool_calls[0]
    assert call.name == "add"
    assert isinstance(call.arguments, dict)


def test_chat_remembers_both_sides(library: Library) -> None:
    talk = library.chat(model="demo")
    talk.send("one")
    for _ in talk.stream("two"):
        pass
    assert [message.role for message in talk.messages] == ["user", "assistant", "user", "assistant"]


def test_async_answers_on_any_loop(library: Library) -> None:
    async def ask() -> tuple[str, str]:
        first = (await library.agenerate("hello", model="demo")).text
        pieces = [piece async for piece in await library.astream("hello", model="demo")]
        return first, "".join(pieces)

    first, second = asyncio.run(ask())
    assert first == second
    assert asyncio.run(ask())[0] == first


def test_default_model_is_the_demo_when_nothing_else_is_there(library: Library) -> None:
    assert library.generate("hello").response.model == "demo"
    assert [model.id for model in library.models()] == ["demo"]


def test_failure_is_one_sentence(library: Library) -> None:
    with pytest.raises(RemoteError, match="There is no model “nope” here"):
        library.generate("hello", model="nope")
    with pytest.raises(RemoteError):
        list(library.stream("demo:fail 503", model="demo"))


@pytest.mark.parametrize(
    ("prompt", "settings", "sentence"),
    [
        (None, {}, "prompt: must be text, a message or a list of messages"),
        (["hello"], {}, r"prompt\[0\]: must be a message like"),
        ("hello", {"temperatur": 1}, "temperatur: there is no such setting; did you mean temperature"),
        ("hello", {"tools": [print]}, "tools: every tool is written as"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    library: Library, prompt: Any, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        library.generate(prompt, **{"model": "demo", **settings})


def test_nobody_at_the_address_is_told() -> None:
    async def opener(options: Options) -> RemoteEngine:
        return RemoteEngine(url="http://127.0.0.1:9")

    library = Library(opener)
    with pytest.raises(Exception, match=r"127.0.0.1"):
        library.generate("hello", model="demo")
    library.close()


def test_zero_configuration_embeds_with_the_demo(tmp_path: Path) -> None:
    code = """
        import salon
        made = salon.embed(["north", "south"], dimensions=16)
        print(made.model, len(made), len(made.vector), made[0] == salon.embed("north", dimensions=16).vector)
    """
    assert _python(code, tmp_path) == "demo/demo 2 16 True\n"


def test_a_running_salon_embeds_for_code_of_both_kinds(library: Library) -> None:
    made = library.embed(["a", "b"], model="demo", dimensions=8, purpose="query")
    again = asyncio.run(library.aembed("a", dimensions=8))
    assert (made.vector, made.model, made.cost) == (again.vector, "demo/demo", 0)
    assert made.usage is not None
    assert made.usage.input_tokens == 2
    assert made.request_id != again.request_id


@pytest.mark.parametrize(
    ("texts", "more", "field"),
    [
        ([], {}, "texts"),
        ([1], {}, "texts"),
        ("a", {"purpose": "x"}, "purpose"),
        ("a", {"dimensions": 0}, "dimensions"),
    ],
)
def test_what_cannot_be_embedded_is_named(library: Library, texts: Any, more: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        library.embed(texts, model="demo", **more)
    assert refused.value.param == field
