"""How files go to models: the choice, and the part that comes of it."""

import base64
from pathlib import Path
from typing import Any

import pytest
from tests.foundation.files.test_making import ANN, BOB, Stage, picture, play

from salon.foundation.files import Attachments, CannotAttach, FileMissing, Takes, choose, marked
from salon.foundation.files.attaching import MOST_DOCUMENT_BYTES, MOST_PICTURE_BYTES
from salon.foundation.messages import AudioPart, FilePart, ImagePart, TextPart
from salon.testing.documents import docx, pdf

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALL = Takes(pictures=True, documents=True, audio=True, video=True)
NONE = Takes(pictures=False, documents=False, audio=False, video=False)


@pytest.mark.parametrize(
    ("media_type", "size", "takes", "wish", "chosen"),
    [
        ("image/png", 10, ALL, "auto", ("image", "own-kind", False)),
        ("image/png", 10, Takes(), "auto", ("image", "own-kind", False)),
        ("image/png", 10, ALL, "image", ("image", "wished", False)),
        ("image/png", MOST_PICTURE_BYTES + 1, ALL, "auto", ("image", "too-large", True)),
        ("image/tiff", 10, ALL, "auto", ("image", "other-format", True)),
        (PDF, 10, ALL, "auto", ("file", "own-kind", False)),
        (PDF, MOST_DOCUMENT_BYTES + 1, ALL, "auto", ("text", "too-large", False)),
        (PDF, 10, NONE, "auto", ("text", "no-documents", False)),
        (PDF, 10, Takes(), "auto", ("text", "documents-unknown", False)),
        (PDF, 10, ALL, "text", ("text", "wished", False)),
        (PDF, 10, NONE, "file", ("file", "wished", False)),
        (DOCX, 10, ALL, "auto", ("text", "text-file", False)),
        ("text/x-python", 10, NONE, "auto", ("text", "text-file", False)),
        ("text/csv", 10, ALL, "file", ("file", "wished", False)),
        ("audio/wav", 10, ALL, "auto", ("file", "own-kind", False)),
        ("video/mp4", 10, Takes(), "auto", ("file", "own-kind", False)),
    ],
)
def test_the_way_of_a_file(
    media_type: str, size: int, takes: Takes, wish: Any, chosen: tuple[Any, ...]
) -> None:
    found = choose(media_type=media_type, name="f", size_bytes=size, takes=takes, wish=wish)
    assert (found.way, found.why, found.is_drawn) == chosen


@pytest.mark.parametrize(
    ("media_type", "wish", "reason"),
    [
        ("image/png", "auto", "sees no pictures"),
        ("image/png", "text", "has no text"),
        (PDF, "image", "is no picture"),
        ("audio/wav", "auto", "hears no sound"),
        ("video/mp4", "auto", "no moving pictures"),
        ("application/zip", "auto", "No model reads"),
    ],
)
def test_what_cannot_go_says_what_would_help(media_type: str, wish: Any, reason: str) -> None:
    with pytest.raises(CannotAttach, match=reason):
        choose(media_type=media_type, name="f", size_bytes=1, takes=NONE, wish=wish)


def test_a_message_keeps_ids_and_the_request_has_the_bytes(sqlite_address: str, tmp_path: Path) -> None:
    content = picture()

    async def scene(stage: Stage) -> None:
        attachments = Attachments(stage.files, stage.making)
        file = await stage.store(content, "cat.png")
        kept = await attachments.attach(ANN, file.id)
        assert kept == ImagePart(file_id=file.id, name="cat.png", media_type="image/png")
        parts, went = await attachments.fill_all(ANN, [TextPart(text="Look:"), kept], takes=ALL)
        data = base64.b64encode(content).decode()
        assert parts == (TextPart(text="Look:"), ImagePart(data=data, name="cat.png", media_type="image/png"))
        assert [(one.file_id, one.choice.way, one.size_bytes) for one in went] == [
            (file.id, "image", len(content))
        ]
        with pytest.raises(FileMissing):
            await attachments.fill(BOB, kept, takes=ALL)

    play(sqlite_address, tmp_path, scene)


def test_documents_go_as_text_where_the_model_takes_none(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        attachments = Attachments(stage.files, stage.making)
        file = await stage.store(pdf("One", "Two"), "plan.pdf")
        kept = await attachments.attach(ANN, file.id)
        as_text = await attachments.fill(ANN, kept, takes=NONE)
        assert as_text is not None
        assert as_text.part == TextPart(text="[File: plan.pdf]\nOne\n\nTwo\n[End of file: plan.pdf]")
        as_file = await attachments.fill(ANN, kept, takes=ALL)
        assert as_file is not None
        assert isinstance(as_file.part, FilePart)
        short = await attachments.fill(ANN, kept, takes=NONE, most_text_bytes=2)
        assert short is not None
        assert (short.cut_bytes, "5 of 7 bytes" in str(short.part)) == (5, True)

    play(sqlite_address, tmp_path, scene)


def test_a_wish_is_kept_with_the_message(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        attachments = Attachments(stage.files, stage.making)
        file = await stage.store(pdf("One"), "plan.pdf")
        kept = await attachments.attach(ANN, file.id, wish="text")
        filled = await attachments.fill(ANN, kept, takes=ALL)
        assert filled is not None
        assert filled.choice.why == "wished"
        told = marked(kept, way=filled.choice.way, why=filled.choice.why)
        assert told.provider_data == {"salon": {"as": "text", "way": "text", "why": "wished"}}

    play(sqlite_address, tmp_path, scene)


def test_scans_and_large_pictures(sqlite_address: str, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        attachments = Attachments(stage.files, stage.making)
        scan = await attachments.attach(ANN, (await stage.store(pdf("", ""), "scan.pdf")).id)
        with pytest.raises(CannotAttach, match="no words"):
            await attachments.fill(ANN, scan, takes=NONE)
        wide = await stage.store(picture(4000, 10), "wide.bmp")
        drawn = await stage.making.picture(ANN, wide.id, size=2048, form="jpeg")
        assert drawn.details["width"] == 2048
        words = await attachments.attach(ANN, (await stage.store(docx("Hi"), "a.docx")).id)
        assert isinstance(words, FilePart)
        sound = AudioPart(file_id="file-of-a-provider")
        assert await attachments.fill(ANN, sound, takes=ALL) is None

    play(sqlite_address, tmp_path, scene)
