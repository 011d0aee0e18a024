"""Pictures, between callers and providers: made, changed, varied, streamed, counted and paid for."""

import base64
from collections.abc import Callable
from typing import Any

import msgspec
import orjson
import pytest

from salon.foundation.messages import Attachment
from salon.gateway.dialects import DIALECTS
from salon.gateway.pricing import PicturePrice, Price, PriceTier
from salon.gateway.pricing.price import rate
from salon.gateway.protocols.forms import form_of
from salon.gateway.protocols.openai.relays import relay_images
from salon.gateway.registry.models import PriceSpec, ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.fake_provider.forms import read_form
from salon.testing.fake_provider.png import picture
from salon.testing.gateway_bench import OWNER, GatewayBench, alias

Play = Callable[..., None]
PNG = Attachment(data=base64.b64decode(picture("before")), media_type="image/png", name="a.png")
MASK = Attachment(data=base64.b64decode(picture("mask")), media_type="image/png", name="mask.png")
PER_PICTURE = Price(tiers=(PriceTier(input=0, output=0),), version="t", image_e10=rate("0.04"))


def making(model: str = "openai/fake", **fields: Any) -> bytes:
    """Return a request to make a picture."""
    return orjson.dumps({"model": model, "prompt": "a cat", **fields})


def changing(model: str = "openai/fake", **fields: Any) -> bytes:
    """Return a request to change two pictures."""
    files = [("image[]", PNG), ("image[]", PNG), ("mask", MASK)]
    return form_of({"model": model, "prompt": "a dog", **fields}, files=files)


def varying(model: str = "openai/fake", **fields: Any) -> bytes:
    """Return a request to vary a picture."""
    return form_of({"model": model, **fields}, files=[("image", PNG)])


def events(body: bytes) -> list[Any]:
    """Return the events of a stream."""
    return [orjson.loads(one.partition(b"data: ")[2]) for one in body.split(b"\n\n") if b"data: {" in one]


def test_pictures_are_made_and_their_tokens_counted(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-images", making("pictures", n=2, size="1024x1024", quality="high"))
        assert [one["b64_json"] for one in reply.json()["data"]] == [picture("a cat", n) for n in (0, 1)]
        sent = orjson.loads(fake.journal.exchanges[-1].body)
        assert sent == {"model": "fake", "prompt": "a cat", "n": 2, "size": "1024x1024", "quality": "high"}
        entry, _ = await bench.row()
        assert (entry.operation, entry.output_tokens, entry.usage_source) == ("images", 100, "provider")
        assert orjson.loads(entry.details or "") == {
            "image_output_tokens": 100,
            "images": 2,
            "image_size": "1024x1024",
            "image_quality": "high",
        }
        assert entry.cost_e10

    play(scene, aliases=[alias("pictures", "openai/fake")])


def test_pictures_without_tokens_are_paid_for_by_the_piece(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-images", making("openai/dall-e", n=3))
        assert reply.headers["x-salon-cost"] == "0.12 USD"

    play(scene, prices=[PriceSpec(model="openai/*", price=PER_PICTURE)])


@pytest.mark.parametrize(
    ("dialect", "asked", "cost"),
    [
        ("openai-images", making("openai/dall-e"), "0.03"),
        ("openai-images", making("openai/dall-e", size="1024x1024", n=2), "0.08"),
        ("openai-images", making("openai/dall-e", size="1024x1024", quality="hd"), "0.09"),
        ("openai-images", making("openai/dall-e", width=1024, height=1024), "0.04"),
        ("openai-images", making("openai/dall-e", size="auto", quality="hd", stream=True), "0.04"),
        ("openai-image-edits", changing("openai/dall-e", size="1024x1024", quality="hd"), "0.09"),
        ("openai-image-variations", varying("openai/dall-e", size="1024x1024", n="2"), "0.08"),
    ],
)
def test_pictures_are_paid_for_by_size_and_quality(play: Play, dialect: str, asked: bytes, cost: str) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        await bench.send(dialect, asked)
        entry, _ = await bench.row()
        assert entry.cost_e10 == rate(cost)

    square = PicturePrice(size="1024x1024", each_e10=rate("0.04"))
    fine = PicturePrice(size="1024x1024", quality="hd", each_e10=rate("0.09"))
    price = msgspec.structs.replace(PER_PICTURE, image_e10=rate("0.03"), images=(square, fine))
    play(scene, prices=[PriceSpec(model="openai/*", price=price)])


def test_pictures_without_tokens_and_rate_are_unpriced(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-images", making("openai/dall-e"))
        assert reply.headers["x-salon-cost"] == "unpriced"
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "") == {"images": 1}

    play(
        scene,
        prices=[PriceSpec(model="openai/*", price=Price(tiers=(PriceTier(input=1, output=1),), version="t"))],
    )


@pytest.mark.parametrize("number", [1, 2])
def test_pictures_are_shown_while_they_are_made(play: Play, number: int) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-images", making(stream=True, partial_images=2, n=number))
        assert reply.headers["content-type"] == "text/event-stream"
        kinds = [one["type"].rpartition(".")[2] for one in events(reply.body)]
        assert kinds == ["partial_image", "partial_image", "completed"] * number
        entry, _ = await bench.row()
        assert (entry.stream, entry.output_tokens) == (True, 100)
        assert orjson.loads(entry.details or "")["images"] == number

    play(scene)


@pytest.mark.parametrize("stream", ["true", "false"])
def test_files_go_on_byte_for_byte(play: Play, stream: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-image-edits", changing("pictures", n=1, stream=stream))
        assert reply.status == 200, reply.body
        sent = fake.journal.exchanges[-1]
        found = read_form(sent.header("content-type") or "", bytes(sent.body))
        assert [one.data for one in found["image"]] == [PNG.data, PNG.data]
        assert (found["mask"].data, found["model"], found["prompt"]) == (MASK.data, "fake", "a dog")
        entry, _ = await bench.row()
        assert (entry.operation, entry.output_tokens) == ("image-edits", 100)

    play(scene, aliases=[alias("pictures", "openai/fake")])


def test_json_goes_as_a_form_where_that_is_understood(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        shown = {"image_url": f"data:image/png;base64,{picture('before')}"}
        reply = await bench.send("openai-image-edits-json", making(images=[shown], mask=shown, n=2))
        assert len(reply.json()["data"]) == 2
        sent = fake.journal.exchanges[-1]
        found = read_form(sent.header("content-type") or "", bytes(sent.body))
        assert found["image"].data == found["mask"].data == PNG.data
        assert found["n"] == "2"
        address = {"image_url": "https://example.org/a.png"}
        refused = await bench.send("openai-image-edits-json", making(images=[address]))
        assert (refused.status, "takes files" in refused.json()["error"]["message"]) == (400, True)

    play(scene)


def test_a_form_goes_to_xai_in_its_own_words(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        spec = ProviderSpec(
            name="xai", kind="xai", base_url=f"{fake.url}/v1", api_key="k", allow_private=True
        )
        await bench.service.add(OWNER.caller, spec)
        body = form_of({"model": "xai/grok", "prompt": "a dog", "size": "1x1"}, files=[("image", PNG)])
        reply = await bench.send("openai-image-edits", body)
        assert reply.status == 200, reply.body
        assert reply.headers["x-salon-lost"] == "size"
        sent = orjson.loads(fake.journal.exchanges[-1].body)
        assert sent["image"] == {"url": f"data:image/png;base64,{picture('before')}", "type": "image_url"}

    play(scene)


def test_a_picture_is_varied(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-image-variations", varying(n=2))
        assert len(reply.json()["data"]) == 2
        entry, _ = await bench.row()
        assert entry.operation == "image-variations"

    play(scene)


@pytest.mark.parametrize(
    ("dialect", "body", "named"),
    [
        ("openai-images", b'{"model":"openai/fake"}', "prompt"),
        ("openai-images", making("gemini/fake", n=0), "n"),
        ("openai-images", making("gemini/fake", size=5), "size"),
        ("openai-image-edits", form_of({"model": "openai/fake", "prompt": "p"}), "image"),
        ("openai-image-edits", form_of({"model": "gemini/fake", "prompt": "p", "image": "no file"}), "image"),
        ("openai-image-edits-json", making(), "images"),
        ("openai-image-edits-json", making(images=[{"file_id": "f"}]), "images[0]"),
        ("openai-image-variations", form_of({"model": "openai/fake"}), "image"),
    ],
)
def test_a_broken_request_is_refused_by_its_field(play: Play, dialect: Any, body: bytes, named: str) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send(dialect, body)
        assert (reply.status, reply.json()["error"]["param"]) == (400, named)

    play(scene)


@pytest.mark.parametrize("fault", ["503", "reset", "html", "error-object", "truncated"])
def test_another_target_is_asked_when_one_fails(play: Play, fault: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        for dialect, body in (
            ("openai-images", making("either")),
            ("openai-image-edits", changing("either")),
        ):
            fake.script([f"fault={fault}", ""])
            reply = await bench.send(dialect, body)
            assert reply.status == 200, reply.body

    play(scene, aliases=[alias("either", "openai/one", "openai/two")])


def test_a_stream_of_pictures_that_breaks_off_ends_with_the_error(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        fake.script(["fault=close:mid-stream"])
        reply = await bench.send("openai-images", making(stream=True))
        assert "error" in events(reply.body)[-1]
        entry, _ = await bench.row()
        assert (entry.status, entry.cost_e10 == 0) == ("interrupted", False)

    play(scene)


@pytest.mark.parametrize("model", ["gemini/fake", "gemini/imagen-4"])
def test_googles_models_make_pictures_for_openais_callers(play: Play, model: str) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        reply = await bench.send("openai-images", making(model, size="1792x1024", quality="high"))
        assert reply.status == 200, reply.body
        (made,) = reply.json()["data"]
        assert base64.b64decode(made["b64_json"]).startswith(b"\x89PNG")
        assert reply.headers["x-salon-lost"] == "quality, size"
        entry, _ = await bench.row()
        assert orjson.loads(entry.details or "")["images"] == 1
        wide = await bench.send("openai-images", making(model, size="1920x1080", response_format="url"))
        assert wide.json()["data"][0]["url"].startswith("data:image/png;base64,")
        sent = bytes(fake.journal.exchanges[-1].body)
        assert b'"aspectRatio":"16:9"' in sent

    play(scene)


def test_gemini_changes_pictures(play: Play) -> None:
    async def scene(bench: GatewayBench, fake: FakeProvider) -> None:
        body = form_of({"model": "gemini/fake", "prompt": "a dog", "stream": "true"}, files=[("image", PNG)])
        reply = await bench.send("openai-image-edits", body)
        assert [one["type"] for one in events(reply.body)] == ["image_edit.completed"]
        parts = orjson.loads(fake.journal.exchanges[-1].body)["contents"][0]["parts"]
        assert parts == [
            {"inlineData": {"mimeType": "image/png", "data": picture("before")}},
            {"text": "a dog"},
        ]
        refused = await bench.send("openai-image-edits", changing("gemini/fake"))
        assert (refused.status, "no mask" in refused.json()["error"]["message"]) == (400, True)

    play(scene)


def test_more_pictures_than_a_model_makes_at_once_go_to_the_next(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        reply = await bench.send("openai-images", making("either", n=2))
        assert reply.headers["x-salon-route"] == "openai/fake"

    play(scene, aliases=[alias("either", "gemini/fake", "openai/fake")])


def test_the_demo_paints_patterns_that_stay_the_same(play: Play) -> None:
    async def scene(bench: GatewayBench, _: FakeProvider) -> None:
        first, second = [await bench.send("openai-images", making("demo", n=2)) for _ in range(2)]
        assert first.json()["data"] == second.json()["data"]
        one, two = (base64.b64decode(made["b64_json"]) for made in first.json()["data"])
        assert one[:8] == two[:8] == b"\x89PNG\r\n\x1a\n"
        assert one != two
        assert first.headers["x-salon-cost"] == "0 USD"
        others = (("openai-image-edits", changing("demo")), ("openai-image-variations", varying("demo")))
        for dialect, body in others:
            made: Any = (await bench.send(dialect, body)).json()
            assert base64.b64decode(made["data"][0]["b64_json"]) not in {one, two}
        shown = await bench.send("openai-images", making("demo", stream=True))
        assert [one["type"] for one in events(shown.body)] == ["image_generation.completed"]

    play(scene)


@pytest.mark.parametrize("number", ["2", 2, "9" * 5000, "\u0662", "-1", None])
def test_any_number_of_pictures_is_read_without_harm(number: object) -> None:
    body = changing(stream="true", n=number)
    tap = relay_images(b"text/event-stream", DIALECTS["openai-image-edits"].read_envelope(body))
    assert tap is not None
    tap.feed(b'event: x\ndata: {"type": "image_edit.completed"}\n\n')
    assert tap.saw_end == (str(number) != "2")
