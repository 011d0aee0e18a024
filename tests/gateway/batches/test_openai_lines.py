"""Input files line by line, cut anywhere; and requests that make batches."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.foundation.kit.errors import InvalidRequest
from salon.gateway.batches import BatchOptions, anthropic, openai

GOOD = b'{"custom_id":"%d","method":"POST","url":"/v1/embeddings","body":{"model":"m"}}'


@given(text=st.binary(max_size=60), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_lines_are_the_same_however_the_file_is_cut(text: bytes, sizes: list[int]) -> None:
    text = text.replace(b"a", b"\n")

    async def chunks() -> AsyncIterator[bytes]:
        rest, place = text, 0
        while rest:
            size = sizes[place % len(sizes)]
            yield rest[:size]
            rest, place = rest[size:], place + 1

    async def read() -> list[bytes]:
        return [line async for line in openai.text_lines(chunks())]

    assert asyncio.run(read()) == text.split(b"\n")


def test_a_file_with_too_many_lines_or_problems_is_not_read_on() -> None:
    reader = openai.LineReader("/v1/embeddings", BatchOptions(max_lines=2))
    lines = [reader.read(GOOD % number, number) for number in range(1, 4)]
    assert [line.custom_id if line is not None else None for line in lines] == ["1", "2", None]
    assert reader.is_hopeless
    assert [problem.code for problem in reader.problems] == ["too_many_tasks"]

    reader = openai.LineReader("/v1/embeddings", BatchOptions())
    for number in range(200):
        reader.read(b"[", number)
    assert len(reader.problems) == openai.MOST_PROBLEMS
    assert reader.is_hopeless


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"[]", "invalid_request"),
        (b'{"custom_id":1}', "invalid_request"),
        (b"\xff", "invalid_json_line"),
        (GOOD[:-1] % 1, "invalid_json_line"),
        ((GOOD % 1).replace(b'"1"', b'"%s"' % (b"x" * 600)), "invalid_custom_id"),
        ((GOOD % 1).replace(b'{"model":"m"}', b"[]"), "missing_required_parameter"),
        ((GOOD % 1).replace(b'"m"', b"7"), "missing_required_parameter"),
    ],
)
def test_a_line_that_cannot_be_asked_is_named(line: bytes, code: str) -> None:
    reader = openai.LineReader("/v1/embeddings", BatchOptions())
    assert reader.read(line, 4) is None
    assert [(problem.code, problem.line) for problem in reader.problems] == [(code, 4)]


def test_empty_lines_are_passed_over() -> None:
    reader = openai.LineReader("/v1/embeddings", BatchOptions())
    assert reader.read(b"  \r", 1) is None
    reader.end()
    assert [problem.code for problem in reader.problems] == ["empty_file"]


@pytest.mark.parametrize("body", [b"", b"[", b"\xff", b"[" * 100_000, b'{"requests":3}', b'{"requests":[1]}'])
def test_a_body_that_is_no_batch_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        anthropic.read_create(body, BatchOptions())
    with pytest.raises(InvalidRequest):
        openai.read_create(body)


def test_a_batch_with_too_many_lines_is_refused() -> None:
    body = b'{"requests":[%s]}' % b",".join(b'{"custom_id":"%d","params":{}}' % n for n in range(3))
    assert len(anthropic.read_create(body, BatchOptions(max_lines=3))) == 3
    with pytest.raises(InvalidRequest, match="from 1 to 2"):
        anthropic.read_create(body, BatchOptions(max_lines=2))
