"""Long bodies are split into their fields without a look at every byte of long plain text.

Pictures and files come as base64 in the middle of a request, and prompts are long. Nearly all the work of
splitting such a body is walking through its strings. Stretches in which no string can end and none can begin
are found by a search that takes many bytes a step, and left out; the short rest is read by the strict reader,
and each value is then taken from the whole body, verbatim.

Whether it is read like this or at once, the fields are the same: a mark stands where a stretch was left out,
which is right only inside a string. Where the rest cannot be read, the whole is, and its error is told. One
thing is not seen: control characters other than line feeds, which JSON forbids, in what is left out. They go
on to the provider as they came; whoever reads the value itself finds them.
"""

import secrets
from typing import Final

import msgspec

LONG_BYTES: Final = 32 * 1024
"""Below, splitting takes a few microseconds at most."""
_LOOK_BYTES: Final = 2 * 1024
_LEAST_BYTES: Final = 8 * 1024
"""To leave out less would cost more than to walk through it."""
_MOST_BYTES: Final = 256 * 1024
_MOST_PASSED_BYTES: Final = 32 * 1024
_SPECIAL: Final = (b'"', b"\\", b"\n")
_OPENING: Final = b"<" + secrets.token_hex(8).encode("ascii") + b":"
"""How a mark begins: nobody can know it, and it is wrong outside a string and behind a backslash."""
_MARK: Final = _OPENING + b"%08d>"
_MARK_BYTES: Final = len(_MARK % 0)
_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

Stretch = tuple[int, int]


def split_long(body: bytes) -> dict[str, msgspec.Raw] | None:
    """Return the top-level fields of a JSON object, values verbatim; None if it has to be read whole."""
    left_out = _plain_stretches(body)
    if not left_out:
        return None
    try:
        fields = _split(_with_marks(body, left_out))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    whole, opening = memoryview(body), _OPENING.decode("ascii")
    for name, raw in fields.items():
        if opening in name:
            return None
        place = _place_of(bytes(raw), left_out)
        if place is not None:
            fields[name] = msgspec.Raw(whole[place[0] : place[1]])
    return fields


def _plain_stretches(body: bytes) -> list[Stretch]:
    """Return where long stretches without quotes, backslashes and line feeds begin and end.

    Where there is none worth it, ever more is passed over before the next look: a text full of quotes costs a
    few short looks, a picture a few long ones.
    """
    found: list[Stretch] = []
    start, passed = 0, _LOOK_BYTES
    while start + _LEAST_BYTES <= len(body):
        end = _plain_until(body, start)
        if end - start >= _LEAST_BYTES:
            found.append((start, end))
            start, passed = end, _LOOK_BYTES
        else:
            start, passed = end + passed, min(passed * 2, _MOST_PASSED_BYTES)
    return found


def _plain_until(body: bytes, start: int) -> int:
    """Return where the plain text from ``start`` on ends, or its beginning where that is near.

    It is looked only so far that no body is searched through many times.
    """
    find, near = body.find, start + _LOOK_BYTES
    if find(b'"', start, near) >= 0 or find(b"\\", start, near) >= 0 or find(b"\n", start, near) >= 0:
        return start
    end = min(start + _MOST_BYTES, len(body))
    for special in _SPECIAL:
        at = find(special, near, end)
        if at >= 0:
            end = at
    return end


def _with_marks(body: bytes, left_out: list[Stretch]) -> bytes:
    """Return ``body`` with a mark of its own in the place of each stretch."""
    pieces: list[bytes] = []
    at = 0
    for number, (start, end) in enumerate(left_out):
        pieces += (body[at:start], _MARK % number)
        at = end
    return b"".join((*pieces, body[at:]))


def _place_of(marked: bytes, left_out: list[Stretch]) -> Stretch | None:
    """Return where in the body the value is that was read as ``marked``; None if nothing was left out."""
    first = marked.find(_OPENING)
    if first < 0:
        return None
    last = marked.rfind(_OPENING)
    start, _ = left_out[_number_at(marked, first)]
    _, end = left_out[_number_at(marked, last)]
    return start - first, end + len(marked) - last - _MARK_BYTES


def _number_at(marked: bytes, at: int) -> int:
    return int(marked[at + len(_OPENING) : at + _MARK_BYTES - 1])
