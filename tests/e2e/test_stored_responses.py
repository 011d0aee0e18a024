"""Stored responses through the official client: chains, conversations, the background, and whose they are."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from salon.testing.fake_provider.journal import Exchange
from salon.testing.load import until
from salon.testing.questions import WEATHER
from salon.testing.scene import DIALECTS, Scene, model_of

TOOL: dict[str, Any] = {"type": "function", "strict": True, **WEATHER}
MODEL = model_of("openai")
_keys: dict[int, str] = {}


@pytest.fixture
def client(scene: Scene) -> Iterator[openai.OpenAI]:
    """A client whose key may keep conversations."""
    if scene.house.port not in _keys:
        _keys[scene.house.port] = scene.house.create_key(
            "keeps", "--right", "models.use", "--right", "conversations.use"
        )
    key = _keys[scene.house.port]
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0, timeout=60) as client:
        yield client


def last(scene: Scene) -> Exchange:
    """Return what the provider was asked last."""
    return scene.fake.journal.exchanges[-1]


def refused(error: Any) -> tuple[int, str | None]:
    return error.value.status_code, error.value.code


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_response_goes_on_from_the_one_before(
    scene: Scene, client: openai.OpenAI, provider: str, is_stream: bool
) -> None:
    first = client.responses.create(model=model_of(provider), input="The word is cobalt.")
    asked: dict[str, Any] = {
        "model": model_of(provider),
        "input": "What is it?",
        "previous_response_id": first.id,
    }
    if is_stream:
        with client.responses.stream(**asked) as stream:
            second = stream.get_final_response()
    else:
        second = client.responses.create(**asked)
    sent = last(scene).body.decode()
    assert ("cobalt" in sent, first.output_text in sent) == (True, True)
    assert second.previous_response_id == first.id
    kept = client.responses.retrieve(second.id)
    assert (kept.output_text, [item.id for item in kept.output]) == (
        second.output_text,
        [item.id for item in second.output],
    )


def test_what_a_response_was_asked_with_can_be_listed(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="one", instructions="be brief")
    second = client.responses.create(model=MODEL, input="two", previous_response_id=first.id)
    items = list(client.responses.input_items.list(second.id, order="asc", limit=2))
    texts = [json.dumps(item.to_dict()) for item in items]
    assert len(items) == 3
    assert ("one" in texts[0], first.output_text in texts[1], "two" in texts[2]) == (True, True, True)
    assert len({item.id for item in items if item.type != "message" or item.id}) == 3


def test_calls_and_their_results_are_one_chain(scene: Scene, client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="{{fake call}}", tools=[TOOL])
    call = next(item for item in first.output if item.type == "function_call")
    result: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    second = client.responses.create(model=MODEL, input=[result], tools=[TOOL], previous_response_id=first.id)
    assert "sunny" in last(scene).body.decode()
    wrong: Any = {**result, "call_id": "call_none"}
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model=MODEL, input=[wrong], previous_response_id=second.id)
    assert error.value.param == "input[0].call_id"


def test_items_of_stored_responses_are_named_instead_of_sent(scene: Scene, client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="{{fake call}}", tools=[TOOL])
    call = next(item for item in first.output if item.type == "function_call")
    named: list[Any] = [{"type": "item_reference", "id": item.id} for item in first.output]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    for store in (True, False):
        asked: list[Any] = [{"role": "user", "content": "And?"}, *named, result]
        second = client.responses.create(model=MODEL, input=asked, tools=[TOOL], store=store)
        sent = json.loads(last(scene).body)["messages"]
        assert sent[1]["tool_calls"][0]["id"] == call.call_id
        assert (sent[2]["role"], sent[2]["content"]) == ("tool", "sunny")
    client.responses.create(model=MODEL, input=[*named, result], previous_response_id=first.id, tools=[TOOL])
    assert len([one for one in json.loads(last(scene).body)["messages"] if one.get("tool_calls")]) == 1
    client.responses.delete(first.id)
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model=MODEL, input=[*named, result], tools=[TOOL])
    assert error.value.param == "input[0].id"
    assert second.status == "completed"


def test_two_answers_to_one_response_are_branches(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="root")
    ways = [client.responses.create(model=MODEL, input=way, previous_response_id=first.id) for way in "ab"]
    for way, name in zip(ways, "ab", strict=True):
        items = list(client.responses.input_items.list(way.id, order="asc"))
        assert [name in json.dumps(items[-1].to_dict()), len(items)] == [True, 3]


def test_a_deleted_response_is_gone_and_not_gone_on_from(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input="hello")
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model=MODEL, input="go on", previous_response_id=first.id)
    assert refused(error) == (400, "previous_response_not_found")


def test_what_is_not_to_be_stored_is_not_there(client: openai.OpenAI) -> None:
    answer = client.responses.create(model=MODEL, input="hello", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(answer.id)


def test_an_answer_that_is_left_keeps_what_was_said(scene: Scene, client: openai.OpenAI) -> None:
    with client.responses.create(model=MODEL, input="{{fake tokens=500;rate=50}}", stream=True) as stream:
        created = next(iter(stream))
        for event in stream:
            if event.type == "response.output_text.delta":
                break
    until(lambda: last(scene).outcome == "caller-left")
    response_id = created.response.id  # type: ignore[union-attr]
    until(lambda: _is_there(client, response_id))
    kept = client.responses.retrieve(response_id)
    assert (kept.status, bool(kept.output_text)) == ("cancelled", True)


def _is_there(client: openai.OpenAI, response_id: str) -> bool:
    try:
        client.responses.retrieve(response_id)
    except openai.NotFoundError:
        return False
    return True


def test_a_conversation_holds_items_and_grows_with_each_response(scene: Scene, client: openai.OpenAI) -> None:
    made = client.conversations.create(
        items=[{"type": "message", "role": "user", "content": "The word is teal."}], metadata={"a": "b"}
    )
    answer = client.responses.create(model=MODEL, input="What is it?", conversation=made.id)
    assert "teal" in last(scene).body.decode()
    assert answer.conversation is not None
    assert answer.conversation.id == made.id
    items = list(client.conversations.items.list(made.id, order="asc"))
    assert [item.type for item in items] == ["message"] * 3
    added = client.conversations.items.create(
        made.id, items=[{"type": "message", "role": "user", "content": "more"}]
    )
    one = client.conversations.items.retrieve(added.data[0].id or "", conversation_id=made.id)
    assert one == added.data[0]
    changed = client.conversations.update(made.id, metadata={"c": "d"})
    assert (changed.metadata, client.conversations.retrieve(made.id)) == ({"c": "d"}, changed)


def test_a_deleted_conversation_is_gone(client: openai.OpenAI) -> None:
    made = client.conversations.create()
    client.conversations.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model=MODEL, input="hello", conversation=made.id)


def test_a_deleted_item_says_nothing_any_more(client: openai.OpenAI) -> None:
    made = client.conversations.create(items=[{"type": "message", "role": "user", "content": "secret"}])
    (item,) = client.conversations.items.list(made.id)
    client.conversations.items.delete(item.id or "", conversation_id=made.id)
    assert list(client.conversations.items.list(made.id)) == []


def test_the_background_goes_on_without_its_client(client: openai.OpenAI) -> None:
    queued = client.responses.create(model=MODEL, input="{{fake tokens=20;rate=100}}", background=True)
    assert (queued.status, queued.background) == ("queued", True)
    until(lambda: client.responses.retrieve(queued.id).status == "completed")
    done = client.responses.retrieve(queued.id)
    assert (done.id, bool(done.output_text)) == (queued.id, True)
    after = client.responses.create(model=MODEL, input="go on", previous_response_id=queued.id)
    assert after.status == "completed"


def test_a_stream_of_the_background_is_followed_again_from_a_number(client: openai.OpenAI) -> None:
    asked = "{{fake tokens=40;rate=40}}"
    seen: list[Any] = []
    with client.responses.create(model=MODEL, input=asked, background=True, stream=True) as stream:
        for event in stream:
            seen.append(event)
            if len(seen) == 8:
                break
    response_id = seen[0].response.id
    rest = list(client.responses.retrieve(response_id, stream=True, starting_after=seen[-1].sequence_number))
    numbers = [event.sequence_number for event in (*seen, *rest)]
    assert numbers == list(range(len(numbers)))
    text = "".join(event.delta for event in (*seen, *rest) if event.type == "response.output_text.delta")
    assert (rest[-1].type, rest[-1].response.output_text) == ("response.completed", text)


def test_the_background_can_be_cancelled_and_keeps_what_was_said(scene: Scene, client: openai.OpenAI) -> None:
    queued = client.responses.create(
        model=MODEL, input="{{fake tokens=2000;rate=50}}", background=True, stream=True
    )
    with queued as stream:
        begun = next(iter(stream))
        for event in stream:
            if event.type == "response.output_text.delta":
                break
    cancelled = client.responses.cancel(begun.response.id)  # type: ignore[union-attr]
    assert (cancelled.status, bool(cancelled.output_text)) == ("cancelled", True)
    until(lambda: last(scene).outcome == "caller-left")
    assert client.responses.cancel(cancelled.id).status == "cancelled"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_none", "conversation": "conv_none"}, "previous_response_id"),
        ({"background": True, "store": False}, "background"),
        ({"conversation": {}}, "conversation"),
        ({"store": "yes"}, "store"),
    ],
)
def test_wishes_that_fit_nothing_are_refused_by_name(
    client: openai.OpenAI, fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model=MODEL, input="hello", extra_body=fields)
    assert error.value.param == param


@pytest.mark.parametrize("name", [f"file-~{'0' * 26}", f"file_~{'0' * 26}", f"files/salon{'0' * 26}"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_file_that_is_not_there_is_refused_before_the_background_begins(
    scene: Scene, client: openai.OpenAI, name: str, stream: bool
) -> None:
    said: Any = [{"role": "user", "content": [{"type": "input_file", "file_id": name}]}]
    before = scene.house.rows("SELECT id FROM stored_responses")
    with pytest.raises(openai.NotFoundError) as error:
        client.responses.create(model=MODEL, input=said, background=True, stream=stream)
    assert (error.value.param, name in error.value.message) == ("input[0].content[0].file_id", True)
    assert scene.house.rows("SELECT id FROM stored_responses") == before


def test_a_failure_of_the_provider_stores_nothing_and_says_what_it_says_elsewhere(
    client: openai.OpenAI,
) -> None:
    with pytest.raises(openai.BadRequestError):
        client.responses.create(model=MODEL, input="{{fake fault=400}}")
    failed = client.responses.create(model=MODEL, input="{{fake fault=400}}", background=True)
    until(lambda: client.responses.retrieve(failed.id).status == "failed")
    assert client.responses.retrieve(failed.id).error is not None


def test_a_key_without_the_right_keeps_nothing_and_reaches_nothing(
    scene: Scene, key: str, client: openai.OpenAI
) -> None:
    kept = client.responses.create(model=MODEL, input="hello")
    with openai.OpenAI(base_url=f"{scene.house.url}/v1", api_key=key, max_retries=0) as other:
        with pytest.raises(openai.PermissionDeniedError):
            other.responses.retrieve(kept.id)
        with pytest.raises(openai.BadRequestError):
            other.responses.create(model=MODEL, input="go on", previous_response_id=kept.id)
        answer = other.responses.create(model=MODEL, input="hello", store=True)
    assert answer.store is False  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_request_sent_again_under_its_key_is_stored_once(
    scene: Scene, client: openai.OpenAI, is_stream: bool
) -> None:
    conversation = client.conversations.create().id
    key = {"Idempotency-Key": f"once-{is_stream}-{conversation}"}

    def ask(text: str) -> str:
        answer: Any = client.responses.create(
            model=MODEL, input=text, conversation=conversation, stream=is_stream, extra_headers=key
        )
        return list(answer)[-1].response.id if is_stream else answer.id

    first = ask("Say it once.")
    assert ask("Say it once.") == first
    assert len(scene.fake.journal.exchanges) == 1
    items = list(client.conversations.items.list(conversation, order="asc"))
    assert [item.type for item in items] == ["message", "message"]
    assert client.responses.retrieve(first).status == "completed"
    with pytest.raises(openai.ConflictError):
        ask("Say something else.")
