"""What is larger than a message may be is cut: media first, words last, and every place says so."""

import msgspec
import pytest

from salon.features.conversations.answering.fitting import fitted
from salon.features.conversations.models import Content
from salon.features.conversations.tree.appending import MOST_MESSAGE_BYTES
from salon.features.turns import TurnOutcome
from salon.foundation.messages import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

MB = 1_000_000
WORDS = TextPart(text="These words stay.")


def cut(*parts: Part) -> tuple[Part, ...]:
    outcome = fitted(TurnOutcome(parts=parts, status="complete"))
    assert (outcome.status, outcome.error["error"]["code"]) == ("interrupted", "answer_too_large")
    assert len(msgspec.json.encode(Content(parts=outcome.parts))) <= MOST_MESSAGE_BYTES
    assert len(outcome.parts) == len(parts)
    return outcome.parts


def result(*parts: Part) -> ToolResultPart:
    return ToolResultPart(tool_call_id="c", name="read", parts=parts)


def test_what_a_message_holds_stays_as_it_is() -> None:
    whole = TurnOutcome(parts=(WORDS, ImagePart(data="A" * 4 * MB)), status="complete")
    assert fitted(whole) is whole


def test_the_largest_media_goes_first_and_no_more_than_must() -> None:
    small, large = ImagePart(data="A" * MB), AudioPart(data="A" * 4 * MB, transcript="Good day.")
    picture = result(TextPart(text="seen"), ImagePart(data="A" * 2 * MB))
    assert cut(WORDS, small, large)[:2] == (WORDS, small)
    assert cut(WORDS, small, large)[2].text.startswith("Good day.\n[Here was something of 3,000,000 bytes")
    _, seen, after = cut(TextPart(text="w" * 3 * MB), picture, WORDS)
    assert (seen.tool_call_id, seen.parts[0]) == ("c", picture.parts[0])
    assert "no room" in seen.parts[1].text
    assert after == WORDS


def test_what_tools_returned_and_what_was_thought_goes_before_words() -> None:
    words = TextPart(text="w" * 2 * MB)
    thought = ReasoningPart(text="t" * MB, signature="of the whole")
    kept, thoughts, found = cut(words, thought, result(TextPart(text="r" * 2 * MB)))
    assert (kept, thoughts) == (words, thought)
    assert found.parts[0].text.startswith("r" * 1_000_000)
    assert "of 2,000,000 characters are left out here" in found.parts[0].text
    kept, thoughts = cut(words, ReasoningPart(text="t" * 3 * MB, signature="of the whole"))
    assert kept == words
    assert (thoughts.text[:MB], thoughts.signature) == ("t" * MB, None)


@pytest.mark.parametrize("piece", ["x", '\n"', "é", "\x01", "日本", "😀"])
def test_words_keep_as_much_of_their_beginning_as_there_is_room_for(piece: str) -> None:
    text = piece * (5 * MB // len(msgspec.json.encode(piece)[1:-1]))
    (kept,) = cut(TextPart(text=text, provider_data={"responses": {"annotations": []}}))
    words, _, note = kept.text.rpartition("\n[…")
    assert text.startswith(words)
    assert note.endswith("a message has no room for them …]")
    assert len(msgspec.json.encode(words)) > MOST_MESSAGE_BYTES - 1000
    assert kept.provider_data is None


@pytest.mark.parametrize(
    "part",
    [
        OpaquePart(dialect="responses", type="thing", raw="A" * 5 * MB),
        ImagePart(url="data:image/png;base64," + "A" * 5 * MB),
        FilePart(text="A" * 5 * MB),
        ToolCallPart(id="c", name="write", arguments='{"text": "' + "A" * 5 * MB + '"}'),
        result(OpaquePart(dialect="mcp", type="thing", raw="A" * 5 * MB)),
        TextPart(text="Short", provider_data={"gemini": "A" * 5 * MB}),
    ],
    ids=lambda part: type(part).__name__,
)
def test_whatever_is_too_large_words_beside_it_stay(part: Part) -> None:
    before, there, after = cut(WORDS, part, WORDS)
    assert (before, after) == (WORDS, WORDS)
    if isinstance(part, ToolCallPart):
        assert (there.id, there.name) == ("c", "write")
        assert "no room" in msgspec.json.decode(there.arguments)["left_out"]
    elif isinstance(part, ToolResultPart):
        assert (there.tool_call_id, "no room" in there.parts[0].text) == ("c", True)
    elif isinstance(part, TextPart):
        assert there == TextPart(text="Short")
    else:
        assert "no room" in getattr(there, "text", "")


def test_what_failed_stays_failed_and_why_is_kept() -> None:
    error = {"error": {"code": "upstream_broken"}}
    outcome = fitted(TurnOutcome(parts=(TextPart(text="x" * 5 * MB),), status="failed", error=error))
    assert (outcome.status, outcome.error) == ("failed", error)
