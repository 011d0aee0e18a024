"""Both realtime classes of the official npm client, through a house to OpenAI, Azure and another Salon."""

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.e2e.test_npm_pairs import ask_stranger, running_strangers

from salon.testing.columns import ColumnName
from salon.testing.house import House, HouseSetup, ProviderSetup
from salon.testing.questions import WEATHER_ARGUMENTS
from salon.testing.scene import Scene
from salon.testing.tls_front import TlsFront, tls_front

pytestmark = pytest.mark.xdist_group("npm-strangers")
CLASSES = ["realtime-ws", "realtime-websocket"]
MODELS = ["openai/fake", "az/fake", "dated/fake", "far/fake"]
Hold = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def column_name() -> ColumnName:
    """What these clients ask is what Python's ask, and those meet both."""
    return "sqlite"


@pytest.fixture(scope="module")
def near(sqlite_scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose providers are the fake in three forms, and the house of the scene, which knows it too."""
    url, dated = sqlite_scene.fake.url, {"api_version": "2024-10-01-preview"}
    far = sqlite_scene.house.create_key("from-near")
    providers = (
        ProviderSetup(name="openai", kind="openai", url=f"{url}/v1"),
        ProviderSetup(name="az", kind="azure", url=url),
        ProviderSetup(name="dated", kind="azure", url=url, options=dated),
        ProviderSetup(name="far", kind="salon", url=sqlite_scene.house.url, api_key=far),
    )
    with House(tmp_path_factory.mktemp("near") / "data", HouseSetup(providers=providers)) as house:
        yield house


@pytest.fixture(scope="module")
def near_key(near: House) -> str:
    return near.create_key("npm")


@pytest.fixture(scope="module")
def front(near: House) -> Iterator[TlsFront]:
    """TLS before the house: this client speaks nothing else."""
    with tls_front(near.port) as front:
        yield front


@pytest.fixture(scope="module")
def trusting(front: TlsFront, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A Node that trusts the proxy."""
    path = tmp_path_factory.mktemp("trusted") / "front.pem"
    path.write_bytes(front.certificate)
    with running_strangers({"NODE_EXTRA_CA_CERTS": str(path)}) as process:
        yield process


@pytest.fixture
def hold(trusting: subprocess.Popen[str], scene: Scene, front: TlsFront, near_key: str) -> Hold:
    """Hold one session; returns what was said, or raises with the client's error."""

    def hold(client: str, model: str, prompt: str = "", **asked: Any) -> dict[str, Any]:
        place = {"url": front.url, "key": near_key}
        return ask_stranger(trusting, client, place, {"model": model, "prompt": prompt, **asked})["said"]

    return hold


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("client", CLASSES)
def test_a_tool_makes_the_round_trip(hold: Hold, client: str, model: str) -> None:
    said = hold(client, model, "What weather? {{fake call}}", tool=True, result="sunny, 21°")
    assert said["calls"] == [["weather", WEATHER_ARGUMENTS]]
    assert (said["text"], said["errors"], said["output_tokens"]) == ("The tool said: sunny, 21°", [], 2 + 5)


@pytest.mark.parametrize("model", ["openai/fake", "far/fake"])
@pytest.mark.parametrize("client", CLASSES)
def test_sound_goes_in_and_out(hold: Hold, client: str, model: str) -> None:
    said = hold(client, model, audio=True)
    assert (said["spoken"].split(), said["heard_bytes"], said["errors"]) == (["tok"] * 8, 8 * 48, [])
    assert said["understood"] == "hello"


@pytest.mark.parametrize("client", CLASSES)
def test_a_refused_event_is_an_error_and_the_session_goes_on(hold: Hold, client: str) -> None:
    said = hold(client, "az/fake", "{{fake text=still here}}", foreign="gpt-dear")
    (error,) = said["errors"]
    assert (error["param"], error["event_id"], said["text"]) == ("session.model", "mine", "still here")


@pytest.mark.parametrize("model", ["openai/fake", "far/fake"])
@pytest.mark.parametrize("client", CLASSES)
def test_a_provider_that_drops_in_the_middle_is_told(hold: Hold, client: str, model: str) -> None:
    said = hold(client, model, "{{fake tokens=9;fault=close:mid-stream}}")
    assert (said["errors"][-1]["code"], said["closed"]) == ("upstream_broken", 1011)
    assert 0 < len(said["text"].split()) < 9


@pytest.mark.parametrize(("client", "told"), [("realtime-ws", "404"), ("realtime-websocket", "")])
def test_a_model_that_is_not_there_opens_nothing(hold: Hold, client: str, told: str) -> None:
    said = hold(client, "nothing-here")
    assert (said["closed"], said["text"]) == (1006, "")
    assert told in said["errors"][0]["message"]


@pytest.mark.parametrize("client", CLASSES)
def test_a_client_secret_opens_a_session(hold: Hold, client: str) -> None:
    assert hold(client, "az/fake", "{{fake text=secretly}}", secret=True)["text"] == "secretly"
