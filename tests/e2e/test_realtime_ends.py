"""A house that ends while sessions are open, and what its log knows of them."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
import websockets
from websockets.sync.client import connect

from salon.testing.columns import Column
from salon.testing.load import until
from salon.testing.scene import Scene, model_of, usual_scene

pytestmark = pytest.mark.filterwarnings("ignore:connect.. must be used as a context:DeprecationWarning")
WORDS = "the-secret-words-of-a-session"


@pytest.fixture
def scene(tmp_path: Path, column: Column) -> Iterator[Scene]:
    sections = {"log": {"level": "debug", "format": "json"}}
    with usual_scene(tmp_path, sections=sections, column=column) as scene:
        yield scene


def ask(session: Any, text: str) -> None:
    content = [{"type": "input_text", "text": text}]
    session.conversation.item.create(item={"type": "message", "role": "user", "content": content})
    session.response.create()


def heard_to_the_end(session: Any) -> tuple[list[str], int]:
    kinds: list[str] = []
    try:
        while True:
            kinds.append(session.recv().type)
    except websockets.ConnectionClosed as closed:
        return kinds, closed.rcvd.code if closed.rcvd is not None else 0


def test_an_answer_under_way_is_finished_and_the_session_told_that_the_house_goes(scene: Scene) -> None:
    key = scene.house.create_key("ends")
    with (
        openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0) as client,
        client.realtime.connect(model=model_of("openai")) as session,
    ):
        ask(session, "{{fake tokens=30;rate=20}}")
        while session.recv().type != "response.output_text.delta":
            pass
        threading.Thread(target=scene.house.terminate).start()
        kinds, code = heard_to_the_end(session)
    assert ("response.done" in kinds, kinds[-1], code) == (True, "error", 1001)
    assert scene.house.wait() == 0


def test_no_key_and_no_word_of_a_session_is_in_the_log(scene: Scene) -> None:
    key = scene.house.create_key("canary")
    scene.fake.script(["fault=echo-key"])
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0) as client:
        with pytest.raises(websockets.InvalidStatus), client.realtime.connect(model=model_of("openai")):
            pass
        secret = client.realtime.client_secrets.create(session={"type": "realtime", "model": "fake"}).value
        with client.realtime.connect(model=model_of("openai")) as session:
            ask(session, f"{WORDS} {{{{fake fault=reset}}}}")
            heard_to_the_end(session)
    address = f"ws://127.0.0.1:{scene.house.port}/v1/realtime"
    offered = ["realtime", f"openai-insecure-api-key.{secret}"]
    with connect(address, subprotocols=offered) as browser:
        browser.recv()
    for query in (f"?model=fake&key={key}", f"?model=fake&api-key={secret}"):
        with pytest.raises(websockets.InvalidStatus):
            connect(address + query)
    log = scene.house.log_text()
    assert [one for one in (key, secret, "sk-upstream-key", WORDS) if one in log] == []
    kept = b"".join(path.read_bytes() for path in scene.house.data_dir.glob("*.db*"))
    assert secret.encode() not in kept


def test_a_caller_cut_off_before_the_session_is_open_lets_the_provider_go(scene: Scene) -> None:
    scene.fake.script(["fault=stall:after-headers"])

    async def cut() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", scene.house.port)
        writer.write(
            f"GET /v1/realtime?model={model_of('openai')} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        await asyncio.to_thread(until, lambda: len(scene.fake.journal.exchanges) > 0)
        writer.close()
        del reader

    asyncio.run(cut())
    exchange = scene.fake.journal.exchanges[-1]
    until(lambda: exchange.outcome == "caller-left", seconds=6)


def test_a_refused_opening_is_no_error_in_the_log(scene: Scene) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{scene.house.port}/v1/realtime?model=nothing-here")
    assert refused.value.response.status_code == 404
    scene.house.terminate()
    assert scene.house.wait() == 0
    assert '"level": "error"' not in scene.house.log_text()
