"""The judge of OpenAI's document: it finds what is wrong, in the branch that was meant."""

from pathlib import Path

import pytest

from salon.testing.openai_schema import OpenAIDocument

CALL = {
    "id": "fc",
    "type": "function_call",
    "call_id": "c",
    "name": "f",
    "arguments": 7,
    "status": "completed",
}
EVENT = {"type": "response.output_item.done", "output_index": 0, "sequence_number": 3, "item": CALL}


@pytest.fixture(scope="module")
def document(shared_dir: Path) -> OpenAIDocument:
    return OpenAIDocument(shared_dir / "suites" / "openai" / "openapi.json")


def test_a_breach_within_a_union_is_told_where_it_is(document: OpenAIDocument) -> None:
    assert document.event_breaches(EVENT) == {("item.arguments", "type")}
    assert document.event_breaches({**EVENT, "item": {**CALL, "arguments": "{}"}}) == set()


def test_an_event_that_is_not_in_the_document_is_told(document: OpenAIDocument) -> None:
    assert document.event_breaches({"type": "response.sung"}) == {("type", "unknown response.sung")}


def test_a_missing_field_is_named(document: OpenAIDocument) -> None:
    assert ("", "requireddata") in document.breaches("ListModelsResponse", {"object": "list"})
