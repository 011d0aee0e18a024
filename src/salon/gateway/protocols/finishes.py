"""Why an answer ended, where a provider says it in one word."""

from collections.abc import Mapping
from typing import Any

from salon.foundation.messages import Finish, FinishReason


def finish_of(word: Any, known: Mapping[str, FinishReason]) -> Finish | None:
    """Read a finish reason in a provider's words; None where there is none."""
    if not isinstance(word, str) or not word:
        return None
    return Finish(reason=known.get(word, "unknown"), raw=word)
