"""Which vocabularies are known, where their files are, and which models read with them.

The files are put here when Salon is built (``tools/vocabulary.py``), under the names tiktoken looks for
in its cache. A file that is not whole is not used: tiktoken would fetch it from the network. This module
stands alone, because the build reads it without what Salon needs.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

VocabularyName = Literal["o200k_base", "cl100k_base"]


class Vocabulary(NamedTuple):
    """One file of tiktoken's."""

    file_name: str
    """The name in tiktoken's cache."""
    sha256: str


VOCABULARIES: Final[dict[VocabularyName, Vocabulary]] = {
    "o200k_base": Vocabulary(
        file_name="fb374d419588a4632f3f557e76b4b70aebbca790",
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": Vocabulary(
        file_name="9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
USUAL: Final[VocabularyName] = "o200k_base"
"""What the words of a model are counted with whose own vocabulary is not known: near, and an estimate."""
FOLDER: Final = Path(__file__).parent / "vocabulary_files"
_CACHE: Final = "TIKTOKEN_CACHE_DIR"
_NEWER: Final = re.compile(r"(?:^|/)(?:ft:)?(?:gpt-5|gpt-4\.[15]|gpt-4o|chatgpt-4o|gpt-oss-|o[134](?:-|$))")
_OLDER: Final = re.compile(
    r"(?:^|/)(?:ft:)?(?:gpt-4(?:-|$)|gpt-3\.?5|davinci-002|babbage-002|text-embedding-(?:ada|3))"
)


def vocabulary_of(model: str) -> VocabularyName | None:
    """Return the vocabulary that ``model`` reads with; None where it is not one of these."""
    if _NEWER.search(model):
        return "o200k_base"
    return "cl100k_base" if _OLDER.search(model) else None


def folder_of(name: VocabularyName) -> Path | None:
    """Return the folder that has the whole file of a vocabulary: tiktoken's own cache, or ours."""
    vocabulary = VOCABULARIES[name]
    chosen = os.environ.get(_CACHE)
    for folder in (*([Path(chosen)] if chosen else []), FOLDER):
        place = folder / vocabulary.file_name
        if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == vocabulary.sha256:
            return folder
    return None
