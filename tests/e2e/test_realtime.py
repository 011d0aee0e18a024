"""OpenAI's own client holds realtime sessions through a house."""

import base64
import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest
import websockets
from websockets.sync.client import connect

from salon.testing.load import until
from salon.testing.questions import WEATHER, WEATHER_ARGUMENTS
from salon.testing.scene import Scene, model_of

# OpenAI's client opens its connection in a way that its library would rather see in a block.
pytestmark = pytest.mark.filterwarnings("ignore:connect.. must be used as a context:DeprecationWarning")

MODEL = model_of("openai")
SILENCE = base64.b64encode(bytes(4800)).decode()
WRONG = "sk-salon-" + "x" * 43
ROWS = (
    "SELECT alias, status, input_tokens, output_tokens, cost_e10 FROM ledger_requests"
    " WHERE operation = 'realtime' AND key_id = '{}' ORDER BY started_at_ms, request_id"
)


@pytest.fixture
def own_key(scene: Scene) -> str:
    """A key whose rows are of this test alone."""
    return scene.house.create_key(f"realtime {uuid.uuid4()}")


@pytest.fixture
def client(scene: Scene, own_key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=own_key, max_retries=0) as client:
        yield client


def rows_of(scene: Scene, secret: str, count: int) -> list[tuple[Any, ...]]:
    """The rows of a key, once there are so many."""
    key_id = next(one["id"] for one in keys(scene) if one["hint"].endswith(secret[-4:]))
    query = ROWS.format(key_id)
    until(lambda: len(scene.house.rows(query)) >= count, seconds=30)
    return scene.house.rows(query)


def keys(scene: Scene) -> list[dict[str, Any]]:
    listed = orjson.loads(scene.house.get("/salon/v1/keys")[1])
    return listed["keys"] if isinstance(listed, dict) and "keys" in listed else listed.get("items", listed)


def said(text: str) -> Any:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def ask(session: Any, text: str) -> None:
    session.conversation.item.create(item=said(text))
    session.response.create()


def heard(session: Any, *kinds: str) -> list[Any]:
    """Everything up to the first event of one of these kinds."""
    events: list[Any] = []
    while not events or events[-1].type not in kinds:
        events.append(session.recv())
    return events


def until_closed(session: Any) -> list[Any]:
    """Speak until the session is closed; returns the kinds of all events, codes of errors, the close's code."""
    kinds: list[Any] = []
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            if not kinds or kinds[-1] == "response.done":
                session.input_audio_buffer.append(audio=SILENCE)
            event = session.recv()
            kinds.append(event.error.code if event.type == "error" else event.type)
    return [*kinds, session._connection.close_code]


def address(scene: Scene, query: str = f"model={MODEL}") -> str:
    return f"ws://127.0.0.1:{scene.house.port}/v1/realtime?{query}"


def test_text_is_streamed_and_each_response_is_one_row(
    scene: Scene, client: openai.OpenAI, own_key: str
) -> None:
    with client.realtime.connect(model=MODEL) as session:
        assert session.recv().type == "session.created"
        ask(session, "{{fake text=hello there}}")
        events = heard(session, "response.done")
        ask(session, "again {{fake text=a b c;fault=usage-twice}}")
        heard(session, "response.done")
        heard(session, "response.done")
    assert "".join(one.delta for one in events if one.type == "response.output_text.delta") == "hello there"
    usage = events[-1].response.usage
    assert rows_of(scene, own_key, 2)[0][:4] == (MODEL, "ok", usage.input_tokens, usage.output_tokens)
    assert [row[3] for row in rows_of(scene, own_key, 2)] == [2, 3]
    assert all(row[4] > 0 for row in rows_of(scene, own_key, 2))


def test_an_open_session_is_listed_until_it_ends(scene: Scene, client: openai.OpenAI, own_key: str) -> None:
    def listed() -> list[dict[str, Any]]:
        items = orjson.loads(scene.house.get("/salon/v1/realtime-sessions")[1])["items"]
        return [one for one in items if one["key_name"] == name]

    name = next(one["name"] for one in keys(scene) if one["hint"].endswith(own_key[-4:]))
    with client.realtime.connect(model=MODEL) as session:
        ask(session, "{{fake text=hello there}}")
        heard(session, "response.done")
        until(lambda: listed()[0]["output_tokens"] == 2, seconds=30)
        (shown,) = listed()
        assert (shown["asked_model"], shown["target"], shown["is_answering"]) == (MODEL, MODEL, False)
    until(lambda: not listed(), seconds=30)


def test_spoken_answers_and_transcriptions_are_counted_by_class(
    scene: Scene, client: openai.OpenAI, own_key: str
) -> None:
    heard_as = {"transcription": {"model": "fake"}, "turn_detection": {"type": "server_vad"}}
    with client.realtime.connect(model=MODEL) as session:
        session.session.update(
            session={"type": "realtime", "output_modalities": ["audio"], "audio": {"input": heard_as}}
        )
        session.input_audio_buffer.append(audio=SILENCE)
        usage = heard(session, "response.done")[-1].response.usage
    details = "SELECT details FROM ledger_requests WHERE operation = 'realtime' AND details IS NOT NULL"
    until(lambda: len(scene.house.rows(details)) >= 2, seconds=30)
    counts = [orjson.loads(row[0]) for row in scene.house.rows(details)]
    assert {"audio_input_tokens": 14} in counts
    assert {"audio_input_tokens": 20, "audio_output_tokens": 16} in counts
    assert usage.output_token_details.audio_tokens == 16
    assert {row[:4] for row in rows_of(scene, own_key, 2)} == {(MODEL, "ok", 20, 24), ("fake", "ok", 14, 3)}


def test_a_tool_call_makes_the_round_trip(client: openai.OpenAI) -> None:
    with client.realtime.connect(model=MODEL) as session:
        tool = {"type": "function", **WEATHER}
        session.session.update(session={"type": "realtime", "tools": [tool], "tool_choice": "auto"})
        ask(session, "{{fake call}}")
        events = heard(session, "response.done")
        call = events[-1].response.output[0]
        pieces = [one.delta for one in events if one.type == "response.function_call_arguments.delta"]
        assert (call.name, orjson.loads(call.arguments), "".join(pieces)) == (
            "weather",
            WEATHER_ARGUMENTS,
            call.arguments,
        )
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
        session.conversation.item.create(item=result)
        session.response.create()
        answer = heard(session, "response.done")[-1].response.output[0]
    assert answer.content[0].text == "The tool said: sunny"


def test_the_beta_form_is_handed_on(scene: Scene, client: openai.OpenAI) -> None:
    with client.realtime.connect(model=MODEL, extra_headers={"OpenAI-Beta": "realtime=v1"}) as session:
        ask(session, "{{fake text=old}}")
        kinds = [event.type for event in heard(session, "response.done")]
    assert "response.text.delta" in kinds
    exchange = scene.fake.journal.exchanges[-1]
    assert exchange.header("openai-beta") == "realtime=v1"
    assert exchange.header("authorization") == "Bearer sk-upstream-key"
    assert exchange.target == "/v1/realtime?model=fake"


def test_another_model_is_refused_and_the_own_name_is_mapped(scene: Scene, client: openai.OpenAI) -> None:
    with client.realtime.connect(model="fake") as session:
        session.send({"type": "session.update", "event_id": "one", "session": {"model": "gpt-dear"}})
        refused = heard(session, "error")[-1]
        session.send({"type": "session.update", "session": {"type": "realtime", "model": "fake"}})
        heard(session, "session.updated")
    assert (refused.error.param, refused.error.event_id) == ("session.model", "one")
    (told,) = scene.fake.journal.exchanges[-1].messages
    assert orjson.loads(told)["session"]["model"] == "fake"


@pytest.mark.parametrize(
    ("plan", "status"),
    [("fault=429:3", 429), ("fault=echo-key", 502), ("fault=html", 502), ("fault=error-object", 502)],
)
def test_a_refusal_is_told_before_the_session_is_open(
    scene: Scene, client: openai.OpenAI, plan: str, status: int
) -> None:
    scene.fake.script([plan])
    with pytest.raises(websockets.InvalidStatus) as refused, client.realtime.connect(model=MODEL):
        pass
    answer = refused.value.response
    error = orjson.loads(answer.body or b"")["error"]
    assert (answer.status_code, error["message"].startswith("openai-fake")) == (status, True)
    assert "sk-upstream" not in str(error)


@pytest.mark.parametrize(
    "plan", ["fault=close:mid-stream", "fault=reset", "fault=garbage", "fault=big-event:20000000"]
)
def test_a_provider_that_fails_midway_ends_in_an_error_and_a_close(
    scene: Scene, client: openai.OpenAI, own_key: str, plan: str
) -> None:
    with client.realtime.connect(model=MODEL) as session:
        ask(session, f"{{{{fake tokens=9;{plan}}}}}")
        error = heard(session, "error")[-1].error
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            session.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, error.code) == (1011, "upstream_broken")
    (row,) = rows_of(scene, own_key, 1)
    assert (row[1], row[3] > 0) == ("interrupted", True)


def test_the_providers_own_goodbye_is_carried(scene: Scene, client: openai.OpenAI) -> None:
    with client.realtime.connect(model=MODEL) as session:
        ask(session, "{{fake fault=close:after-last}}")
        heard(session, "error")
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            session.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4321, "fake goodbye")


def test_a_caller_that_leaves_takes_the_provider_along(
    scene: Scene, client: openai.OpenAI, own_key: str
) -> None:
    session = client.realtime.connect(model=MODEL).enter()
    ask(session, "{{fake tokens=1000;rate=20;case=left}}")
    heard(session, "response.output_text.delta")
    session._connection.socket.close()
    exchange = scene.fake.journal.exchanges[-1]
    until(lambda: exchange.outcome == "caller-left", seconds=10)
    (row,) = rows_of(scene, own_key, 1)
    assert row[1] == "cancelled"


def test_a_revoked_key_ends_its_sessions(scene: Scene, client: openai.OpenAI, own_key: str) -> None:
    key_id = next(one["id"] for one in keys(scene) if one["hint"].endswith(own_key[-4:]))
    with client.realtime.connect(model=MODEL) as session:
        session.recv()
        assert scene.house.request("DELETE", f"/salon/v1/keys/{key_id}")[0] in {200, 204}
        error = heard(session, "error")[-1].error
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            session.recv()
    assert closed.value.rcvd is not None
    assert (error.type, closed.value.rcvd.code) == ("authentication_error", 1008)


def test_a_client_secret_opens_its_sessions_from_a_browser(
    scene: Scene, client: openai.OpenAI, own_key: str
) -> None:
    made = client.realtime.client_secrets.create(
        expires_after={"anchor": "created_at", "seconds": 60},
        session={"type": "realtime", "model": MODEL, "instructions": "be kind"},
    )
    page = f"http://127.0.0.1:{scene.house.port}"
    offered = ["realtime", f"openai-insecure-api-key.{made.value}"]
    with connect(address(scene, ""), subprotocols=offered, origin=page) as browser:
        kinds = [orjson.loads(browser.recv())["type"] for _ in range(2)]
        assert (kinds, browser.subprotocol) == (["session.created", "session.updated"], "realtime")
    assert b"be kind" in scene.fake.journal.exchanges[-1].messages[0]
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=made.value, max_retries=0) as other:
        with pytest.raises(openai.AuthenticationError):
            other.models.list()
        with pytest.raises(websockets.InvalidStatus), other.realtime.connect(model="fake"):
            pass


@pytest.mark.parametrize(
    ("model", "code", "told"),
    [
        ("nothing-here", "model_not_found", "There is no model “nothing-here” here."),
        (model_of("anthropic"), "wrong_model", "does not hold realtime sessions."),
        ("", "invalid_request", "Name the model"),
    ],
)
def test_a_client_secret_for_no_session_is_refused_when_it_is_asked_for(
    scene: Scene, client: openai.OpenAI, model: str, code: str, told: str
) -> None:
    with pytest.raises(openai.APIStatusError) as refused:
        client.realtime.client_secrets.create(session={"type": "realtime", "model": model})
    with pytest.raises(openai.APIStatusError) as in_beta:
        client.beta.realtime.sessions.create(model=model)
    assert told in refused.value.message
    assert refused.value.code == in_beta.value.code == code
    assert [one for one in scene.fake.journal.exchanges if "realtime" in one.target] == []


def test_a_client_secret_for_a_model_the_key_may_not_use_is_refused(scene: Scene) -> None:
    limited = scene.house.create_key("limited", "--model", "other/*")
    with (
        openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=limited, max_retries=0) as client,
        pytest.raises(openai.PermissionDeniedError, match="to use the model"),
    ):
        client.realtime.client_secrets.create(session={"type": "realtime", "model": MODEL})


def test_a_client_secret_ends_with_the_key_that_made_it(
    scene: Scene, client: openai.OpenAI, own_key: str
) -> None:
    made = client.beta.realtime.sessions.create(model=MODEL)
    key_id = next(one["id"] for one in keys(scene) if one["hint"].endswith(own_key[-4:]))
    with connect(
        address(scene), additional_headers={"authorization": f"Bearer {made.client_secret.value}"}
    ) as one:
        one.recv()
        scene.house.request("DELETE", f"/salon/v1/keys/{key_id}")
        assert orjson.loads(one.recv())["error"]["type"] == "authentication_error"
    with pytest.raises(websockets.InvalidStatus) as refused:
        connect(address(scene), additional_headers={"authorization": f"Bearer {made.client_secret.value}"})
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        (f"model={MODEL}&api-key={WRONG}", {}, 401),
        (f"model={MODEL}", {"authorization": f"Bearer {WRONG}"}, 401),
        (f"model={MODEL}", {"sec-websocket-protocol": f"openai-insecure-api-key.{WRONG}"}, 401),
        (f"model={MODEL}", {"origin": "https://elsewhere.example"}, 403),
        ("", {}, 400),
        ("call_id=rtc_1", {}, 400),
        ("model=nothing-here", {}, 404),
        (f"model={model_of('anthropic')}", {}, 400),
    ],
)
def test_who_may_not_come_in_is_told_in_openais_words(
    scene: Scene, query: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        connect(address(scene, query), additional_headers=headers)
    answer = refused.value.response
    assert answer.status_code == status
    assert orjson.loads(answer.body or b"")["error"]["message"]


def test_a_foreign_host_is_refused_before_any_upgrade(scene: Scene) -> None:
    offer = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    headers = {**offer, "host": "elsewhere.example", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert scene.house.request("GET", f"/v1/realtime?model={MODEL}", headers=headers)[0] == 403


def test_only_this_address_speaks_websocket(scene: Scene) -> None:
    for path in ("/", "/v1/models", "/v1/realtime/client_secrets", "/salon/v1/status"):
        with pytest.raises(websockets.InvalidHandshake):
            connect(f"ws://127.0.0.1:{scene.house.port}{path}")
    assert scene.house.get("/v1/realtime")[0] == 426


def test_the_demo_talks_without_a_provider(scene: Scene, client: openai.OpenAI) -> None:
    with client.realtime.connect(model="demo") as session:
        ask(session, "demo:words 5")
        assert heard(session, "response.done")[-1].response.output[0].content[0].text.count(" ") == 4
        session.input_audio_buffer.append(audio=SILENCE)
        assert "text" in heard(session, "error")[-1].error.message


def test_a_budget_that_is_used_up_ends_a_session_that_listens(scene: Scene) -> None:
    poor = scene.house.create_key("poor", "--budget", "0.00001")
    listens = {"input": {"turn_detection": {"type": "server_vad"}}}
    with (
        openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=poor, max_retries=0) as client,
        client.realtime.connect(model=MODEL) as session,
    ):
        session.session.update(session={"type": "realtime", "audio": listens, "max_output_tokens": 5})
        kinds = until_closed(session)
    assert kinds[-2:] == ["insufficient_quota", 1008]


def test_a_response_beyond_the_rate_is_refused_and_the_session_stays(scene: Scene) -> None:
    slow = scene.house.create_key("slow", "--rpm", "2")
    with (
        openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=slow, max_retries=0) as client,
        client.realtime.connect(model=MODEL) as session,
    ):
        ask(session, "one")
        heard(session, "response.done")
        session.response.create(event_id="two")
        error = heard(session, "error")[-1].error
        session.conversation.item.create(item=said("still here"))
        heard(session, "conversation.item.done")
    assert (error.code, error.event_id) == ("rate_limit_exceeded", "two")
