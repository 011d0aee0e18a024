"""Requests that come as forms (``multipart/form-data``), read and written whole.

Inside Salon a form's bytes begin with its first delimiter, which says its boundary, so that no header has to
travel beside them; the door sees to that. A form that goes on is always written anew, every value word for
word: two readers of one form may disagree about a doubled or oddly quoted name, and a provider must not read
another model than the one that was allowed here. Its boundary is one for the whole process, which makes the
head of such a request the same every time; a value that has it in it is refused.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.message import Message
from typing import Any, Final

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import Attachment
from salon.gateway.protocols.base import Envelope, Quirks
from salon.gateway.protocols.fields import invalid
from salon.gateway.protocols.wire_json import JsonObject, dumps

_BOUNDARY: Final = b"salon" + secrets.token_hex(16).encode("ascii")
MEDIA_TYPE: Final = b"multipart/form-data; boundary=" + _BOUNDARY
"""What forms written here are."""
_CONTENT: Final = b"salon-content"
"""The boundary of what is only compared."""
_MOST_PARTS: Final = 200
_LONGEST_HEAD: Final = 8 * 1024
_BOUNDARY_RULE: Final = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_PLAIN: Final = frozenset({"", "7bit", "8bit", "binary"})


class FormPart(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a form: a text, or a file."""

    name: str
    value: bytes
    filename: str | None = None
    """None for a text."""
    media_type: str | None = None

    @property
    def key(self) -> str:
        """Its name without the brackets that mark one of several."""
        return self.name.removesuffix("[]")

    @property
    def is_file(self) -> bool:
        """Tell whether it is a file."""
        return self.filename is not None

    def text(self) -> str:
        """Return a text's value. Raises: InvalidRequest."""
        if self.is_file:
            raise invalid(self.name, "It must be a text, not a file.")
        try:
            return self.value.decode()
        except UnicodeDecodeError as error:
            raise invalid(self.name, "It is not UTF-8.") from error

    def attachment(self) -> Attachment:
        """Return a file's value."""
        return Attachment(data=self.value, media_type=self.media_type, name=self.filename)


class FormEnvelope(Envelope, kw_only=True):
    """What routing needs of a form. ``fields`` has its texts, and of its files what they are."""

    parts: tuple[FormPart, ...]

    def content(self) -> bytes:
        """Return the values without the boundary, which clients make anew for each attempt."""
        return write_form(self.parts, boundary=_CONTENT)


# -- at the door ----------------------------------------------------------------------------------
def is_form(content_type: bytes) -> bool:
    """Tell whether a request says that it is a form."""
    return content_type.partition(b";")[0].strip().lower() == b"multipart/form-data"


def from_first_delimiter(content_type: bytes, body: bytes) -> bytes:
    """Return a form's bytes from its first delimiter on. Raises: InvalidRequest when it is none."""
    if not is_form(content_type):
        problem = "Send this as a form, with the content type multipart/form-data."
        raise invalid("content-type", problem)
    given = re.search(rb';\s*boundary=(?:"([^"]*)"|([^\s;]+))', content_type, re.IGNORECASE)
    boundary = (given[1] or given[2] or b"") if given is not None else b""
    if not _BOUNDARY_RULE.fullmatch(boundary):
        raise invalid("content-type", "It names no boundary.")
    delimiter = b"--" + boundary
    start = 0 if body.startswith(delimiter) else body.find(b"\r\n" + delimiter) + 2
    if not body.startswith(delimiter, start):
        raise _broken("its boundary is nowhere in it")
    return body[start:]


# -- reading --------------------------------------------------------------------------------------
def read_form(body: bytes) -> tuple[FormPart, ...]:
    """Read a form that begins with its delimiter. Raises: InvalidRequest."""
    line_end = body.find(b"\r\n", 0, 100)
    if not body.startswith(b"--") or line_end < 3:
        raise _broken("it does not begin with a boundary")
    try:
        parser = PushMultipartParser(
            body[2:line_end].rstrip(b" \t"), max_header_size=_LONGEST_HEAD, max_segment_count=_MOST_PARTS,
            header_charset="utf8", strict=True,
        )  # fmt: skip
        found = tuple(_parts(parser.parse(body)))
        parser.close()
    except MultipartError as error:
        raise _broken(str(error)) from error
    return found


def _parts(events: Iterable[MultipartSegment | bytearray | bytes | None]) -> Iterator[FormPart]:
    head: MultipartSegment | None = None
    pieces: list[bytes | bytearray] = []
    for event in events:
        if isinstance(event, MultipartSegment):
            head, pieces = event, []
        elif event is not None:
            pieces.append(event)
        else:
            assert head is not None
            yield _part(head, b"".join(pieces))


def _part(head: MultipartSegment, value: bytes) -> FormPart:
    headers = dict(head.headerlist)
    media_type = headers.get("Content-Type")
    if headers.get("Content-Transfer-Encoding", "").lower() not in _PLAIN:
        raise _broken("a value is encoded; send its bytes as they are")
    if not all(text.isprintable() for text in (head.name or "", head.filename or "", media_type or "")):
        raise _broken("the head of a value has characters that no head has")
    filename = head.filename
    if filename is None:  # Some clients send a name outside ASCII as mail does (RFC 2231).
        message = Message()
        message["Content-Disposition"] = headers["Content-Disposition"]
        filename = message.get_filename()
    return FormPart(name=head.name or "", value=value, filename=filename, media_type=media_type)


def _broken(detail: str) -> InvalidRequest:
    return invalid("body", f"This is no form that can be read: {detail}.")


# -- served ---------------------------------------------------------------------------------------
def envelope_of(body: bytes, *, required: Sequence[str], model: str | None = None) -> FormEnvelope:
    """Read what routing needs of a form with a model and values that must be there.

    ``model`` is taken where none is named. Raises: InvalidRequest naming the field.
    """
    parts = read_form(body)
    fields = _fields(parts)
    named = texts_of(parts, "model")
    if len(named) > 1 or (not named and model is None) or named == [""]:
        raise invalid("model", "It must be one text that names a model.")
    for name in required:
        if name not in fields:
            raise invalid(name, "It is missing.")
    return FormEnvelope(
        fields=fields,
        model=named[0] if named else model or "",
        stream=texts_of(parts, "stream")[-1:] == ["true"],
        max_output_tokens=None,
        wants_usage=False,
        # Of the texts alone: a file's bytes are nothing that tokens could be guessed from.
        size_bytes=sum(len(part.value) for part in parts if not part.is_file),
        body=body,
        parts=parts,
    )


def texts_of(parts: Iterable[FormPart], name: str) -> list[str]:
    """Return the texts of a name. Raises: InvalidRequest for a file."""
    return [part.text() for part in parts if part.key == name]


def files_of(parts: Iterable[FormPart], name: str) -> list[Attachment]:
    """Return the files of a name. Raises: InvalidRequest for a text."""
    found = [part for part in parts if part.key == name]
    if any(not part.is_file for part in found):
        raise invalid(name, "It must be a file.")
    return [part.attachment() for part in found]


def _fields(parts: Iterable[FormPart]) -> dict[str, msgspec.Raw]:
    values: dict[str, list[Any]] = {}
    for part in parts:
        values.setdefault(part.key, []).append(_described(part))
    return {name: msgspec.Raw(dumps(of if len(of) > 1 else of[0])) for name, of in values.items()}


def _described(part: FormPart) -> str | JsonObject:
    if not part.is_file:
        return part.value.decode("utf-8", "replace")
    return {"file": part.filename, "media_type": part.media_type, "size_bytes": len(part.value)}


def described(body: bytes) -> JsonObject | None:
    """Return a form as JSON, with what its files are in place of their bytes; None if it is none."""
    try:
        return {name: msgspec.json.decode(raw) for name, raw in _fields(read_form(body)).items()}
    except InvalidRequest:
        return None


# -- written --------------------------------------------------------------------------------------
def rewrite_model(envelope: Envelope, *, model: str, stream: bool, quirks: Quirks) -> bytes:
    """Return the caller's form, every value as it came, with another model."""
    assert isinstance(envelope, FormEnvelope)
    named = FormPart(name="model", value=model.encode())
    return write_form([named, *(part for part in envelope.parts if part.key != "model")])


def form_of(values: Mapping[str, object], *, files: Iterable[tuple[str, Attachment]] = ()) -> bytes:
    """Write a form; a list makes several values of its name, true and false their words."""
    parts: list[FormPart] = []
    for name, value in values.items():
        several = isinstance(value, list | tuple)
        for one in value if several else (value,):  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType] - told by the line before
            text = one if isinstance(one, str) else dumps(one).decode()
            parts.append(FormPart(name=f"{name}[]" if several else name, value=text.encode()))
    for name, file in files:
        filename, media_type = file.name or name, file.media_type or "application/octet-stream"
        parts.append(FormPart(name=name, value=file.data, filename=filename, media_type=media_type))
    return write_form(parts)


def write_form(parts: Iterable[FormPart], *, boundary: bytes = _BOUNDARY) -> bytes:
    """Write a form. Raises: InvalidRequest when a value has the boundary in it."""
    pieces: list[bytes] = []
    for part in parts:
        if boundary in part.value:
            raise invalid(part.name, "It has the text in it that parts the values of a form.")
        head = f'Content-Disposition: form-data; name="{_quoted(part.name)}"'
        if part.filename is not None:
            head += f'; filename="{_quoted(part.filename)}"'
        if part.media_type is not None:
            head += f"\r\nContent-Type: {part.media_type}"
        pieces += (b"--", boundary, b"\r\n", head.encode(), b"\r\n\r\n", part.value, b"\r\n")
    pieces += (b"--", boundary, b"--\r\n")
    return b"".join(pieces)


def _quoted(text: str) -> str:
    """Return a name as browsers write it, so that nothing in it ends it."""
    return text.replace("\\", "%5C").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
