"""Forms, read with the standard library's reader of mail: another one than Salon's own."""

from email import policy
from email.parser import BytesParser
from typing import Any, cast

import msgspec


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a form."""

    name: str
    media_type: str
    data: bytes


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the values of a form: texts, ``Uploaded`` files, and lists under names with brackets.

    Raises: ValueError when it is none.
    """
    message = BytesParser(policy=policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    if message.get_content_type() != "multipart/form-data" or message.defects:
        raise ValueError(f"no form: {message.get_content_type()} {message.defects}")
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = cast(bytes, part.get_payload(decode=True))
        filename = part.get_filename()
        value: Any = (
            data.decode()
            if filename is None
            else Uploaded(name=filename, media_type=part.get_content_type(), data=data)
        )
        if name.endswith("[]"):
            found.setdefault(name[:-2], []).append(value)
        elif name in found:
            raise ValueError(f"{name} comes twice")
        else:
            found[name] = value
    return found
