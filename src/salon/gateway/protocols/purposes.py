"""What vectors are for, in Cohere's words, which more than one host of its models takes."""

from collections.abc import Mapping
from typing import Final

from salon.foundation.messages import EmbeddingPurpose

COHERES: Final[Mapping[EmbeddingPurpose, str]] = {
    "query": "search_query",
    "question": "search_query",
    "fact": "search_query",
    "code": "search_query",
    "document": "search_document",
    "classification": "classification",
    "clustering": "clustering",
    "similarity": "clustering",
}
