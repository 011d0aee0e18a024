"""Pictures, speech and recordings from Python: in this process, and from a Salon that runs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salon.app.embedding import open_engine
from salon.foundation.kit.errors import InvalidRequest
from salon.surfaces.library import Library, Options, RemoteEngine
from salon.surfaces.library.remote import RemoteError
from salon.testing.house import House, HouseSetup


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    async def opener(options: Options) -> RemoteEngine:
        return RemoteEngine(url=options.base_url)

    with House(tmp_path_factory.mktemp("house") / "data", HouseSetup()) as house:
        library = Library(opener, Options(base_url=house.url))
        yield library
        library.close()


@pytest.fixture(params=["running", "own"])
def library(
    request: pytest.FixtureRequest, running: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Library]:
    if request.param == "running":
        yield running
        return
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    library = Library(open_engine)
    yield library
    library.close()


def test_a_picture_is_made_changed_and_saved(library: Library, tmp_path: Path) -> None:
    made = library.image("a cat", model="demo", size="64x64")
    made.save(tmp_path / "cat.png")
    changed = library.image("a dog", model="demo", images=[tmp_path / "cat.png"])
    assert (tmp_path / "cat.png").read_bytes()[:4] == b"\x89PNG"
    assert changed.data not in {None, made.data}
    assert (made.model, made.media_type, made.cost) == ("demo/demo", "image/png", 0)


def test_a_text_is_spoken_and_written_down(library: Library, tmp_path: Path) -> None:
    spoken = library.speak("Good morning", model="demo", format="wav")
    spoken.save(tmp_path / "morning.wav")
    said = library.transcribe(tmp_path / "morning.wav", model="demo", language="en")
    assert "morning.wav" in str(said)
    assert f"{len(spoken.data)} bytes" in said.text
    assert said.usage is not None


def test_code_of_the_other_kind_gets_the_same(running: Library) -> None:
    async def ask() -> tuple[Any, Any, Any]:
        picture = await running.aimage("a cat", model="demo")
        speech = await running.aspeak("hello", model="demo")
        return picture, speech, await running.atranscribe(speech.data, model="demo")

    picture, speech, said = asyncio.run(ask())
    assert picture.data == running.image("a cat", model="demo").data
    assert speech.data == running.speak("hello", model="demo").data
    assert "“recording.wav”" in said.text


def test_without_a_model_the_demo_does_it(running: Library) -> None:
    assert running.image("a cat").model == running.speak("a").model == "demo/demo"


def test_what_cannot_be_done_is_told(running: Library, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="prompt"):
        running.image("", model="demo")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        running.transcribe(tmp_path / "nothing.wav", model="demo")
    with pytest.raises(RemoteError, match="“wav” and “pcm”"):
        running.speak("a", model="demo", format="mp3")
