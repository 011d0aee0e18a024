"""The one path function: joins a folder and names that came from outside, and never leaves the folder."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

from salon.foundation.kit.errors import InvalidRequest

MAX_NAME_BYTES: Final = 255
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"}
    | {f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"}
)
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]')
_ENCODED: Final = re.compile(r"%(?:2e|2f|5c|00)", re.IGNORECASE)

_INVISIBLE: Final = frozenset({"Cf", "Cs", "Zl", "Zp"})
_RULES: Final[tuple[tuple[Callable[[str], bool], str], ...]] = (
    (lambda name: not name.strip(), "is empty"),
    (lambda name: not name.strip("."), "is a relative step"),
    (
        lambda name: bool(_FORBIDDEN.search(name) or _ENCODED.search(name)),
        "holds a separator or another forbidden character",
    ),
    (
        lambda name: name != name.rstrip(". ") or name != name.lstrip(" "),
        "begins or ends with a space, or ends with a dot",
    ),
    (lambda name: name.split(".")[0].rstrip(" ").lower() in _DEVICES, "is the name of a device"),
    (
        lambda name: any(unicodedata.category(letter) in _INVISIBLE for letter in name),
        "holds an invisible character",
    ),
    (lambda name: len(name.encode()) > MAX_NAME_BYTES, "is too long"),
)


def safe_join(root: Path, *names: str) -> Path:
    """Return the path of ``names`` under ``root``; each name is one component, never a path.

    Refused: empty names, ``.`` and ``..``, separators of any system, also percent-encoded ones, control
    characters, drive letters and streams, device names of Windows, names that end in a dot or a space,
    names over 255 bytes, names that turn into one of these when normalised, and any component that is a
    symbolic link. The file need not exist. Raises: InvalidRequest.
    """
    if not names:
        raise _refuse("", "is empty")
    path = root
    for name in names:
        check_name(name)
        path = path / name
        if path.is_symlink():
            raise _refuse(name, "is a symbolic link")
    base = root.resolve()
    if not path.resolve().is_relative_to(base) or path.resolve() == base:
        raise _refuse(names[-1], "leaves its folder")
    return path


def check_name(name: str) -> None:
    """Check one file name that came from outside. Raises: InvalidRequest."""
    problem = _problem(name) or _problem(unicodedata.normalize("NFKC", name))
    if problem:
        raise _refuse(name, problem)


def _problem(name: str) -> str:
    return next((problem for is_wrong, problem in _RULES if is_wrong(name)), "")


def _refuse(name: str, problem: str) -> InvalidRequest:
    shown = name[:40].encode("ascii", "backslashreplace").decode()
    return InvalidRequest(field="name", problem=f"The name “{shown}” {problem}.")
