"""The text of a PDF, page by page."""

import contextlib
from typing import Any, Final

from salon.foundation.reading.pieces import Pieces
from salon.foundation.workers.models import Refusal

MOST_PAGES: Final = 20_000


def read(path: str, pieces: Pieces) -> str:
    """Read each page. Raises: Refusal for what is locked, damaged or has more pages than a book."""
    import pypdfium2  # noqa: PLC0415 - heavy

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refusal("It is protected by a password.") from error
        raise Refusal("It is damaged: no PDF can be read in it.") from error
    count = len(document)
    if count > MOST_PAGES:
        raise Refusal(f"It has {count} pages; {MOST_PAGES} may be read.")
    for place in range(count):
        pieces.page()
        # A page that is damaged is an empty one: the others can be read.
        with contextlib.suppress(pypdfium2.PdfiumError):
            page = document[place]
            words: Any = page.get_textpage()
            pieces.add(words.get_text_bounded().replace("\r\n", "\n").replace("\r", "\n"))
            words.close()
            page.close()
    return "page"
