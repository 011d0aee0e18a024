"""A turn as HTML: each part has its place, and nothing of it is taken for markup."""

from salon.features.conversations.models import Author
from salon.features.conversations.rendering.media import is_picture, media_of, stored_id
from salon.features.conversations.rendering.parts import Shown, part_html, size_of
from salon.features.conversations.rendering.turns import Cast, Turn, Version, cast_html, name_of, turn_html
from salon.foundation.messages import (
    AudioPart,
    CitationPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    VideoPart,
)

MODEL = Author(kind="model", id="openai/gpt-5", name="Ada")
EVIL = '"><img src=x onerror=alert(1)>'


def nowhere(_: object) -> Shown:
    return Shown()


def turn(*parts: Part, author: Author = MODEL, **more: object) -> str:
    given: dict[str, object] = {"anchor": "m0", "voice": 1, "at_ms": 1_700_000_000_000, **more}
    return turn_html(Turn(author=author, parts=parts, **given), nowhere)  # type: ignore[arg-type]


def test_a_turn_tells_who_with_which_model_and_when() -> None:
    shown = turn(TextPart(text="**Hello**"), metrics="12 tokens")
    for expected in ("<bdi>Ada</bdi>", "openai/gpt-5", '<time datetime="2023-11-14T22:13:20Z">',
                     "<strong>Hello</strong>", "12 tokens", 'class="v1"'):  # fmt: skip
        assert expected in shown


def test_a_model_whose_name_ends_its_route_is_named_once() -> None:
    demo = Author(kind="model", id="demo/demo", name="demo")
    assert "demo/demo" not in turn(TextPart(text="Hello"), author=demo)
    assert "<bdi>demo</bdi></span>" in cast_html([(demo, 1)])
    assert "<bdi>Ada</bdi>, openai/gpt-5</span>" in cast_html([(MODEL, 1)])


def test_every_kind_of_part_has_its_place() -> None:
    shown = turn(
        ReasoningPart(text="thinking"),
        ReasoningPart(redacted="sealed"),
        ToolCallPart(id="1", name="look", arguments='{"a": 1}'),
        ToolResultPart(
            tool_call_id="1", name="look", parts=(TextPart(text="found"), ImagePart(name="b.png"))
        ),
        ToolResultPart(tool_call_id="1", is_error=True),
        CitationPart(url="https://a.example/b", title="A source"),
        CitationPart(url="javascript:alert(1)", title="No link"),
        CitationPart(),
        RefusalPart(text="I will not"),
        OpaquePart(dialect="gemini", type="thing"),
        FilePart(name="c.pdf"),
        VideoPart(url="https://a.example/v.mp4"),
        TextPart(text="  "),
    )
    for expected in ("Reasoning</summary>", "Asked the tool <strong>look</strong>", "Result of <strong>look</strong>",
                     "found", "Picture: b.png", "Error</summary>", ">A source</a>", "Source: No link", "I will not",
                     "Something only gemini can show", "File: c.pdf", 'href="https://a.example/v.mp4"'):  # fmt: skip
        assert expected in shown
    assert "sealed" not in shown
    assert "javascript:" not in shown


def test_no_name_is_taken_for_markup() -> None:
    author = Author(kind="person", id=EVIL, name=EVIL)
    result = ToolResultPart(tool_call_id=EVIL, name=EVIL, parts=(TextPart(text=EVIL),))
    shown = turn(
        ToolCallPart(id=EVIL, name=EVIL, arguments=EVIL), result, CitationPart(url=EVIL, title=EVIL),
        OpaquePart(dialect=EVIL, type=EVIL), FilePart(name=EVIL), author=author, metrics=EVIL,
        version=Version(number=1, of=2, before=EVIL, after=EVIL),
    )  # fmt: skip
    assert "<img" not in shown + cast_html([(author, 1)])


def test_a_picture_is_shown_where_its_bytes_are() -> None:
    shown = part_html(ImagePart(), lambda _: Shown(address="/s/a/files/0-0", is_picture=True, name="cat.png"))
    assert '<img src="/s/a/files/0-0" alt="Picture: cat.png">' in shown
    file = part_html(FilePart(), lambda _: Shown(address="/x", name="a.pdf", size_bytes=1500))
    assert file == '<p class="file"><a href="/x" download>File: a.pdf</a>, 1.5 kB</p>'


def test_what_was_taken_out_or_cut_is_said() -> None:
    gone = Turn(anchor="m0", author=MODEL, voice=0, at_ms=None, parts=None, status="failed")
    assert "This message was taken out." in turn_html(gone, nowhere)
    assert "failed here" not in turn_html(gone, nowhere)
    assert "The answer was interrupted here." in turn(TextPart(text="a"), status="interrupted")


def test_voices_are_given_in_the_order_of_speaking() -> None:
    cast = Cast()
    voices = [cast.voice_of(Author(kind="persona", id=f"p{number}")) for number in range(11)]
    assert voices == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]
    assert cast.voice_of(Author(kind="persona", id="p3", name="renamed")) == 4
    assert len(cast.authors) == 11


def test_names_media_and_sizes() -> None:
    assert [name_of(Author(kind=kind)) for kind in ("person", "system", "model")] == [
        "Person",
        "System",
        "Model",
    ]
    inner = AudioPart(file_id="fil_1")
    found = list(
        media_of((TextPart(text="a"), ToolResultPart(tool_call_id="1", parts=(inner,)), ImagePart()))
    )
    assert found == [inner, ImagePart()]
    assert [stored_id(one) for one in (*found, FilePart(file_id="file-of-openai"))] == ["fil_1", None, None]
    assert is_picture("image/PNG; a=b")
    assert not any(map(is_picture, (None, "image/svg+xml", "text/html")))
    assert [size_of(number) for number in (5, 1500, 2_000_000, 3 * 10**9)] == [
        "5 bytes",
        "1.5 kB",
        "2.0 MB",
        "3.0 GB",
    ]
