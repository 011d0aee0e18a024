"""Stored responses over the death of a process, over a WebSocket, and when their messages are erased."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from salon.testing.columns import Column
from salon.testing.load import until
from salon.testing.scene import Scene, model_of, usual_scene

pytestmark = pytest.mark.filterwarnings("ignore:connect.. must be used as a context:DeprecationWarning")
MODEL = model_of("openai")


@pytest.fixture
def scene(tmp_path: Path, column: Column) -> Iterator[Scene]:
    with usual_scene(tmp_path, column=column) as scene:
        yield scene


def client_of(scene: Scene) -> openai.OpenAI:
    key = scene.house.create_key("keeps", "--right", "models.use", "--right", "conversations.use")
    return openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60)


def test_a_killed_process_leaves_what_was_said_and_nothing_is_left_running(scene: Scene) -> None:
    client = client_of(scene)
    begun: Any = None
    with client.responses.create(
        model=MODEL, input="{{fake tokens=3000;rate=50}}", background=True, stream=True
    ) as stream:
        for count, event in enumerate(stream):
            begun = event.response if event.type == "response.created" else begun  # type: ignore[union-attr]
            if count == 20:
                break
    scene.house.kill()
    scene.house.start()
    again = client.with_options(base_url=f"{scene.house.url}/v1")
    until(lambda: again.responses.retrieve(begun.id).status == "failed")
    kept = again.responses.retrieve(begun.id)
    assert (kept.output_text.count("tok") >= 3, kept.error is not None) == (True, True)
    assert (
        again.responses.create(model=MODEL, input="go on", previous_response_id=kept.id).status == "completed"
    )
    # The client has its answer before the run of it is closed.
    until(lambda: scene.house.rows("SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)])


def test_a_socket_goes_on_from_what_is_stored_and_stores_too(scene: Scene) -> None:
    client = client_of(scene)
    first = client.responses.create(model=MODEL, input="The word is cobalt.")
    with client.responses.connect() as connection:
        connection.response.create(model=MODEL, input="What is it?", previous_response_id=first.id)
        second = next(event for event in connection if event.type == "response.completed").response
        connection.response.create(model=MODEL, input="Again?", previous_response_id=second.id, store=False)
        third = next(event for event in connection if event.type == "response.completed").response
    assert client.responses.retrieve(second.id).previous_response_id == first.id
    assert "cobalt" in scene.fake.journal.exchanges[-1].body.decode()
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(third.id)


def test_erasing_a_conversation_erases_its_responses(scene: Scene) -> None:
    client = client_of(scene)
    made = client.conversations.create()
    answer = client.responses.create(model=MODEL, input="the canary word", conversation=made.id)
    address = f"/salon/v1/conversations/{made.id.replace('conv_', 'cnv_')}?verb=erase"
    status, body = scene.house.request("DELETE", address, None)
    assert status == 200, body
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(answer.id)
    assert "canary" not in json.dumps(scene.house.rows("SELECT id FROM stored_responses"))
