"""The text of a document, by what it is: the function of the worker, and which reader reads what."""

from collections.abc import Callable
from typing import Any, Final

from salon.foundation.reading import mail, markup, office, pdf, plain
from salon.foundation.reading.pieces import Full, Pieces
from salon.foundation.workers.models import Refusal, Send

Reader = Callable[[str, Pieces], str]
"""Reads the file at a path and returns what its pages are called; empty where it has none."""

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
READERS: Final[dict[str, Reader]] = {
    "application/pdf": pdf.read,
    f"{_OFFICE}wordprocessingml.document": office.read_docx,
    f"{_OFFICE}spreadsheetml.sheet": office.read_xlsx,
    f"{_OFFICE}presentationml.presentation": office.read_pptx,
    f"{_OPEN}text": office.read_open,
    f"{_OPEN}spreadsheet": office.read_open,
    f"{_OPEN}presentation": office.read_open,
    "text/html": markup.read,
    "message/rfc822": mail.read,
}


def read_text(arguments: dict[str, Any], send: Send) -> dict[str, Any]:
    """Send the text of ``path`` in pieces of UTF-8; return what is known of it. Raises: Refusal.

    ``kind`` is from ``kind_of``, ``most_bytes`` bounds the text and ``most_s`` the time after which no
    page is begun; what is cut says so.
    """
    pieces = Pieces(send, most_bytes=arguments["most_bytes"], most_s=arguments["most_s"])
    reader = READERS.get(arguments["kind"], plain.read)
    unit = ""
    try:
        unit = reader(arguments["path"], pieces)
    except Full:
        unit = _UNITS.get(arguments["kind"], "")
    except RecursionError as error:
        raise Refusal("It is nested deeper than any document.") from error
    pieces.flush()
    return pieces.told(unit)


_UNITS: Final = {
    "application/pdf": "page",
    f"{_OFFICE}presentationml.presentation": "slide",
    f"{_OFFICE}spreadsheetml.sheet": "sheet",
}
