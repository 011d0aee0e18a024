"""Responses over a WebSocket: the official client, chains in memory, and what ends a connection."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import websockets
from websockets.sync.client import connect

from salon.testing.fake_provider.journal import Exchange
from salon.testing.load import until
from salon.testing.questions import WEATHER
from salon.testing.scene import DIALECTS, Scene, model_of

pytestmark = pytest.mark.filterwarnings("ignore:connect.. must be used as a context:DeprecationWarning")
TOOL: dict[str, Any] = {"type": "function", "strict": True, **WEATHER}


@pytest.fixture
def socket(scene: Scene, key: str) -> Iterator[Any]:
    """A connection that sends and hears JSON."""
    with connect(address(scene), additional_headers={"authorization": f"Bearer {key}"}) as socket:
        yield socket


def address(scene: Scene) -> str:
    return f"ws://127.0.0.1:{scene.house.port}/v1/responses"


def last(scene: Scene) -> Exchange:
    """Return what the provider was asked last."""
    return scene.fake.journal.exchanges[-1]


def create(socket: Any, text: Any, **fields: Any) -> None:
    asked = {"type": "response.create", "model": model_of("openai"), "store": False, "input": text, **fields}
    socket.send(json.dumps({name: value for name, value in asked.items() if value is not None}))


def heard(socket: Any) -> dict[str, Any]:
    """Return the last event of an answer."""
    while True:
        event = json.loads(socket.recv(timeout=60))
        if event["type"] in {"error", "response.completed", "response.failed", "response.incomplete"}:
            return event


def said(socket: Any, text: Any, **fields: Any) -> dict[str, Any]:
    create(socket, text, **fields)
    return heard(socket)


@pytest.mark.parametrize("provider", DIALECTS)
def test_the_official_client_goes_on_with_what_is_new_only(scene: Scene, key: str, provider: str) -> None:
    client = openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0)
    with client, client.responses.connect() as connection:
        ids: list[str | None] = [None]
        for text in ("The word is cobalt.", "What is the word?"):
            connection.response.create(
                model=model_of(provider), input=text, store=False, previous_response_id=ids[-1]
            )
            ended = next(event for event in connection if event.type == "response.completed")
            assert ended.response.previous_response_id == ids[-1]
            ids.append(ended.response.id)
    assert "cobalt" in last(scene).body.decode()


def test_a_result_goes_to_the_call_that_was_made_before(scene: Scene, socket: Any) -> None:
    first = said(socket, "{{fake call}}", tools=[TOOL])["response"]
    (call,) = (item for item in first["output"] if item["type"] == "function_call")
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
    second = said(socket, [result], tools=[TOOL], previous_response_id=first["id"])
    assert second["type"] == "response.completed"
    assert "sunny" in last(scene).body.decode()


def test_a_result_of_a_call_that_nobody_made_fails_and_lets_go_of_the_chain(socket: Any) -> None:
    first = said(socket, "hello")["response"]
    result = {"type": "function_call_output", "call_id": "call_none", "output": "sunny"}
    failed = said(socket, [result], previous_response_id=first["id"])
    again = said(socket, "go on", previous_response_id=first["id"])
    assert (failed["status"], failed["error"]["param"]) == (400, "input[0].call_id")
    assert (again["status"], again["error"]["code"]) == (400, "previous_response_not_found")


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"type": "response.cancel"}, "type", "invalid_request"),
        ({"model": None}, "model", "invalid_request"),
        ({"model": "nobody/none"}, None, "model_not_found"),
        ({"background": True}, "background", "invalid_request"),
        ({"previous_response_id": 7}, "previous_response_id", "invalid_request"),
        ({"input": [7]}, "input[0]", "invalid_request"),
    ],
)
def test_what_is_wrong_with_a_message_is_told_and_the_connection_goes_on(
    socket: Any, fields: dict[str, Any], param: str | None, code: str
) -> None:
    refused = said(socket, "hello", **fields)
    assert refused["type"] == "error"
    assert refused["error"]["code"] == code
    assert param is None or refused["error"]["param"] == param
    assert said(socket, "hello")["type"] == "response.completed"


def test_messages_that_are_no_json_are_told_so(socket: Any) -> None:
    for message in ("{", b"\xff", "[]"):
        socket.send(message)
        assert heard(socket)["error"]["param"] == "body"
    assert said(socket, "hello")["type"] == "response.completed"


def test_a_warm_up_asks_no_model_and_is_gone_on_from(scene: Scene, socket: Any) -> None:
    warm = said(socket, "The word is teal.", generate=False)["response"]
    assert (warm["output"], list(scene.fake.journal.exchanges)) == ([], [])
    ended = said(socket, "What is the word?", previous_response_id=warm["id"])
    assert ended["response"]["status"] == "completed"
    assert "teal" in last(scene).body.decode()


def test_answers_come_in_the_order_they_were_asked_for(socket: Any) -> None:
    for number in range(5):
        create(socket, f"{{{{fake text=answer-{number}}}}}")
    texts = [heard(socket)["response"]["output"][0]["content"][0]["text"] for _ in range(5)]
    assert texts == [f"answer-{number}" for number in range(5)]


def test_a_client_that_leaves_stops_the_provider(scene: Scene, socket: Any) -> None:
    create(socket, "{{fake tokens=1000;rate=20}}")
    while json.loads(socket.recv(timeout=60))["type"] != "response.output_text.delta":
        pass
    socket.close()
    until(lambda: last(scene).outcome == "caller-left")


def test_a_key_that_is_revoked_ends_the_connection_and_says_why(scene: Scene) -> None:
    key = scene.house.create_key("goes")
    with connect(address(scene), additional_headers={"authorization": f"Bearer {key}"}) as socket:
        assert said(socket, "hello")["type"] == "response.completed"
        assert scene.house.salon("keys", "revoke", "goes").returncode == 0
        assert heard(socket)["error"]["code"] == "invalid_api_key"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"authorization": "Bearer sk-salon-none"}, 401), ({"origin": "https://evil.example"}, 403)],
)
def test_who_may_not_ask_is_refused_before_the_socket_opens(
    scene: Scene, headers: dict[str, str], status: int
) -> None:
    with (
        pytest.raises(websockets.InvalidStatus) as refused,
        connect(address(scene), additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == status
