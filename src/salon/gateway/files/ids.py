"""What a stored file is called in each dialect, and which names are Salon's at all.

The same file has the same 26 characters everywhere, in the form that clients of a dialect know:
``file-~…``, ``file_~…``, ``files/salon…``. The tilde is in hardly any other text: a request without one
refers to no file of ours, which one look at its bytes tells. Gemini's clients read names as letters and
digits only, so theirs say ``salon`` instead.
"""

import re
from typing import Final

_FORM: Final = re.compile(r"(?:.*/)?(?:fil_|file[-_]~|(?:files/)?salon)([0-9a-hjkmnp-tv-z]{26})", re.DOTALL)
_UPLOAD: Final = re.compile(r"(?:upload_~|upl_)([0-9a-hjkmnp-tv-z]{26})")
_PART: Final = re.compile(r"part_~([0-9a-hjkmnp-tv-z]{26})")
_LONGEST: Final = 2048
"""Characters of an address."""
MARK: Final = b"~"
"""In every id of OpenAI's and Anthropic's form."""
GEMINI_MARK: Final = b"files/salon"
"""In every address of a file in Gemini's form."""
MARKS: Final = (MARK, GEMINI_MARK)
"""One of them is in each request that refers to a file of ours, in whichever form."""


def openai_id(file_id: str) -> str:
    """Return the id in OpenAI's form: ``file-~…``."""
    return f"file-~{_core(file_id)}"


def anthropic_id(file_id: str) -> str:
    """Return the id in Anthropic's form: ``file_~…``."""
    return f"file_~{_core(file_id)}"


def gemini_name(file_id: str) -> str:
    """Return the name in Gemini's form: ``files/salon…``."""
    return f"files/salon{_core(file_id)}"


def file_id_of(name: str) -> str | None:
    """Return the id of a file from any form, also an address that ends in one; None if it is not ours."""
    found = _FORM.fullmatch(name) if len(name) <= _LONGEST else None
    return f"fil_{found[1]}" if found is not None else None


def upload_wire_id(upload_id: str) -> str:
    """Return the id of an upload in OpenAI's form: ``upload_~…``."""
    return f"upload_~{_core(upload_id)}"


def upload_id_of(name: str) -> str | None:
    """Return the id of an upload; None if it is not ours."""
    found = _UPLOAD.fullmatch(name)
    return f"upl_{found[1]}" if found is not None else None


def part_wire_id(part_id: str) -> str:
    """Return the id of a part of an upload in OpenAI's form: ``part_~…``."""
    return f"part_~{_core(part_id)}"


def part_id_of(name: str) -> str | None:
    """Return the id of a part of an upload; None if it is not ours."""
    found = _PART.fullmatch(name)
    return f"fil_{found[1]}" if found is not None else None


def _core(own_id: str) -> str:
    return own_id.partition("_")[2]
