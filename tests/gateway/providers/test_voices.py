"""Wires of speech and recordings that are not OpenAI's: what reaches them, and what OpenAI's callers get."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
import orjson
import pytest

from salon.foundation.messages import Attachment
from salon.gateway.dialects import ONLY_SPOKEN
from salon.gateway.pricing import Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.protocols.forms import form_of
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.audio import spoken
from salon.testing.fake_provider.forms import read_form
from salon.testing.gateway_bench import OWNER, GatewayBench, MemoryReply, poll

Play = Callable[..., None]
FILE = Attachment(data=b"ID3" + bytes(range(256)) * 4, media_type="audio/mpeg", name="a.mp3")
SAID = ("tok " * 8).strip()
LISTENERS = {
    "deepgram": "nova-3",
    "elevenlabs": "scribe_v2",
    "mistral": "voxtral-mini-latest",
    "xai": "grok-stt",
}
SPEAKERS = {
    "deepgram": "aura-2-thalia-en",
    "elevenlabs": "eleven_v3",
    "mistral": "voxtral-tts",
    "xai": "grok-tts",
}
PRICE = Price(
    tiers=(PriceTier(input=0, output=0),),
    version="t",
    characters_e10=rate("30"),
    minute_e10=rate("0.006"),
)
every_listener = pytest.mark.parametrize("kind", LISTENERS)
every_speaker = pytest.mark.parametrize("kind", SPEAKERS)


async def add(bench: GatewayBench, kind: str, fake: FakeProvider) -> None:
    """Add a provider of the kind whose usual address is the fake's."""
    ends = {"mistral": "/mistral/v1", "xai": "/v1"}
    models = (LISTENERS[kind], SPEAKERS[kind])
    spec = ProviderSpec(
        name="own",
        kind=kind,
        base_url=fake.url + ends.get(kind, ""),
        api_key="sk-canary",
        allow_private=True,
        models=models,
    )
    await bench.service.add(OWNER.caller, spec)


def recording(kind: str, plan: str = "", **fields: Any) -> bytes:
    """Return a request to write a recording down; ``plan`` stands in the recording."""
    file = msgspec.structs.replace(FILE, data=FILE.data + plan.encode())
    return form_of({"model": f"own/{LISTENERS[kind]}", **fields}, files=[("file", file)])


def speech(kind: str, text: str = "Guten Tag", **fields: Any) -> bytes:
    """Return a request to speak."""
    return orjson.dumps({"model": f"own/{SPEAKERS[kind]}", "input": text, "voice": "alloy", **fields})


@every_listener
def test_a_recording_is_written_down_and_its_seconds_are_paid_for(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-transcriptions", recording(kind))
        assert (reply.status, reply.json()["text"]) == (200, SAID)
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "")["audio_input_ms"] == 4000
        assert (entry.usage_source, entry.cost_e10) == ("provider", rate("0.0004"))

    play(scene, prices=[PriceSpec(model="own/*", price=PRICE)])


@every_listener
@pytest.mark.parametrize("form", ["text", "srt", "vtt", "verbose_json", "diarized_json"])
def test_every_form_of_an_answer_is_given(play: Play, kind: str, form: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-transcriptions", recording(kind, response_format=form))
        assert reply.status == 200
        text = reply.body.decode()
        assert SAID in text
        if form in {"srt", "vtt"}:
            assert text.count("-->") == 1
        if form.endswith("_json"):
            (segment,) = reply.json()["segments"]
            assert (segment["start"], segment["end"]) == (0.0, 4.0)

    play(scene)


@every_listener
def test_words_and_their_times_are_told(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        asked = recording(kind, response_format="verbose_json", timestamp_granularities=["word"])
        words = (await bench.send("openai-transcriptions", asked)).json()["words"]
        assert words[:2] == [
            {"word": "tok", "start": 0.0, "end": 0.5},
            {"word": "tok", "start": 0.5, "end": 1.0},
        ]

    play(scene)


def test_what_a_wire_has_no_word_for_is_told(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for kind in LISTENERS:
            await add(bench, kind, fake)
            reply = await bench.send(
                "openai-transcriptions", recording(kind, prompt="names", language="de", temperature="0.5")
            )
            assert reply.status == 200
            assert "prompt" in reply.headers["x-salon-lost"]
            sent = fake.journal.exchanges[-1]
            assert "de" in (sent.target if kind == "deepgram" else sent.body.decode("latin-1"))
            await bench.service.remove(OWNER.caller, "own")

    play(scene)


@every_speaker
def test_a_text_is_spoken_and_its_characters_are_paid_for(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-speech", speech(kind, "Grüße"))
        assert (reply.status, reply.body) == (200, spoken("Grüße"))
        assert reply.headers["content-type"] == "audio/mpeg"
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "") == {"characters": 5}
        assert entry.cost_e10 == rate("0.00015")

    play(scene, prices=[PriceSpec(model="own/*", price=PRICE)])


SENT: dict[str, tuple[str, Any]] = {
    "deepgram": (
        "/v1/speak?model=aura-2-luna-en&encoding=linear16&container=wav&sample_rate=24000&speed=1.2",
        {"text": "Hi"},
    ),
    "elevenlabs": (
        "/v1/text-to-speech/aura-2-luna-en?output_format=wav_24000",
        {"text": "Hi", "model_id": "eleven_v3", "voice_settings": {"speed": 1.2}},
    ),
    "mistral": (
        "/mistral/v1/audio/speech",
        {"model": "voxtral-tts", "input": "Hi", "response_format": "wav", "voice_id": "aura-2-luna-en"},
    ),
    "xai": (
        "/v1/tts",
        {
            "text": "Hi",
            "language": "auto",
            "output_format": {"codec": "wav"},
            "voice_id": "aura-2-luna-en",
            "speed": 1.2,
        },
    ),
}


@every_speaker
def test_voice_format_and_speed_reach_each_wire_in_its_words(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        asked = speech(kind, "Hi", voice="aura-2-luna-en", response_format="wav", speed=1.2)
        assert (await bench.send("openai-speech", asked)).status == 200
        sent = fake.journal.exchanges[-1]
        assert (sent.target, orjson.loads(sent.body)) == SENT[kind]

    play(scene)


@every_speaker
def test_speech_in_events_and_formats_nobody_has(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-speech", speech(kind, stream_format="sse"))
        events = [orjson.loads(one[6:]) for one in reply.body.split(b"\n\n") if one.startswith(b"data: {")]
        assert base64.b64decode(events[0]["audio"]) == spoken("Guten Tag")
        refused = await bench.send("openai-speech", speech(kind, response_format="midi"))
        assert (refused.status, refused.json()["error"]["param"]) == (400, "response_format")

    play(scene)


@every_listener
@pytest.mark.parametrize(
    ("plan", "status", "code"),
    [
        ("401", 502, "upstream_auth"),
        ("429", 429, "upstream_rate_limited"),
        ("500", 502, "upstream_server_error"),
        ("400", 400, "upstream_refused"),
    ],
)
def test_failures_are_told_as_what_they_are(play: Play, kind: str, plan: str, status: int, code: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-transcriptions", recording(kind, f"{{{{fake fault={plan}}}}}"))
        assert reply.status == status, reply.body
        entry, _ = await bench.row()
        assert entry.error_code == code
        assert b"sk-canary" not in reply.body

    play(scene)


@every_speaker
@pytest.mark.parametrize("plan", ["html", "close:after-headers", "truncated"])
def test_answers_that_are_none_are_broken(play: Play, kind: str, plan: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        reply = await bench.send("openai-speech", speech(kind, f"Hi {{{{fake fault={plan}}}}}"))
        assert (reply.status, b"Hi" in reply.body) == (502, False)

    play(scene)


@every_listener
def test_a_caller_that_leaves_ends_the_request(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        asked, reply = recording(kind, "{{fake fault=stall:before-headers}}"), MemoryReply()
        task = asyncio.ensure_future(bench.send("openai-transcriptions", asked, reply=reply))
        await poll(lambda: len(fake.journal.exchanges) == 1)
        reply.leave()
        await task
        entry, _ = await bench.row()
        assert entry.status == "cancelled"

    play(scene)


@pytest.mark.parametrize(("kind", "header"), [("deepgram", "authorization"), ("elevenlabs", "xi-api-key")])
def test_a_key_travels_as_each_maker_wants_it(play: Play, kind: str, header: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        await bench.send("openai-speech", speech(kind))
        sent = fake.journal.exchanges[-1].header(header)
        assert sent == ("Token sk-canary" if kind == "deepgram" else "sk-canary")

    play(scene)


def test_a_model_that_speaks_writes_nothing_down(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "deepgram", fake)
        asked = form_of({"model": f"own/{SPEAKERS['deepgram']}"}, files=[("file", FILE)])
        reply = await bench.send("openai-transcriptions", asked)
        assert (reply.status, list(fake.journal.exchanges)) == (400, [])
        assert "does not write recordings down" in reply.json()["error"]["message"]

    play(scene)


@pytest.mark.parametrize(
    ("model", "url"),
    [
        ("whisper-v3", "https://audio-prod.api.fireworks.ai/v1/audio/transcriptions"),
        ("whisper-v3-turbo", "https://audio-turbo.api.fireworks.ai/v1/audio/transcriptions"),
    ],
)
def test_fireworks_hears_at_addresses_of_its_own(play: Play, model: str, url: str) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        await bench.service.add(OWNER.caller, ProviderSpec(name="own", kind="fireworks", api_key="k"))
        target = bench.gateway.registry.plan(f"own/{model}").targets[0]
        endpoint = target.endpoint("openai-transcriptions", "transcriptions")
        assert f"{endpoint.url}{endpoint.path.decode()}" == url
        assert list(target.endpoints) == ["openai-transcriptions", "openai-translations"]

    play(scene)


def test_a_quota_that_is_told_with_the_status_of_a_wrong_key_is_no_wrong_key() -> None:
    body = orjson.dumps({"detail": {"status": "quota_exceeded", "message": "0 credits left"}})
    error = ONLY_SPOKEN["elevenlabs-speech"].decode_error(401, {}, body, provider="own")
    assert (error.code, error.upstream_message) == ("upstream_quota", "0 credits left")
    listed = orjson.dumps({"detail": [{"loc": ["body", "text"], "msg": "field required"}]})
    error = ONLY_SPOKEN["elevenlabs-speech"].decode_error(422, {}, listed, provider="own")
    assert (error.code, error.upstream_message) == ("upstream_refused", "field required")


def test_the_form_for_xai_ends_with_its_file(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "xai", fake)
        await bench.send("openai-transcriptions", recording("xai", language="de"))
        sent = fake.journal.exchanges[-1]
        assert list(read_form(sent.header("content-type") or "", sent.body)) == ["language", "format", "file"]

    play(scene)


@pytest.mark.parametrize("kind", ["deepgram", "elevenlabs"])
def test_a_provider_that_does_not_chat_is_tried_by_what_it_is_for(play: Play, kind: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, kind, fake)
        for model, detail in ((SPEAKERS[kind], "303 bytes of audio"), (LISTENERS[kind], "31 characters")):
            trial = await bench.service.test(OWNER, "own", model=model)
            told = [(step.name, step.ok) for step in trial.steps]
            assert told == [("list of models", True), ("answer", True)], trial
            assert trial.steps[-1].detail == detail
            assert trial.ok

    play(scene)


@pytest.mark.parametrize("voice", ["..", ".", "../models", "a/b?x=1#y"])
def test_a_voice_leads_to_no_other_address(play: Play, voice: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        await add(bench, "elevenlabs", fake)
        reply = await bench.send("openai-speech", speech("elevenlabs", voice=voice))
        targets = [one.target for one in fake.journal.exchanges]
        if voice in {".", ".."}:
            assert (reply.status, reply.json()["error"]["param"], targets) == (400, "voice", [])
        else:
            (target,) = targets
            assert target == f"/v1/text-to-speech/{quote(voice, safe='')}?output_format=mp3_44100_128"

    play(scene)
