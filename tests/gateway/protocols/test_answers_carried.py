"""What the page on dialects calls carried in answers is there again when it is read; so are likelihoods."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from salon.foundation.messages import Finish, Response, TextDelta, TextPart
from salon.gateway.dialects import DIALECTS
from salon.gateway.protocols import losses
from salon.gateway.protocols.base import Dialect, DialectName
from salon.gateway.protocols.collect import ResponseCollector, response_events
from salon.gateway.protocols.losses import LossName

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
import loss_names
import protocol_table

CHATS = protocol_table.DIALECTS
LIKELY: tuple[DialectName, ...] = ("openai", "responses", "ollama", "ollama-generate", "gemini")
ONLY_IN_STREAMS = {("anthropic", "tool arguments that are no JSON")}
"""What a stream carries and a whole answer does not: there arguments are text, here an object."""
TOKENS = [("ab", -0.5), ("c", -1.25)]


def essence(answer: Response) -> dict[str, Any]:
    """What an answer says, whatever its parts are called: a refusal is text where there is no other word."""
    words = "".join(
        getattr(part, "text", "")
        for part in answer.parts
        if type(part).__name__ in {"TextPart", "RefusalPart"}
    )
    usage = answer.usage
    return {
        "words": words,
        "reasoning": answer.reasoning,
        "signed": [
            getattr(part, "signature", None) for part in answer.parts if getattr(part, "signature", None)
        ],
        "calls": [(call.name, call.arguments) for call in answer.tool_calls],
        "urls": [part.url for part in answer.parts if getattr(part, "url", None)],
        "others": len(answer.alternatives),
        "tokens": (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens)
        if usage
        else None,
    }


@pytest.mark.parametrize("dialect", CHATS, ids=lambda dialect: dialect.name)
def test_what_is_carried_is_read_again(dialect: Dialect) -> None:
    for name, answer in protocol_table.ANSWERS.items():
        encoded = dialect.encode_response(answer, protocol_table.CONTEXT)
        if encoded.lost or name == "no usage":
            continue
        assert essence(dialect.decode_response(encoded.body)) == essence(answer), name


@pytest.mark.parametrize("dialect", CHATS, ids=lambda dialect: dialect.name)
def test_a_stream_names_what_a_whole_answer_names_and_loses_nothing_else(dialect: Dialect) -> None:
    for name, answer in protocol_table.ANSWERS.items():
        encoder = dialect.stream_encoder(protocol_table.CONTEXT)
        wire = encoder.encode(response_events(answer)) + encoder.finish()
        plain = set(dialect.encode_response(answer, protocol_table.CONTEXT).lost)
        if (dialect.name, name) not in ONLY_IN_STREAMS:
            assert encoder.lost == plain, name
        told = [f'"{lost}"' for lost in sorted(encoder.lost)]
        assert ("x_salon" in wire.decode()) == bool(told), name
        assert f'"x_salon":{{"lost":[{",".join(told)}]}}' in wire.decode() or not told, name
        collector, decoder = ResponseCollector(), dialect.stream_decoder()
        collector.add(decoder.feed(wire))
        collector.add(decoder.finish())
        if not encoder.lost and name != "no usage":
            assert essence(collector.response()) == essence(answer), name


def test_every_name_of_a_loss_has_its_meaning_on_the_page() -> None:
    assert set(get_args(LossName)) == set(loss_names.MEANINGS)
    gateway = Path(losses.__file__).parents[1]
    assert [path.name for path in gateway.rglob("*.py") if "OwnWord(" in path.read_text()] == ["losses.py"]


def likely(answer: Response) -> list[tuple[str, float]]:
    content = (answer.provider_data or {}).get("openai", {}).get("logprobs", {}).get("content") or []
    return [(item["token"], item["logprob"]) for item in content]


def events(tokens: Sequence[tuple[str, float]]) -> list[Any]:
    whole = Response(
        id=None, model="m", parts=(TextPart(text="abc"),), finish=Finish(reason="stop"), usage=None
    )
    out: list[Any] = []
    for event in response_events(whole):
        if not isinstance(event, TextDelta):
            out.append(event)
            continue
        for token, logprob in tokens:
            content = [{"token": token, "logprob": logprob, "bytes": None, "top_logprobs": []}]
            data = {"openai": {"logprobs": {"content": content}}}
            out.append(TextDelta(index=event.index, text=token, provider_data=data))
    return out


@pytest.mark.parametrize("name", LIKELY)
def test_likelihoods_cross_in_answers_and_streams(name: DialectName) -> None:
    dialect = DIALECTS[name]
    collector = ResponseCollector()
    collector.add(events(TOKENS))
    source = collector.response()
    assert likely(source) == TOKENS
    assert (
        likely(dialect.decode_response(dialect.encode_response(source, protocol_table.CONTEXT).body))
        == TOKENS
    )
    encoder, decoder, told = (
        dialect.stream_encoder(protocol_table.CONTEXT),
        dialect.stream_decoder(),
        ResponseCollector(),
    )
    told.add(decoder.feed(encoder.encode(events(TOKENS)) + encoder.finish()))
    told.add(decoder.finish())
    assert likely(told.response()) == TOKENS


@pytest.mark.parametrize(
    ("name", "word"), [("openai", '"refusal":"no"'), ("responses", '"refusal":"no"'), ("anthropic", '"stop_reason":"refusal"'), ("gemini", '"finishReason":"PROHIBITED_CONTENT"')]
)  # fmt: skip
def test_a_refusal_is_told_from_an_answer(name: DialectName, word: str) -> None:
    dialect, answer = DIALECTS[name], protocol_table.ANSWERS["refusal"]
    encoder = dialect.stream_encoder(protocol_table.CONTEXT)
    told = (encoder.encode(response_events(answer)) + encoder.finish()).decode()
    assert word in dialect.encode_response(answer, protocol_table.CONTEXT).body.decode()
    assert word in told


def test_what_a_provider_tells_beside_likelihoods_hides_them_from_nobody() -> None:
    told = {"openai": {**protocol_table.LIKELY["openai"], "system_fingerprint": "fp", "service_tier": "flex"}}
    answer = msgspec.structs.replace(protocol_table.ANSWERS["text"], provider_data=told)
    for name in LIKELY:
        encoded = DIALECTS[name].encode_response(answer, protocol_table.CONTEXT)
        assert likely(DIALECTS[name].decode_response(encoded.body)) == [("x", -0.5)], name
