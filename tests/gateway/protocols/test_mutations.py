"""Mutated requests raise only Salon's own errors; mutated streams give events or a StreamError."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest, SalonError
from salon.foundation.messages import StreamError
from salon.gateway.protocols import anthropic, gemini, ollama, openai, responses
from salon.gateway.protocols.base import Dialect, EncodeContext
from salon.gateway.protocols.collect import ResponseCollector

DIALECTS: list[Dialect] = [
    openai.DIALECT,
    responses.DIALECT,
    anthropic.DIALECT,
    ollama.DIALECT,
    ollama.GENERATE,
    gemini.DIALECT,
]
CONTEXT = EncodeContext(request_id="req_1", model="m", created_at_s=1)
VALUES: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, 1e308, "", "x", "\x00", "data:,", "data:image/png;base64,", [], [[]],
    [None], ["x"], {}, {"type": "x"}, {"": 1}, {"type": 1}, [{"type": "text"}], {"a": {"b": [1]}},
]  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    mutant = copy.deepcopy(value)
    target = mutant
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return mutant


def _is_told(error: SalonError, *, param: bool = False) -> None:
    assert error.message
    assert error.param or not param


def _serve(dialect: Dialect, body: bytes) -> None:
    """Take a request through everything a served request goes through."""
    try:
        envelope = dialect.read_envelope(body)
        dialect.rewrite_request(envelope, model="other", stream=True, quirks={})
        dialect.rewrite_request(envelope, model="other", stream=False, quirks={})
        request = dialect.decode_request(envelope)
    except InvalidRequest as error:
        _is_told(error, param=True)
        return
    for target in DIALECTS:
        try:
            json.loads(target.encode_request(request, quirks={}).body)
        except SalonError as error:
            _is_told(error)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_value_of_a_request_may_be_anything(dialect: Dialect, samples: Any) -> None:
    sample = samples.requests[dialect.name]
    for path in _paths(sample):
        for value in VALUES:
            _serve(dialect, json.dumps(_with(sample, path, value)).encode())


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_request_may_be_any_bytes(dialect: Dialect, samples: Any) -> None:
    chance = random.Random(20261121)
    body = json.dumps(samples.requests[dialect.name], ensure_ascii=False).encode()
    for _ in range(1500):
        mutant = bytearray(body)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(mutant))
            kind = chance.randrange(3)
            if kind == 0:
                mutant[at] = chance.randrange(256)
            elif kind == 1:
                del mutant[at : at + chance.randint(1, 30)]
            else:
                mutant[at:at] = chance.choice([b"{", b"]", b'"', b",", b"\\u", b"\xff", b"1e999", b"null"])
        _serve(dialect, bytes(mutant))


BOMBS = [
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b"",
    b"null",
    b'"x"',
    b"[]",
    b"\xff",
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_an_invalid_request(dialect: Dialect, bomb: bytes) -> None:
    with pytest.raises(InvalidRequest):
        dialect.read_envelope(bomb)
    inside = b'{"model":"m","max_tokens":1,"messages":[{"role":"user","content":' + (bomb or b"x") + b"}]}"
    _serve(dialect, inside)
    _serve(dialect, b'{"model":"m","contents":[{"parts":[{"text":' + (bomb or b"x") + b"}]}]}")


def _streams() -> dict[str, bytes]:
    """One rich stream of our own in each dialect."""
    source = (
        b'data: {"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":3}}}\n\n'
        b'data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\n'
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}\n\n'
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}\n\n'
        b'data: {"type":"content_block_stop","index":0}\n\n'
        b'data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}\n\n'
        b'data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"h\xc3\xa9"}}\n\n'
        b'data: {"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":'
        b'{"type":"web_search_result_location","url":"https://example.org","cited_text":"x","title":"t"}}}\n\n'
        b'data: {"type":"content_block_stop","index":1}\n\n'
        b'data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f",'
        b'"input":{}}}\n\n'
        b'data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}\n\n'
        b'data: {"type":"content_block_stop","index":2}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":4}}\n\n'
        b'data: {"type":"message_stop"}\n\n'
    )
    decoder = anthropic.DIALECT.stream_decoder()
    events = [*decoder.feed(source), *decoder.finish()]
    streams = {"anthropic": source}
    for dialect in (openai.DIALECT, responses.DIALECT, ollama.DIALECT, ollama.GENERATE, gemini.DIALECT):
        encoder = dialect.stream_encoder(CONTEXT)
        streams[dialect.name] = encoder.encode(events) + encoder.finish()
    return streams


def _relay(dialect: Dialect, body: bytes, chance: random.Random) -> None:
    decoder, tap = dialect.stream_decoder(), dialect.stream_tap(withhold_usage=True, model="x")
    encoders = [target.stream_encoder(CONTEXT) for target in DIALECTS]
    collector = ResponseCollector()
    at = 0
    ended = 0
    while at <= len(body):
        step = chance.randint(1, 200)
        piece = body[at : at + step]
        events = decoder.feed(piece) if piece else decoder.finish()
        tap.feed(piece)
        collector.add(events)
        ended += sum(isinstance(event, StreamError) for event in events)
        for encoder in encoders:
            encoder.encode(events)
        at += step if piece else len(body) + 1
    if at <= len(body) + 200:
        collector.add(decoder.finish())
    tap.finish()
    assert tap.output_bytes >= 0
    assert (tap.usage, tap.finish_reason) is not None
    collector.response()
    for encoder in encoders:
        encoder.finish()
    assert ended <= 1


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_stream_may_be_any_bytes(dialect: Dialect) -> None:
    chance = random.Random(42)
    body = _streams()[dialect.name]
    for _ in range(600):
        mutant = bytearray(body)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(mutant))
            kind = chance.randrange(3)
            if kind == 0:
                mutant[at] = chance.randrange(256)
            elif kind == 1:
                del mutant[at : at + chance.randint(1, 60)]
            else:
                mutant[at:at] = chance.choice([b"{", b"]", b'"', b"\r", b"\n\n", b"null", b"[" * 3000, b"-"])
        _relay(dialect, bytes(mutant), chance)


def _events_of(dialect: Dialect, body: bytes) -> list[Any]:
    lines = [line.removeprefix(b"data: ") for line in body.splitlines() if b"{" in line]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_value_of_a_stream_may_be_anything(dialect: Dialect) -> None:
    chance = random.Random(7)
    events = _events_of(dialect, _streams()[dialect.name])
    head, tail = (b"", b"\n") if dialect.name.startswith("ollama") else (b"data: ", b"\n\n")
    for path in _paths(events):
        for value in VALUES:
            mutant = _with(events, path, value)
            body = b"".join(head + json.dumps(event).encode() + tail for event in mutant)
            _relay(dialect, body, chance)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_value_of_an_answer_may_be_anything(dialect: Dialect) -> None:
    decoder = anthropic.DIALECT.stream_decoder()
    collector = ResponseCollector()
    collector.add([*decoder.feed(_streams()["anthropic"]), *decoder.finish()])
    sample = json.loads(dialect.encode_response(collector.response(), CONTEXT).body)
    for path in _paths(sample):
        for value in VALUES:
            body = json.dumps(_with(sample, path, value)).encode()
            dialect.read_answer(body)
            try:
                response = dialect.decode_response(body)
            except SalonError as error:
                _is_told(error)
                continue
            for target in DIALECTS:
                target.encode_response(response, CONTEXT)
