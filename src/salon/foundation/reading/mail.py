"""The text of an e-mail: its heads, its words, and the names of what is attached."""

import email
from email import policy
from email.message import EmailMessage
from typing import Final, cast

from salon.foundation.reading.markup import add_markup
from salon.foundation.reading.pieces import Pieces
from salon.foundation.reading.plain import decoded

_HEADS: Final = ("From", "To", "Cc", "Date", "Subject")
_MOST_PARTS: Final = 1000


def read(path: str, pieces: Pieces) -> str:
    """Read a message."""
    with open(path, "rb") as file:  # noqa: PTH123 - in a worker
        message = email.message_from_binary_file(file, policy=policy.default)
    for name in _HEADS:
        value = message.get(name)
        if value is not None:
            pieces.add(f"{name}: {' '.join(str(value).split())}\n")
    pieces.add("\n")
    body = message.get_body(("plain", "html"))
    if body is not None:
        _add(cast("EmailMessage", body), pieces)
    for place, part in enumerate(message.iter_attachments()):
        if place >= _MOST_PARTS:
            break
        pieces.add(f"\n[attached: {part.get_filename() or 'no name'}, {part.get_content_type()}]")
    return ""


def _add(part: EmailMessage, pieces: Pieces) -> None:
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError, AssertionError):  # an encoding that there is not
        text = decoded(cast("bytes", part.get_payload(decode=True) or b""))
    if part.get_content_type() == "text/html":
        add_markup(text, pieces)
    else:
        pieces.add(text)
