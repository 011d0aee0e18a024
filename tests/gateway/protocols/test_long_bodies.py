"""A long body is split into the same fields whether its plain text is walked through or left out."""

import json
import random

import msgspec
import pytest

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.protocols.fields import field_value, join_fields, read_fields
from salon.gateway.protocols.long_bodies import LONG_BYTES, split_long

PLAIN = "All work and no play. " * 4000
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "QUJD" * 50_000}}
strictly = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def chat(*contents: object, **fields: object) -> bytes:
    messages = [{"role": "user", "content": content} for content in contents]
    return json.dumps({"model": "m", "messages": messages, "max_tokens": 5, **fields}).encode()


def verbatim(fields: dict[str, msgspec.Raw]) -> dict[str, bytes]:
    return {name: bytes(raw) for name, raw in fields.items()}


LEFT_OUT = {
    "one long prompt": chat(PLAIN),
    "prompts between short ones": chat("a", PLAIN, 'b "c"', PLAIN, "d"),
    "a picture between words": chat([{"type": "text", "text": 'Say "what".'}, PICTURE, PICTURE]),
    "two long fields": chat(PLAIN, prompt=PLAIN, suffix='"'),
    "a long value at the very end": b'{"model":"m","prompt":"%b"}' % PLAIN.encode(),
    "other letters": json.dumps(
        {"model": "m", "prompt": "Ärger, 怒り, 😀 " * 9000}, ensure_ascii=False
    ).encode(),
    "a field given twice": b'{"a":"%b","b":1,"a":"%b"}' % (b"x" * 50_000, b"y" * 60_000),
    "a short field in the place of a long one": b'{"a":"%b","b":1,"a":2}' % (b"x" * 50_000),
    "a long name inside a value": chat({"x" * 50_000: 1}),
}
READ_WHOLE = {
    "quotes everywhere": chat('"' * 90_000),
    "escapes everywhere": chat("a\n" * 60_000),
    "numbers": json.dumps({"model": "m", "input": list(range(20_000))}).encode(),
    "white space": b'{"model":"m",' + b" " * 90_000 + b'"a":1}',
    "a long name": b'{"%b":1}' % (b"n" * 90_000),
    "an escape over the border": b'{"a":"' + b"x" * (2048 - 7) + b"\\" + b"n" + b"x" * 90_000 + b'"}',
    "a broken escape over the border": b'{"a":"' + b"x" * (2048 - 7) + b"\\" + b"z" + b"x" * 90_000 + b'"}',
    "half an escape over the border": b'{"a":"' + b"x" * (2048 - 9) + b"\\u0041" + b"x" * 90_000 + b'"}',
    "no end": chat(PLAIN)[:-1],
    "no end of the string": chat(PLAIN)[:60_000],
    "something behind it": chat(PLAIN) + b"x",
    "an array": b'["%b"]' % PLAIN.encode(),
    "a line feed in a string": b'{"a":"%b\n%b"}' % (PLAIN.encode(), PLAIN.encode()),
    "nested too deep": b'{"a":' + b"[" * 90_000,
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_plain_text_is_left_out_and_the_fields_are_the_same(name):
    body = LEFT_OUT[name]
    fields = split_long(body)
    assert fields is not None
    assert verbatim(fields) == verbatim(strictly(body)) == verbatim(read_fields(body))
    assert list(fields) == list(strictly(body))
    assert json.loads(join_fields(fields, {"model": "other"})) == {**json.loads(body), "model": "other"}
    assert [field_value(fields, one) for one in fields] == list(json.loads(body).values())


@pytest.mark.parametrize("name", READ_WHOLE)
def test_whatever_else_is_long_is_read_whole_with_the_same_error(name):
    body = READ_WHOLE[name]
    assert split_long(body) is None
    try:
        expected = verbatim(strictly(body))
    except (msgspec.DecodeError, RecursionError):
        with pytest.raises(InvalidRequest) as refused:
            read_fields(body)
        assert refused.value.fields["field"] == "body"
    else:
        assert verbatim(read_fields(body)) == expected


def test_any_mixture_of_long_and_short_is_split_the_same():
    chance = random.Random(7)
    pieces = ["x" * 9000, "x" * 30_000, "é" * 20_000, 'a"b', "\n", "\\", "", "w" * 100]
    for _ in range(60):
        texts = ["".join(chance.choices(pieces, k=chance.randint(1, 6))) for _ in range(5)]
        value = {"model": "m", texts[0][:40]: 1, "messages": [{texts[1]: texts[2]}, texts[3]], "z": texts[4]}
        body = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode()
        cut = body[: chance.randint(len(body) // 2, len(body))] if chance.random() < 0.3 else body
        assert _outcome(lambda: read_fields(cut)) == _outcome(lambda: strictly(cut))  # noqa: B023


def _outcome(read) -> dict[str, bytes] | None:
    try:
        return verbatim(read())
    except (InvalidRequest, msgspec.DecodeError):
        return None


def test_short_bodies_are_read_at_once():
    body = chat("x" * (LONG_BYTES // 3))
    assert verbatim(read_fields(body)) == verbatim(strictly(body))
