"""Requests that come as forms (``multipart/form-data``), read and written whole.

Inside Salon a form's bytes begin with its first delimiter, which says its boundary, so that no header has to
travel beside them; the door sees to that. A form that goes on is always written anew, every value word for
word: two readers of one form may disagree about a doubled or oddly quoted name, and a provider must not read
another model than the one that was allowed here. Its boundary is one for the whole process, which makes the
head of such a request the same every time; a value that has it in it is refused.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec

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
_PARAMETER: Final = re.compile(r';\s*([A-Za-z-]+\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)\s*')
_ESCAPED: Final = re.compile(r'\\(["\\])')
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
    if not body.startswith(b"--") or line_end < 0:
        raise _broken("it does not begin with a boundary")
    delimiter = b"\r\n" + body[:line_end].rstrip(b" \t")
    found: list[FormPart] = []
    at = line_end + 2
    while True:
        end = body.find(delimiter, at)
        if end < 0:
            raise _broken("it ends before its last boundary")
        found.append(_read_part(body, at, end))
        if len(found) > _MOST_PARTS:
            raise _broken(f"it has more than {_MOST_PARTS} values")
        at = end + len(delimiter)
        if body.startswith(b"--", at):
            return tuple(found)
        line_end = body.find(b"\r\n", at, at + 100)
        if line_end < 0 or body[at:line_end].strip(b" \t"):
            raise _broken("something follows a boundary on its line")
        at = line_end + 2


def _read_part(body: bytes, start: int, end: int) -> FormPart:
    blank = body.find(b"\r\n\r\n", start, min(end, start + _LONGEST_HEAD))
    if blank < 0:
        raise _broken("a value has no head, or one that is too long")
    try:
        lines = body[start:blank].decode().split("\r\n")
    except UnicodeDecodeError as error:
        raise _broken("the head of a value is not UTF-8") from error
    if any(not line.isprintable() for line in lines):
        raise _broken("the head of a value has characters that no head has")
    heads = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if heads.get("content-transfer-encoding", "").lower() not in _PLAIN:
        raise _broken("a value is encoded; send its bytes as they are")
    kind, mark, rest = heads.get("content-disposition", "").partition(";")
    named = _parameters(mark + rest) if kind.strip().lower() == "form-data" else {}
    if "name" not in named:
        raise _broken("a value has no name")
    return FormPart(
        name=named["name"],
        value=body[blank + 4 : end],
        filename=named.get("filename*", named.get("filename")),
        media_type=heads.get("content-type"),
    )


def _parameters(text: str) -> dict[str, str]:
    """Read what a Content-Disposition says. Raises: InvalidRequest for what can be read in two ways."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _PARAMETER.match(text, at)
        name = match[1].lower() if match is not None else ""
        if match is None or name in found:
            raise _broken("the name of a value cannot be read")
        value = match[2]
        if value.startswith('"'):
            value = _ESCAPED.sub(r"\1", value[1:-1])
        if name.endswith("*"):
            value = unquote(value.rpartition("'")[2], errors="replace")
        found[name] = value
        at = match.end()
    return found


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
