"""Speech and transcriptions, between callers and providers: bytes, texts, events, money and failures."""

import asyncio
import base64
import io
import wave
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.foundation.messages import Attachment
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.protocols.forms import form_of
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.audio import spoken
from salon.testing.fake_provider.forms import read_form
from salon.testing.gateway_bench import OWNER, GatewayBench, MemoryReply, alias, poll

Play = Callable[..., None]
FILE = Attachment(data=bytes(range(256)) * 4, media_type="audio/wav", name="a.wav")
SAID = "tok " * 8


def speech(model: str = "openai/fake", text: str = "Guten Tag", **fields: Any) -> bytes:
    """Return a request to speak."""
    return orjson.dumps({"model": model, "input": text, "voice": "alloy", **fields})


def recording(model: str = "openai/fake", **fields: Any) -> bytes:
    """Return a request to write a recording down."""
    return form_of({"model": model, **fields}, files=[("file", FILE)])


def events(body: bytes) -> list[Any]:
    """Return the events of a stream."""
    return [orjson.loads(one[6:]) for one in body.split(b"\n\n") if one.startswith(b"data: {")]


def test_speech_is_handed_on_as_it_comes_and_its_characters_are_counted(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-speech", speech(text="Grüße"))
        assert (reply.status, reply.headers["content-type"]) == (200, "audio/mpeg")
        assert reply.body == spoken("Grüße")
        assert fake.journal.exchanges[-1].header("content-type") == "application/json"
        entry, _ = await bench.row()
        assert (entry.operation, entry.dialect, entry.status) == ("speech", "openai-speech", "ok")
        assert orjson.loads(entry.details or "") == {"characters": 5}
        assert (entry.usage_source, entry.cost_e10) == ("estimated", None)

    play(scene)


def test_speech_comes_in_pieces(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-speech", speech(text="a long text"))
        assert reply.writes > 1

    play(scene)


def test_speech_in_events_counts_tokens(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-speech", speech(stream_format="sse"))
        assert reply.headers["content-type"] == "text/event-stream"
        assert events(reply.body)[-1]["type"] == "speech.audio.done"
        entry, _ = await bench.row()
        assert (entry.input_tokens, entry.usage_source) == (3, "provider")
        assert orjson.loads(entry.details or "") == {"audio_output_tokens": entry.output_tokens}

    play(scene)


@pytest.mark.parametrize(
    ("form", "media_type", "begin"),
    [
        ("json", "application/json", b'{"text":"tok'),
        ("verbose_json", "application/json", b'{"task":"transcribe"'),
        ("text", "text/plain; charset=utf-8", b"tok tok"),
        ("srt", "text/plain; charset=utf-8", b"1\n00:00:00,000"),
        ("vtt", "text/plain; charset=utf-8", b"WEBVTT\n\n"),
    ],
)
def test_a_transcription_has_the_form_and_type_that_was_asked_for(
    play: Play, form: str, media_type: str, begin: bytes
) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-transcriptions", recording(response_format=form))
        assert (reply.status, reply.headers["content-type"]) == (200, media_type)
        assert reply.body.startswith(begin)

    play(scene)


@pytest.mark.parametrize("dialect", ["openai-transcriptions", "openai-translations"])
def test_a_recording_goes_on_byte_for_byte_with_another_model(play: Play, dialect: Any) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fields = {"prompt": "Zürich", "timestamp_granularities": ["word", "segment"]}
        reply = await bench.send(dialect, recording("heard", **fields))
        assert (reply.status, reply.json()["text"]) == (200, SAID)
        sent = fake.journal.exchanges[-1]
        found = read_form(sent.header("content-type") or "", bytes(sent.body))
        file = found.pop("file")
        assert (file.data, file.name, file.media_type) == (FILE.data, FILE.name, FILE.media_type)
        assert found == {"model": "fake", **fields}
        entry, _ = await bench.row()
        assert entry.operation == dialect.removeprefix("openai-")
        assert orjson.loads(entry.details or "")["audio_input_tokens"] == 10

    play(scene, aliases=[alias("heard", "openai/fake")])


def test_a_transcription_is_streamed(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-transcriptions", recording(stream="true"))
        told = events(reply.body)
        assert "".join(one.get("delta", "") for one in told) == told[-1]["text"] == SAID
        entry, _ = await bench.row()
        assert (entry.stream, entry.usage_source) == (True, "provider")
        assert entry.output_tokens == 8

    play(scene)


def test_a_stream_that_the_provider_does_not_give_is_made_of_its_answer(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-transcriptions", recording("openai/whisper", stream="true"))
        assert reply.headers["content-type"] == "text/event-stream"
        assert [one["type"] for one in events(reply.body)] == [
            "transcript.text.delta",
            "transcript.text.done",
        ]
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "") == {"audio_input_ms": 4000}

    play(scene)


def test_minutes_and_characters_are_paid_for(play: Play) -> None:
    price = Price(
        tiers=(PriceTier(input=0, output=0),), version="t", minute_e10=rate("0.006"), characters_e10=rate(15)
    )

    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        heard = await bench.send("openai-transcriptions", recording("openai/whisper"))
        assert heard.headers["x-salon-cost"] == "0.0004 USD"
        await bench.send("openai-speech", speech(text="x" * 1000))
        costs = [entry.cost_e10 for entry, _ in await bench.rows()]
        assert costs == [4_000_000, 150_000_000]

    play(scene, prices=[PriceSpec(model="openai/*", price=price)])


def test_what_nobody_counted_is_unpriced_and_never_free(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-transcriptions", recording("openai/fake", response_format="text"))
        assert reply.headers["x-salon-cost"] == "unpriced"
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "") == {"uncounted": 1}

    play(scene)


@pytest.mark.parametrize("fault", ["503", "reset", "close:before-headers", "html", "error-object"])
def test_another_target_is_asked_when_one_fails(play: Play, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script([f"fault={fault}", ""])
        reply = await bench.send("openai-transcriptions", recording("either"))
        assert reply.status == 200, reply.body
        fake.script([f"fault={fault}", ""])
        reply = await bench.send("openai-speech", speech("either"))
        assert reply.body == spoken("Guten Tag")

    play(scene, aliases=[alias("either", "openai/one", "openai/two")])


def test_audio_that_breaks_off_is_cut_and_not_ended(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=reset:mid-stream"])
        reply = await bench.send("openai-speech", speech(text="a rather long text to say"))
        assert (reply.status, reply.aborted) == (200, True)
        entry, _ = await bench.row()
        assert (entry.status, entry.error_code) == ("interrupted", "upstream_broken")
        assert entry.cost_e10 != 0

    play(scene)


def test_events_that_break_off_end_with_the_error(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=reset:mid-stream", "fault=error-in-stream"])
        reply = await bench.send("openai-transcriptions", recording(stream="true"))
        assert b"event: error\ndata: {" in reply.body
        assert events(reply.body.replace(b"event: error\n", b""))[-1]["error"]["message"]
        reply = await bench.send("openai-transcriptions", recording(stream="true"))
        assert b"fake failure in the stream" in reply.body
        assert not reply.aborted

    play(scene)


def test_leaving_stops_the_provider(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=stall:mid-stream"])
        reply = MemoryReply()
        task = asyncio.ensure_future(bench.send("openai-speech", speech(text="x" * 50), reply=reply))
        await poll(lambda: reply.size > 0)
        reply.leave()
        await task
        entry, _ = await bench.row()
        assert entry.status == "cancelled"

    play(scene)


def test_the_cache_keeps_types_and_tells_files_apart(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        headers = {"x-salon-cache": "on"}
        for body in (speech(), recording(response_format="text"), recording(stream="true")):
            dialect: Any = "openai-speech" if body.startswith(b"{") else "openai-transcriptions"
            first = await bench.send(dialect, body, headers=headers)
            again = await bench.send(dialect, body, headers=headers)
            assert again.headers["x-salon-cache"] == "hit"
            assert (again.headers["content-type"], again.body) == (first.headers["content-type"], first.body)
        other = form_of(
            {"model": "openai/fake", "response_format": "text"},
            files=[
                ("file", Attachment(data=b"x" * len(FILE.data), media_type=FILE.media_type, name=FILE.name))
            ],
        )
        assert (await bench.send("openai-transcriptions", other, headers=headers)).headers[
            "x-salon-cache"
        ] == "miss"

    play(scene)


def test_a_retry_with_its_key_is_the_same_under_another_boundary(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        headers = {"idempotency-key": "k1"}
        body = recording(response_format="srt")
        line = body[: body.find(b"\r\n")]
        first = await bench.send("openai-transcriptions", body, headers=headers)
        again = await bench.send("openai-transcriptions", body.replace(line, b"--other"), headers=headers)
        assert (again.status, again.body) == (200, first.body)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert fake.journal.counts["requests"] == 1

    play(scene)


def test_a_model_for_something_else_refuses(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        for dialect, body in (
            ("openai-speech", speech("anthropic/fake")),
            ("openai-transcriptions", recording("anthropic/fake")),
        ):
            reply = await bench.send(dialect, body)
            assert (reply.status, reply.json()["error"]["code"]) == (400, "wrong_model")

    play(scene)


@pytest.mark.parametrize(("form", "kind"), [("wav", "audio/wav"), ("pcm", "audio/pcm"), (None, "audio/wav")])
def test_gemini_speaks_to_openais_callers(play: Play, form: str | None, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fields = {"response_format": form} if form else {}
        reply = await bench.send("openai-speech", speech("gemini/fake", voice="Kore", **fields))
        assert (reply.status, reply.headers["content-type"]) == (200, kind)
        assert reply.body.removesuffix(SAID.encode())[:4] == (b"RIFF" if kind == "audio/wav" else b"")
        config = orjson.loads(fake.journal.exchanges[-1].body)["generationConfig"]
        assert config["speechConfig"]["voiceConfig"]["prebuiltVoiceConfig"] == {"voiceName": "Kore"}
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "")["audio_output_tokens"] == 8

    play(scene)


def test_a_format_that_gemini_does_not_speak_goes_to_the_next(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-speech", speech("either", response_format="mp3"))
        assert (reply.status, reply.headers["x-salon-route"]) == (200, "openai/fake")

    play(scene, aliases=[alias("either", "gemini/fake", "openai/fake")])


def test_openrouter_gets_recordings_as_json(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        spec = ProviderSpec(
            name="router", kind="openrouter", base_url=f"{fake.url}/v1", api_key="k", allow_private=True
        )
        await bench.service.add(OWNER.caller, spec)
        reply = await bench.send("openai-transcriptions", recording("router/whisper", language="de"))
        assert reply.json()["text"] == SAID
        sent = orjson.loads(fake.journal.exchanges[-1].body)
        assert sent["input_audio"] == {"data": base64.b64encode(FILE.data).decode(), "format": "wav"}
        assert (sent["model"], sent["language"]) == ("whisper", "de")

    play(scene)


def test_the_demo_makes_tones_and_says_that_it_hears_nothing(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        made = await bench.send("openai-speech", speech("demo", "three short words"))
        with wave.open(io.BytesIO(made.body)) as file:
            seconds = file.getnframes() / file.getframerate()
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert 0.3 < seconds < 0.4
        tones = Attachment(data=made.body, media_type="audio/wav", name="tones.wav")
        for dialect in ("openai-transcriptions", "openai-translations"):
            body = form_of({"model": "demo", "response_format": "verbose_json"}, files=[("file", tones)])
            told: Any = (await bench.send(dialect, body)).json()
            assert "the demo" in told["text"]
            assert "tones.wav" in told["text"]
            assert abs(told["duration"] - seconds) < 0.01
        refused = await bench.send("openai-speech", speech("demo", response_format="mp3"))
        assert (refused.status, "“wav” and “pcm”" in refused.json()["error"]["message"]) == (400, True)

    play(scene)


def test_a_wav_file_tells_its_length_where_the_answer_does_not(play: Play) -> None:
    price = Price(tiers=(PriceTier(input=0, output=0),), version="t", minute_e10=rate("0.6"))

    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        tones = (await bench.send("openai-speech", speech("demo", "a b c d e f g h"))).body
        file = Attachment(data=tones, media_type="audio/wav", name="a.wav")
        body = form_of({"model": "openai/fake", "response_format": "text"}, files=[("file", file)])
        reply = await bench.send("openai-transcriptions", body)
        assert reply.headers["x-salon-cost"].startswith("0.009")
        _, (entry, _attempts) = await bench.rows()
        assert 900 < orjson.loads(entry.details or "")["audio_input_ms"] < 1000

    play(scene, prices=[PriceSpec(model="openai/*", price=price)])
