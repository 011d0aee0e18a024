"""Passed-through streams: the same bytes out, the same usage and finish as a full decoding."""

import json
from typing import Any

import pytest

CUTS = (0, 1, 7, 1009)


def _tapped(tap: Any, wire: Any, body: bytes, cut: int) -> bytes:
    return b"".join([tap.feed(piece) for piece in wire.pieces(body, cut)]) + tap.finish()


@pytest.mark.parametrize("cut", CUTS)
def test_nothing_is_changed_when_nothing_is_withheld(cut: int, recordings: Any, wire: Any) -> None:
    for recording in recordings(stream=True):
        if recording.transport == "json-array" or recording.status != 200:
            continue
        tap = recording.dialect.stream_tap(withhold_usage=False, model=None)
        out = _tapped(tap, wire, recording.body, cut)
        assert out.startswith(recording.body), recording.id
        assert out[len(recording.body) :] in {b"", b"\n", b"\n\n"}, "the blank line that was missing"


@pytest.mark.parametrize("cut", CUTS)
def test_an_array_is_passed_on_as_events_that_say_the_same(cut: int, recordings: Any, wire: Any) -> None:
    arrays = [r for r in recordings("gemini", stream=True) if r.transport == "json-array"]
    assert len(arrays) == 8
    for recording in arrays:
        tap = recording.dialect.stream_tap(withhold_usage=False, model=None)
        out = _tapped(tap, wire, recording.body, cut)
        assert [json.loads(line[6:]) for line in out.splitlines() if line] == json.loads(recording.body)
        assert tap.saw_end, recording.id


@pytest.mark.parametrize("cut", CUTS)
def test_the_tap_reads_what_the_decoder_reads(cut: int, recordings: Any, wire: Any) -> None:
    for recording in recordings(stream=True):
        tap = recording.dialect.stream_tap(withhold_usage=False, model=None)
        _tapped(tap, wire, recording.body, cut)
        collector = wire.collect(recording.dialect, recording.body)
        response = collector.response()
        assert tap.usage == response.usage, recording.id
        if collector.error is None:
            assert (tap.finish_reason or response.finish) == response.finish, recording.id
        else:
            assert tap.error is not None, recording.id
            assert tap.error.message == collector.error.message


def test_the_tap_counts_the_bytes_of_the_output(recordings: Any, wire: Any) -> None:
    for recording in recordings("chat", stream=True):
        tap = recording.dialect.stream_tap(withhold_usage=False, model=None)
        _tapped(tap, wire, recording.body, 0)
        response = wire.collect(recording.dialect, recording.body).response()
        arguments = "".join(call.arguments for call in response.tool_calls)
        whole = response.text + response.reasoning + arguments
        assert tap.output_bytes >= len(whole.encode()), recording.id


def test_a_renamed_model_is_the_only_change(recordings: Any, wire: Any) -> None:
    for recording in recordings(stream=True):
        before = wire.collect(recording.dialect, recording.body)
        tap = recording.dialect.stream_tap(withhold_usage=False, model='my "own" model')
        after = wire.collect(recording.dialect, _tapped(tap, wire, recording.body, 7))
        ours, theirs = after.response(), before.response()
        if theirs.model:
            assert ours.model == 'my "own" model', recording.id
        assert (ours.text, ours.usage, ours.finish) == (theirs.text, theirs.usage, theirs.finish)


def test_a_usage_chunk_we_asked_for_is_withheld(recordings: Any, wire: Any) -> None:
    for recording in recordings("chat", stream=True):
        tap = recording.dialect.stream_tap(withhold_usage=True, model=None)
        out = _tapped(tap, wire, recording.body, 1009)
        before = wire.collect(recording.dialect, recording.body).response()
        after = wire.collect(recording.dialect, out).response()
        assert tap.usage == before.usage, recording.id
        assert after.text == before.text, recording.id


def test_finished_answers_are_read_without_decoding_them(recordings: Any) -> None:
    for recording in recordings(stream=False):
        if recording.status != 200 or not recording.expected or "raises" in recording.expected:
            continue
        usage, finish, size = recording.dialect.read_answer(recording.body)
        if not recording.expected.get("text") and not recording.expected.get("tool_calls"):
            continue
        response = recording.dialect.decode_response(recording.body)
        assert (usage, finish) == (response.usage, response.finish), recording.id
        assert size >= len(response.text.encode()), recording.id
