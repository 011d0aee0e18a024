"""Pictures in the words of OpenAI and of Imagen: the fake provider makes another one for each prompt."""

from typing import Any, cast

import orjson

from salon.testing.fake_provider import gemini
from salon.testing.fake_provider.answer import Answer, Asked, JsonObject
from salon.testing.fake_provider.audio import MediaDialect
from salon.testing.fake_provider.forms import Uploaded
from salon.testing.fake_provider.frames import Frame, sse
from salon.testing.fake_provider.png import picture

CREATED = 1_800_000_000
MOST_PICTURES = 10
"""As many as a real provider makes of one request."""


def _read(body: JsonObject) -> Asked:
    prompt = str(body.get("prompt", "variation"))
    return Asked(
        model=str(body["model"]),
        text=prompt,
        last_user_text=prompt,
        stream=body.get("stream") in {True, "true"},
        wanted=(prompt, _number(int(body.get("n", 1))), body.get("response_format"), "prompt"),
    )


def _number(wanted: int) -> int:
    """Return how many pictures are wanted. Raises: ValueError."""
    if not 1 <= wanted <= MOST_PICTURES:
        raise ValueError(f"{wanted} pictures are not between 1 and {MOST_PICTURES}")
    return wanted


def _read_edit(body: JsonObject) -> Asked:
    given: Any = body.get("image") or body.get("images")
    shown = cast("list[Any]", given if isinstance(given, list) else [given])
    if not shown or not all(isinstance(one, Uploaded | dict) for one in shown):
        raise TypeError("image must be a file, or an object")
    return _read(body)


def _usage(answer: Answer) -> JsonObject:
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": answer.input_tokens},
        "output_tokens": 100,
        "total_tokens": answer.input_tokens + 100,
    }


def _counts(answer: Answer) -> JsonObject:
    """Return the usage; a model whose name has \u201cdall-e\u201d in it counts nothing."""
    return {} if "dall-e" in answer.model else {"usage": _usage(answer)}


def _write(answer: Answer) -> bytes:
    prompt, number, delivery, _ = answer.wanted
    data: list[JsonObject] = [{"b64_json": picture(prompt, place)} for place in range(number)]
    if delivery == "url":
        data = [{"url": f"https://pictures.example/{place}.png"} for place in range(number)]
    return orjson.dumps({"created": CREATED, "data": data, **_counts(answer)})


def _read_imagen(body: JsonObject) -> Asked:
    prompt = str(body["instances"][0]["prompt"])
    wanted = (prompt, _number(body["parameters"]["sampleCount"]), None, "")
    return Asked(model=str(body["model"]), text=prompt, last_user_text=prompt, wanted=wanted)


def _write_imagen(answer: Answer) -> bytes:
    prompt, number, _, _ = answer.wanted
    made = [
        {"bytesBase64Encoded": picture(prompt, place), "mimeType": "image/png"} for place in range(number)
    ]
    return orjson.dumps({"predictions": made})


def _frames(kind: str, answer: Answer) -> list[Frame]:
    prompt, number, _, _ = answer.wanted
    common = {
        "created_at": CREATED,
        "size": "1024x1024",
        "quality": "high",
        "background": "auto",
        "output_format": "png",
    }
    out: list[Frame] = []
    for place in range(number):
        name = f"{kind}.partial_image"
        for part in range(2):
            value = {
                "type": name,
                "b64_json": picture(prompt, 100 + part),
                "partial_image_index": part,
                **common,
            }
            out.append(sse(value, event=name, tokens=1))
        name = f"{kind}.completed"
        done = {"type": name, "b64_json": picture(prompt, place), **common, **_counts(answer)}
        out.append(sse(done, event=name, role="end"))
    return out


PICTURES = (
    MediaDialect(
        name="images",
        PATH_END="/images/generations",
        reads=_read,
        write=_write,
        parts=lambda answer, asked: _frames("image_generation", answer),
    ),
    MediaDialect(
        name="image-edits",
        PATH_END="/images/edits",
        reads=_read_edit,
        write=_write,
        parts=lambda answer, asked: _frames("image_edit", answer),
        reads_forms=True,
    ),
    MediaDialect(
        name="imagen",
        PATH_END=":predict",
        of=gemini,
        reads=_read_imagen,
        write=_write_imagen,
        parts=lambda answer, asked: [],
    ),
    MediaDialect(
        name="image-variations",
        PATH_END="/images/variations",
        reads=_read_edit,
        write=_write,
        parts=lambda answer, asked: [],
        reads_forms=True,
    ),
)
"""Every way to ask."""
