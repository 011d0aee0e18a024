"""Reading the events of realtime sessions: counts, settings, and what is no event."""

import pytest
from openai.types.realtime import RealtimeErrorEvent

from salon.foundation.kit.errors import RateLimited
from salon.foundation.messages import Usage, UsageDetails
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.protocols.realtime import events
from salon.gateway.protocols.realtime.usage import read_transcription, read_usage

USAGE = {
    "total_tokens": 250,
    "input_tokens": 130,
    "output_tokens": 120,
    "input_token_details": {
        "text_tokens": 30,
        "audio_tokens": 100,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 14, "audio_tokens": 50, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 20, "audio_tokens": 100},
}


def test_each_class_of_a_responses_tokens_is_read_and_priced() -> None:
    usage = read_usage(USAGE)
    details = UsageDetails(audio_input_tokens=100, audio_cached_tokens=50, audio_output_tokens=100)
    assert usage == Usage(input_tokens=130, output_tokens=120, cached_tokens=64, details=details, raw=USAGE)
    rates = {"input": 4, "output": 16, "cached": 1, "audio_input": 32, "audio_cached": 2, "audio_output": 64}
    tier = PriceTier(**{name: rate * 10**10 for name, rate in rates.items()})
    # By hand: 16 text in at 4, 14 cached at 1, 50 audio in at 32, 50 cached at 2, 20 text out at 16, 100 at 64.
    dollars = 16 * 4 + 14 * 1 + 50 * 32 + 50 * 2 + 20 * 16 + 100 * 64
    assert Price(tiers=(tier,), version="t").cost(usage) == dollars * 10**4


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, None),
        ({}, None),
        ({"type": "duration", "seconds": 2.5}, UsageDetails(audio_input_ms=2500)),
        (
            {
                "type": "tokens",
                "input_tokens": 5,
                "output_tokens": 1,
                "input_token_details": {"audio_tokens": 5},
            },
            UsageDetails(audio_input_tokens=5),
        ),
    ],
)
def test_a_transcription_is_counted_by_tokens_or_time(raw: object, expected: UsageDetails | None) -> None:
    usage = read_transcription(raw)
    assert (usage.details if usage is not None else None) == expected


@pytest.mark.parametrize(
    "message", ["", "[]", "null", '{"type": 1}', '{"a": 1}', "{" * 100_000, b"\xff", '"type"']
)
def test_what_is_no_event_is_known_as_such(message: str | bytes) -> None:
    assert events.read_head(message) is None


@pytest.mark.parametrize(
    ("session", "transcriber", "limit", "is_narrow"),
    [
        ({}, None, None, None),
        (
            {"max_output_tokens": "inf", "audio": {"output": {"format": {"type": "audio/pcmu"}}}},
            None,
            None,
            True,
        ),
        ({"audio": {"input": {"transcription": {"model": "a"}}}, "max_output_tokens": 9}, "a", 9, None),
        (
            {
                "input_audio_transcription": {"model": "b"},
                "max_response_output_tokens": 8,
                "output_audio_format": "pcm16",
            },
            "b",
            8,
            False,
        ),
        ({"audio": [], "input_audio_transcription": "x", "max_output_tokens": True}, None, None, None),
    ],
)
def test_settings_are_found_in_both_forms(session, transcriber, limit, is_narrow) -> None:
    assert events.transcriber_in(session) == transcriber
    assert events.limit_in(session) == limit
    assert events.speaks_narrow(session) is is_narrow


def test_an_error_of_ours_is_one_to_openais_client() -> None:
    told = events.error_event(RateLimited(limit="2 requests", retry_after_s=1), mark="1", caused_by="evt")
    event = RealtimeErrorEvent.model_validate_json(told, strict=True)
    assert (event.error.code, event.error.event_id) == ("rate_limit_exceeded", "evt")
