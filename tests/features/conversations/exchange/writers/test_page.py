"""The exported page: one file that needs nothing beside it and asks nobody."""

import re

from tests.features.conversations.exchange.writers.conftest import ADA, message, written

from salon.features.conversations.exchange.archive import (
    ArchivedBranch,
    ArchivedConversation,
    ArchivedFile,
    ArchivedParticipant,
)
from salon.features.conversations.exchange.writers import Attachments
from salon.features.conversations.exchange.writers.page import HtmlWriter
from salon.foundation.messages import FilePart, ImagePart

EVIL = '"><script>alert(1)</script>'
PNG = "iVBORw0KGgo="


def test_a_page_has_every_branch_once_and_a_policy_that_lets_nothing_run() -> None:
    one = ArchivedConversation(
        id="cnv_1", title=EVIL, folder=("F", EVIL), tags=("t",),
        branches=(ArchivedBranch(id="b", name=EVIL, head_id="m2"), ArchivedBranch(id="c", name=EVIL, head_id="m3")),
        participants=(ArchivedParticipant(kind="person", id="per_ann", name="Ann"),),
        messages=(message("m1", "First " + EVIL), message("m2", "Second", parent="m1", author=ADA),
                  message("m3", "Third", parent="m1", author=ADA)),
    )  # fmt: skip
    text = written(HtmlWriter(Attachments()), one).decode()
    assert "<script" not in text
    assert "default-src &#x27;none&#x27;; img-src data:; style-src &#x27;sha256-" in text
    assert [text.count(word) for word in ("First ", "<p>Second", "<p>Third", "</html>")] == [1, 1, 1, 1]
    assert 'after <a href="#m1">this message</a>' in text
    assert not re.search(r'(src|href)="(?!#|data:)', text)


def test_pictures_are_inside_and_other_files_beside() -> None:
    attachments = Attachments()
    attachments.files = {
        "fil_1": ArchivedFile(id="fil_1", name="cat.png", media_type="image/png", size_bytes=8),
        "fil_2": ArchivedFile(
            id="fil_2", name="a.svg", media_type="image/svg+xml", size_bytes=9, member="files/a.svg"
        ),
        "fil_3": ArchivedFile(id="fil_3", name="b.pdf", media_type="application/pdf", size_bytes=2000),
    }
    attachments.pictures = {"fil_1": PNG, "fil_2": PNG}
    said = message(
        "m1", ImagePart(file_id="fil_1"), FilePart(file_id="fil_2"), FilePart(file_id="fil_3"),
        ImagePart(media_type="image/png", data=PNG), ImagePart(media_type="image/png", data='"onerror="'),
        ImagePart(media_type="image/svg+xml", data=PNG), ImagePart(media_type="image/png", data="A" * 8_000_000),
    )  # fmt: skip
    text = written(HtmlWriter(attachments), ArchivedConversation(id="cnv_1", messages=(said,))).decode()
    assert text.count(f'<img src="data:image/png;base64,{PNG}"') == 2
    assert text.count("<img") == 2
    assert '<a href="files/a.svg" download>File: a.svg</a>' in text
    assert "File: b.pdf, 2.0 kB" in text
