"""OpenAI's older completions: what of a prompt and of an answer they carry."""

import json
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, Unsupported
from salon.foundation.messages import Finish, Message, ModelRequest, ReasoningPart, Response, TextPart, Tool
from salon.gateway.protocols.base import EncodeContext
from salon.gateway.protocols.collect import response_events
from salon.gateway.protocols.openai import COMPLETIONS, DIALECT

CONTEXT = EncodeContext(request_id="req_7", model="alias", created_at_s=1, include_usage=True)
LIKELY = {"content": [
    {"token": "ab", "logprob": -0.5, "top_logprobs": [{"token": "ab", "logprob": -0.5}]},
    {"token": "c", "logprob": -1.0, "top_logprobs": []},
]}  # fmt: skip


def asked(**fields: Any) -> ModelRequest:
    body = json.dumps({"model": "m", "prompt": "hi", **fields}).encode()
    return COMPLETIONS.decode_request(COMPLETIONS.read_envelope(body))


def test_a_prompt_is_one_message_and_its_settings_are_those_of_chat() -> None:
    request = asked(prompt=["hello"], logprobs=2, max_tokens=5, stop="x", seed=3, best_of=1, suffix=None)
    assert request.messages == (Message(role="user", parts=(TextPart(text="hello"),)),)
    assert (request.logprobs, request.top_logprobs, request.max_output_tokens) == (True, 2, 5)
    assert (request.stop, request.seed, request.extra) == (("x",), 3, None)
    assert asked(logprobs=None).logprobs is None


@pytest.mark.parametrize("fields", [{"prompt": 5.5}, {"prompt": {}}, {"n": 0}, {"logprobs": "x"}])
def test_a_mistake_is_named(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        asked(**fields)
    assert caught.value.fields["field"] == next(iter(fields))


def test_a_request_is_written_as_one_prompt() -> None:
    body = COMPLETIONS.encode_request(asked(logprobs=2, max_tokens=5), quirks={}).body
    assert json.loads(body) == {"model": "m", "prompt": "hi", "max_tokens": 5, "logprobs": 2}
    for other in (
        ModelRequest(model="m", messages=asked().messages * 2),
        ModelRequest(model="m", messages=asked().messages, tools=(Tool(name="f"),)),
    ):
        with pytest.raises(Unsupported):
            COMPLETIONS.encode_request(other, quirks={})


def test_log_probabilities_come_as_four_lists() -> None:
    answer = Response(
        id=None, model=None, parts=(TextPart(text="abc"),), finish=Finish(reason="stop"), usage=None,
        provider_data={"openai": {"logprobs": LIKELY}},
    )  # fmt: skip
    told = {
        "tokens": ["ab", "c"], "token_logprobs": [-0.5, -1.0], "top_logprobs": [{"ab": -0.5}, {}],
        "text_offset": [0, 2],
    }  # fmt: skip
    (choice,) = json.loads(COMPLETIONS.encode_response(answer, CONTEXT).body)["choices"]
    assert (choice["text"], choice["logprobs"], choice["finish_reason"]) == ("abc", told, "stop")


def test_a_stream_reads_as_it_was_written_and_names_what_it_lost() -> None:
    parts = (ReasoningPart(text="hm"), TextPart(text="abc"))
    answer = Response(id=None, model=None, parts=parts, finish=Finish(reason="length"), usage=None)
    encoder = COMPLETIONS.stream_encoder(CONTEXT)
    wire = encoder.encode(response_events(answer)) + encoder.finish()
    assert wire.endswith(b"data: [DONE]\n\n")
    assert encoder.lost == {"reasoning"}
    tap = COMPLETIONS.stream_tap(withhold_usage=False, model=None)
    assert tap.feed(wire) == wire
    assert (tap.output_bytes, tap.saw_end, tap.finish_reason and tap.finish_reason.raw) == (3, True, "length")
    assert DIALECT.stream_encoder(CONTEXT).encode(response_events(answer)) != wire
