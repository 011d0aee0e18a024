"""Conversations to write, made by hand or by chance."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from salon.features.conversations.exchange.archive import (
    ArchivedAnswer,
    ArchivedBranch,
    ArchivedConversation,
    ArchivedMarks,
    ArchivedMessage,
    ArchivedSource,
)
from salon.features.conversations.exchange.writers import Outline, Writer
from salon.features.conversations.models import Author, Content
from salon.features.conversations.rendering.paths import Node
from salon.foundation.messages import ReasoningPart, TextPart, ToolCallPart, ToolResultPart

ADA = Author(kind="model", id="openai/gpt-5", name="Ada")
ANN = Author(kind="person", id="per_ann", name="Ann")


def message(own_id: str, *parts: Any, parent: str | None = None, **more: Any) -> ArchivedMessage:
    """A message of Ann's, unless ``more`` says otherwise."""
    said = Content(parts=tuple(TextPart(text=one) if isinstance(one, str) else one for one in parts))
    given: dict[str, Any] = {"role": "user", "author": ANN, "content": said, "created_at_ms": 0, **more}
    return ArchivedMessage(id=own_id, parent_id=parent, **given)


def outline_of(messages: Sequence[ArchivedMessage], *heads: tuple[str, str | None]) -> Outline:
    return Outline(nodes=tuple(Node(one.id, one.parent_id) for one in messages), heads=heads)


def written(writer: Writer, *conversations: ArchivedConversation, page: int = 2) -> bytes:
    """What a writer makes of whole conversations, given page by page."""
    pieces = [writer.begin()]
    for one in conversations:
        heads = [(branch.name, branch.head_id) for branch in one.branches]
        outline = outline_of(one.messages, *heads)
        by_id = {inner.id: inner for inner in one.messages}
        pieces.append(writer.conversation(one, outline))
        for number, segment in enumerate(writer.stretches(outline)):
            pieces.append(writer.stretch(segment) if number else b"")
            pages = [segment.ids[start : start + page] for start in range(0, len(segment.ids), page)]
            pieces += [writer.messages([by_id[name] for name in ids]) for ids in pages]
        pieces.append(writer.end_conversation())
    return b"".join([*pieces, writer.end()])


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
"""Without the two that no database takes, and that the reader replaces."""
_times = st.none() | st.integers(0, 2**45)
_json = st.dictionaries(_texts, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts, max_size=3)
_parts = st.one_of(
    st.builds(TextPart, text=_texts),
    st.builds(ReasoningPart, text=_texts, signature=st.none() | _texts),
    st.builds(ToolCallPart, id=_texts, name=_texts, arguments=_texts),
    st.builds(ToolResultPart, tool_call_id=_texts, parts=st.tuples(st.builds(TextPart, text=_texts))),
)
_answers = st.builds(
    ArchivedAnswer,
    model=_texts,
    asked=st.none() | _json,
    steps=st.tuples() | st.tuples(_json),
    cost_e10=st.none() | st.integers(0, 2**62),
    ended_at_ms=_times,
)


@st.composite
def conversations(draw: st.DrawFn) -> ArchivedConversation:
    """A conversation whose messages name earlier ones as their parents."""
    count = draw(st.integers(0, 6))
    ids = [f"msg_{number}" for number in range(count)]
    said = tuple(
        ArchivedMessage(
            id=own,
            parent_id=draw(st.none() | st.sampled_from(ids[:number])) if number else None,
            role=draw(st.sampled_from(["user", "assistant", "system"])),
            author=Author(kind="person", name=draw(st.none() | _texts)),
            content=draw(st.none() | st.builds(Content, parts=st.lists(_parts, max_size=3).map(tuple))),
            answer=draw(st.none() | _answers),
            sources=draw(
                st.just(()) | st.tuples(st.builds(ArchivedSource, kind=st.just("quote"), id=_texts))
            ),
            marks=draw(st.builds(ArchivedMarks, pinned_at_ms=_times, hidden_at_ms=_times)),
            created_at_ms=draw(_times),
        )
        for number, own in enumerate(ids)
    )
    head = draw(st.none() | st.sampled_from(ids)) if ids else None
    return ArchivedConversation(
        id="cnv_1",
        title=draw(_texts),
        settings=draw(_json),
        folder=draw(st.just(()) | st.tuples(_texts)),
        tags=draw(st.just(()) | st.tuples(_texts)),
        branches=(ArchivedBranch(id="brn_1", name=draw(_texts), head_id=head),),
        created_at_ms=draw(_times),
        messages=said,
    )
