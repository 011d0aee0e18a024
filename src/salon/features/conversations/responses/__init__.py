"""Responses that go on: chains of answers in OpenAI's words, in memory or on the tree."""

from salon.features.conversations.responses.chain import (
    FIELD,
    Items,
    PreviousResponseMissing,
    continued,
    input_items,
    with_input,
)

__all__ = ["FIELD", "Items", "PreviousResponseMissing", "continued", "input_items", "with_input"]
