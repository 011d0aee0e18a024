"""The licences of the Python packages that this server runs on, as they were installed with it."""

import re
from importlib import metadata
from typing import Final

_NAME: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA: Final = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_TEXT: Final = re.compile(r"\.dist-info/(?:.*/)?(?:licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
_FIELDS: Final = ("License-Expression", "License")
_LONGEST_NAME: Final = 80
"""Some packages have a whole text where its name belongs."""


def licenses() -> str:
    """Return the licence of Salon, and of each package it needs, with the text that came with it.

    Reads every one of them: slow, for a worker thread.
    """
    return "\n\n".join(_told(package) for _, package in sorted(_needed("salon").items()))


def _needed(root: str) -> dict[str, metadata.Distribution]:
    """Return what is installed of what ``root`` needs to run, itself too, by name."""
    own = metadata.distribution(root).metadata.get_all("Provides-Extra") or ()
    found: dict[str, metadata.Distribution] = {}
    asked: set[tuple[str, str]] = set()
    waiting = [(root, extra) for extra in ("", *own)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in asked:
            continue
        asked.add((name, extra))
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform, or of an extra that nobody asked for
        for needed in found[name].requires or ():
            wanted = _EXTRA.search(needed)
            if (wanted.group(1) if wanted else "") != extra:
                continue
            if match := _NAME.match(needed):
                other = re.sub(r"[-_.]+", "-", match.group(1)).lower()
                extras = (match.group(2) or "").replace(" ", "").split(",")
                waiting += [(other, one) for one in {"", *extras}]
    return found


def _told(package: metadata.Distribution) -> str:
    known = package.metadata
    said = next((one[0] for name in _FIELDS if (one := known.get_all(name))), "")
    classified = [
        one.rpartition(" :: ")[2] for one in known.get_all("Classifier") or () if "License ::" in one
    ]
    name = said if said and len(said) <= _LONGEST_NAME else ", ".join(classified) or "see below"
    texts = [str(file.read_text()).strip() for file in package.files or () if _TEXT.search(str(file))]
    return "\n\n".join([f"{known['Name']} {package.version} ({name})", *texts]) + "\n"
