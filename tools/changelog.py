"""Keep CHANGELOG.md from the fragments in changes/.

::

    python tools/changelog.py                     write the "Unreleased" part from the fragments
    python tools/changelog.py --check             change nothing; fail when it is stale
    python tools/changelog.py release 0.2.0       name it, date it, and take the fragments away
"""

import datetime
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHANGES = ROOT / "changes"
CHANGELOG = ROOT / "CHANGELOG.md"

KINDS = {
    "security": "Security",
    "removed": "Removed",
    "changed": "Changed",
    "added": "Added",
    "fixed": "Fixed",
}
"""Kinds of fragments, in the order a reader needs them."""

NAME = re.compile(r"(?P<what>[a-z0-9-]+)\.(?P<kind>[a-z]+)\.md")
HEAD = """# Changelog

What a person who runs or uses Salon can notice. [changes/](changes/README.md) says how an entry is made;
commits tell the rest.
"""
UNRELEASED = "## Unreleased"


def fragments() -> list[tuple[str, str, Path]]:
    """Return kind, text and file of each fragment. Raises: ValueError for a name that is none."""
    found: list[tuple[str, str, Path]] = []
    for path in sorted(CHANGES.glob("*.md")):
        if path.name == "README.md":
            continue
        match = NAME.fullmatch(path.name)
        if match is None or match["kind"] not in KINDS:
            raise ValueError(
                f"changes/{path.name}: name it WHAT.KIND.md, with KIND one of {', '.join(KINDS)}"
            )
        found.append((match["kind"], " ".join(path.read_text().split()), path))
    return found


def section(title: str) -> str:
    """Return the part of the changelog that the fragments make."""
    lines = [title, ""]
    for kind, name in KINDS.items():
        texts = [text for one, text, _ in fragments() if one == kind]
        if texts:
            lines += [f"### {name}", "", *(f"- {text}" for text in texts), ""]
    if len(lines) == 2:
        lines += ["Nothing yet.", ""]
    return "\n".join(lines)


def released() -> str:
    """Return what the changelog says of past releases."""
    text = CHANGELOG.read_text() if CHANGELOG.is_file() else ""
    match = re.search(r"^## (?!Unreleased)", text, re.MULTILINE)
    return text[match.start() :] if match else ""


def rendered(title: str) -> str:
    """Return the whole changelog with the fragments under ``title``."""
    past = released()
    return f"{HEAD}\n{section(title)}" + (f"\n{past}" if past else "")


def release(version: str) -> None:
    """Turn the fragments into a release."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    CHANGELOG.write_text(rendered(f"## {version} ({day})"))
    for _, _, path in fragments():
        path.unlink()
    CHANGELOG.write_text(rendered(UNRELEASED))


def main() -> int:
    """Run one command; return an exit status."""
    arguments = sys.argv[1:]
    try:
        if arguments[:1] == ["release"] and len(arguments) == 2:
            release(arguments[1])
            return 0
        wanted = rendered(UNRELEASED)
    except ValueError as problem:
        print(problem)
        return 1
    if CHANGELOG.is_file() and CHANGELOG.read_text() == wanted:
        return 0
    if arguments == ["--check"]:
        print("CHANGELOG.md is stale. Run: make docs")
        return 1
    CHANGELOG.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
