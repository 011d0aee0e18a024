"""What is kept of forms, and of answers that are no JSON."""

import json
from collections.abc import Callable
from typing import Any

import orjson

from salon.foundation.messages import Attachment
from salon.gateway.protocols.forms import form_of

Run = Callable[..., None]
FILE = Attachment(data=b"\x00\xffsecret bytes", media_type="audio/wav", name="a.wav")


def test_a_form_is_kept_without_the_bytes_of_its_files(desk: Run) -> None:
    async def scene(made: Any) -> None:
        for more in ({"response_format": "text"}, {"stream": "true"}):
            body = form_of({"model": "openai/fake", **more}, files=[("file", FILE)])
            await made.bench.send("openai-transcriptions", body)
        await made.log.flush()
        plain, streamed = await made.kept()
        file = {"file": "a.wav", "media_type": "audio/wav", "size_bytes": len(FILE.data)}
        assert json.loads(plain.request) == {"model": "openai/fake", "response_format": "text", "file": file}
        assert json.loads(plain.response) == "tok " * 8 + "\n"
        (end,) = json.loads(streamed.response)
        assert (end["type"], end["text"]) == ("transcript.text.done", "tok " * 8)

    desk(scene)


def test_of_audio_its_size_is_kept(desk: Run) -> None:
    async def scene(made: Any) -> None:
        body = orjson.dumps({"model": "openai/fake", "input": "hello"})
        reply = await made.bench.send("openai-speech", body)
        await made.log.flush()
        (kept,) = await made.kept()
        assert json.loads(kept.request)["input"] == "hello"
        assert json.loads(kept.response) == {"not_kept": "audio/mpeg", "size_bytes": len(reply.body)}

    desk(scene)
