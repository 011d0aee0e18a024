"""Put the vocabularies that tokens are counted with into the package, as tiktoken wants to find them.

They come out of the npm package ``tiktoken``, pinned by hash in ``tools/vocabularies``: tiktoken's Python
package has none and would fetch them at run time. What is written is checked to be what it would fetch.
"""

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from web import ROOT, WebError, install

PACKAGE = ROOT / "tools" / "vocabularies"


def known() -> Any:
    """Load the module that knows them, by its place: a wheel is built where Salon is not installed."""
    place = ROOT / "src" / "salon" / "gateway" / "counting" / "vocabularies.py"
    spec = importlib.util.spec_from_file_location("vocabularies", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(ranks: str) -> str:
    """Turn the package's lines, ``! RANK TOKEN TOKEN ...``, into tiktoken's, ``TOKEN RANK``."""
    found: list[tuple[int, str]] = []
    for line in filter(None, ranks.split("\n")):
        _, first, *tokens = line.split(" ")
        found += [(int(first) + place, token) for place, token in enumerate(tokens)]
    return "".join(f"{token} {rank}\n" for rank, token in sorted(found))


def is_whole(place: Path, sha256: str) -> bool:
    return place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256


def build(name: str, place: Path, sha256: str) -> None:
    """Write one file unless it is there. Raises: WebError when it is not what tiktoken would fetch."""
    if is_whole(place, sha256):
        return
    install(PACKAGE)
    source = PACKAGE / "node_modules" / "tiktoken" / "encoders" / f"{name}.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(rows(json.loads(source.read_text())["bpe_ranks"]), newline="\n")
    if not is_whole(place, sha256):
        place.unlink()
        raise WebError(f"the vocabulary {name} of the package is not the one tiktoken knows")


def main() -> int:
    """Build all; return an exit status."""
    module = known()
    try:
        for name, vocabulary in module.VOCABULARIES.items():
            build(name, module.FOLDER / vocabulary.file_name, vocabulary.sha256)
    except WebError as problem:
        print(f"vocabulary: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
