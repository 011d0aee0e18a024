"""Small documents of every kind, written by hand: for tests of what reads them."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, table: Sequence[Sequence[str]] = (), footnote: str = "") -> bytes:
    """Return a document of Word."""
    said = "".join(_w_paragraph(text) for text in paragraphs)
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_w_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in table
    )
    body = said + (f"<w:tbl>{rows}</w:tbl>" if rows else "")
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
    }
    if footnote:
        note = f"<w:footnote>{_w_paragraph(footnote)}</w:footnote>"
        members["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{_W}">{note}</w:footnotes>'
    return zipped(members)


def _w_paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def pptx(*slides: str, notes: Mapping[int, str] | None = None) -> bytes:
    """Return a presentation; its slides are stored in the opposite order of the one they are shown in."""
    count = len(slides)
    targets = {f"rId{place}": f"slides/slide{count - place}.xml" for place in range(count)}
    shown = "".join(f'<p:sldId id="{256 + place}" r:id="rId{place}"/>' for place in range(count))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "ppt/presentation.xml": (
            f'<p:presentation xmlns:p="{_P}" xmlns:r="{_R}"><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>'
        ),
        "ppt/_rels/presentation.xml.rels": _rels({key: (f"{_R}/slide", to) for key, to in targets.items()}),
    }
    for place, text in enumerate(slides):
        name = f"slide{count - place}.xml"
        members[f"ppt/slides/{name}"] = _drawn("sld", text)
        if notes and place in notes:
            related = {"rId1": (f"{_R}/notesSlide", f"../notesSlides/notes{place}.xml")}
            members[f"ppt/slides/_rels/{name}.rels"] = _rels(related)
            members[f"ppt/notesSlides/notes{place}.xml"] = _drawn("notes", notes[place])
    return zipped(members)


def _drawn(kind: str, text: str) -> str:
    said = f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>"
    return f'<p:{kind} xmlns:p="{_P}" xmlns:a="{_A}"><p:txBody>{said}</p:txBody></p:{kind}>'


def _rels(targets: Mapping[str, tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{to}"/>' for key, (kind, to) in targets.items()
    )
    return f'<Relationships xmlns="{_RELS}">{rows}</Relationships>'


def xlsx(sheets: Mapping[str, Sequence[Sequence[str | int | float]]], *, dates: bool = False) -> bytes:
    """Return a workbook; with ``dates`` every number is shown as a date."""
    strings: list[str] = []
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names)
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_S}" xmlns:r="{_R}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _rels(
            {f"rId{n}": (f"{_R}/worksheet", f"worksheets/sheet{n}.xml") for n in range(len(names))}
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_S}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
        ),
    }
    for n, name in enumerate(names):
        rows = "".join(_row(row, strings, dates=dates) for row in sheets[name])
        members[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_S}"><sheetData>{rows}</sheetData></worksheet>'
        )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{_S}">{shared}</sst>'
    return zipped(members)


def _row(row: Sequence[str | int | float], strings: list[str], *, dates: bool) -> str:
    cells = ""
    for place, value in enumerate(row):
        reference = f"{chr(65 + place)}1"
        if isinstance(value, str):
            strings.append(value)
            cells += f'<c r="{reference}" t="s"><v>{len(strings) - 1}</v></c>' if value else ""
        else:
            cells += f'<c r="{reference}" s="{int(dates)}"><v>{value}</v></c>'
    return f"<row>{cells}</row>"


def odt(*paragraphs: str) -> bytes:
    """Return a text of OpenDocument."""
    office, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "text"))
    said = "".join(f"<text:p>{escape(paragraph)}</text:p>" for paragraph in paragraphs)
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:text="{text}">'
        f"<office:body><office:text>{said}</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def pdf(*pages: str, compress: bool = True) -> bytes:
    """Return a PDF with one text on each page, in lines of some 90 letters."""
    objects: list[bytes] = [b"", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kids: list[int] = []
    objects.append(font)
    for text in pages:
        lines = [text[start : start + 90] for start in range(0, len(text), 90)] or [""]
        shown = b"BT /F1 10 Tf 14 TL 50 780 Td " + b" ".join(
            b"(" + _pdf_text(line) + b") Tj T*" for line in lines
        )
        stream = shown + b" ET"
        packed = zlib.compress(stream) if compress else stream
        filters = b"/Filter /FlateDecode " if compress else b""
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(packed), packed))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), listed)
    return _pdf_file(objects)


def _pdf_text(line: str) -> bytes:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("latin-1", "replace")


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def png_with_words(size_bytes: int) -> bytes:
    """Return a PNG of one pixel with a compressed text of ``size_bytes`` in it."""
    words = b"Comment\x00\x00" + zlib.compress(bytes(size_bytes), 9)
    return png_of(1, 1, more=[(b"zTXt", words)])


def png_of(width: int, height: int, *, more: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """Return a PNG that says it has so many pixels, and holds the first row of them."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    row = zlib.compress(bytes(1 + 3 * min(width, 1000)))
    chunks = [(b"IHDR", head), *more, (b"IDAT", row), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in chunks
    )
