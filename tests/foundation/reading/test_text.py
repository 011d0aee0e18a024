"""The text of documents of every kind, and what is refused with a reason."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.reading.kinds import kind_of
from salon.foundation.reading.text import READERS, read_text
from salon.foundation.workers import Refusal
from salon.testing.documents import docx, odt, pdf, pptx, xlsx, zipped

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
PPTX, ODT = f"{OFFICE}presentationml.presentation", "application/vnd.oasis.opendocument.text"
MAIL = EmailMessage()
MAIL["From"], MAIL["Subject"] = "Ann <ann@example.org>", "Über uns"
MAIL.set_content("See what I attached.\n")
MAIL.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")


def read(content: bytes, kind: str, tmp_path: Path, **limits: Any) -> tuple[str, dict[str, Any]]:
    path = tmp_path / "document"
    path.write_bytes(content)
    sent: list[bytes] = []
    given = {"most_bytes": 1_000_000, "most_s": 60.0, **limits}
    told = read_text({"path": str(path), "kind": kind, **given}, sent.append)
    return b"".join(sent).decode(), told


@pytest.mark.parametrize(
    ("content", "kind", "text", "unit"),
    [
        (pdf("Hello (page) one", "Page two"), "application/pdf", "Hello (page) one\fPage two", "page"),
        (docx("First & last", "Second", table=[["a", "b"], ["c", "d"]], footnote="A note"), DOCX,
         "First & last\nSecond\na\tb\nc\td\nA note\n", ""),
        (pptx("Title", "End", notes={0: "Say hello"}), PPTX, "Title\n\nSay hello\n\fEnd\n", "slide"),
        (xlsx({"Sums": [["city", "", "degrees"], ["Zürich", "", 7]], "Two": [[1.5]]}), XLSX,
         "Sums\ncity\t\tdegrees\nZürich\t\t7\n\fTwo\n1.5\n", "sheet"),
        (xlsx({"Days": [[45000, 45000.5, 0.25]]}, dates=True), XLSX,
         "Days\n2023-03-15\t2023-03-15 12:00:00\t06:00:00\n", "sheet"),
        (odt("Eins", "Zwei"), ODT, "Eins\nZwei\n", ""),
        ((b"<html><head><title>T</title><style>p{}</style></head><body><p>One <b>two</b></p><ul><li>x<li>y"
         b"</ul><pre>a  b</pre><script>evil()</script>&eacute;<img alt='a cat'></body>"), "text/html",
         "T\n\nOne two\n\n- x\n- y\n\na  b\n\u00e9 [a cat]", ""),
        (MAIL.as_bytes(), "message/rfc822",
         ("From: Ann <ann@example.org>\nSubject: Über uns\n\nSee what I attached.\n\n"
         "[attached: plan.pdf, application/pdf]"), ""),
        ("# Grüße\n\n```py\nx = 1\n```\n".encode(), "plain", "# Grüße\n\n```py\nx = 1\n```\n", ""),
        ("stadt;grad\nZürich;7\n".encode("cp1252"), "plain", "stadt;grad\nZürich;7\n", ""),
        ("wide".encode("utf-16"), "plain", "wide", ""),
        (b"[" * 100_000, "plain", "[" * 100_000, ""),
    ],
    ids=["pdf", "docx", "pptx", "xlsx", "dates", "odt", "html", "mail", "markdown", "old", "wide", "nested"],
)  # fmt: skip
def test_a_document_is_read(content: bytes, kind: str, text: str, unit: str, tmp_path: Path) -> None:
    found, told = read(content, kind, tmp_path)
    assert found == text
    assert (told["unit"], told["cut"], told["has_words"]) == (unit, None, True)


ENTITIES = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document><w:t>&b;</w:t></w:document>'
DEEP = b"<a>" * 5000


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (zipped({"word/document.xml": b"<a>" + b" " * 20 * 1024**2}), DOCX, "zip bomb"),
        (zipped({"word/document.xml": ENTITIES}), DOCX, "entities of its own"),
        (zipped({"word/document.xml": DEEP}), DOCX, "nested deeper"),
        (zipped({"word/document.xml": b"<a></b>"}), DOCX, "XML is broken"),
        (zipped({"word/document.xml": b""})[:-10], DOCX, "damaged"),
        (zipped({"other": b""}), DOCX, "no document in it"),
        (zipped({"other": b""}), XLSX, "no workbook in it"),
        (zipped({"other": b""}), ODT, "no content in it"),
        (zipped(dict.fromkeys(map(str, range(20_001)), b"")), PPTX, "more than 20000 files"),
        (b"%PDF-1.7\nnothing", "application/pdf", "damaged"),
        (b"text\x00bytes", "plain", "no text"),
    ],
    ids=["zip", "entities", "deep", "broken", "cut", "docx", "xlsx", "odt", "many", "pdf", "bytes"],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    content: bytes, kind: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=reason):
        read(content, kind, tmp_path)


def test_a_long_text_is_cut_and_says_so(tmp_path: Path) -> None:
    text, told = read("é".encode() * 1000, "plain", tmp_path, most_bytes=101)
    assert (text, told["cut"]) == ("é" * 50, "size")
    text, told = read(pdf("one", "two"), "application/pdf", tmp_path, most_s=0.0)
    assert (text, told["cut"], told["unit"]) == ("", "time", "page")


def test_scans_have_no_words(tmp_path: Path) -> None:
    assert read(pdf("", ""), "application/pdf", tmp_path)[1] == {
        "unit": "page", "count": 2, "has_words": False, "cut": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("media_type", "name", "kind"),
    [
        ("text/plain", "letter.eml", "message/rfc822"),
        ("text/x-python", "a.py", "plain"),
        ("application/json", "a", "plain"),
        ("application/octet-stream", "old.CSV", "plain"),
        ("application/octet-stream", "old.bin", None),
        ("application/zip", "a.txt", None),
        ("application/zip", "late.DOCX", DOCX),
        *((kind, "a", kind) for kind in READERS),
    ],
)
def test_what_reads_a_file_goes_by_its_bytes_first(media_type: str, name: str, kind: str | None) -> None:
    assert kind_of(media_type, name) == kind
