"""Comparing two paths of one tree: turns beside each other, their words, models, parameters, tools, cost.

No storage here. What both paths share stands above where they part and is only counted. A turn is what
somebody says and what is answered; turns that say the same, or were edited from each other, stand beside
each other, the rest in order.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, Literal, cast

import msgspec

from salon.features.conversations.models import Answer, Content, Message, Source
from salon.features.conversations.tree.word_diff import Change, Room, changes
from salon.foundation.messages import RefusalPart, TextPart, ToolCallPart

MOST_ALIGNED: Final = 300
"""Longer paths are not aligned by what is said but turn by turn."""
Status = Literal["same", "changed", "left-only", "right-only"]
_ANCESTRY: Final = frozenset({"edit-of", "retry-of", "continues", "merge", "forked-from"})


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a path, with what is known of it."""

    message: Message
    sources: tuple[Source, ...] = ()
    answer: Answer | None = None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What one side took, from where the paths part."""

    messages: int
    words: int
    tokens: int
    """As estimated for prompts."""
    input_tokens: int
    output_tokens: int
    cost_e10: dict[str, int]
    """By currency; answers without a price are left out."""
    models: tuple[str, ...]
    tools: dict[str, int]
    """How often each was called."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that differs between two messages: a model, a parameter, what tools there were."""

    name: str
    left: Any
    right: Any


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two messages beside each other, or one that has no counterpart."""

    status: Status
    left_id: str | None
    right_id: str | None
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Two turns beside each other."""

    status: Status
    pairs: tuple[Pair, ...]


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """How two paths differ."""

    shared: int
    """How many messages both begin with."""
    shared_id: str | None
    """The last of them."""
    turns: tuple[Turn, ...]
    left: Figures
    right: Figures
    is_cut: bool
    """Something is shown as replaced whole, because comparing its words would have taken long."""


def compare(left: Sequence[Said], right: Sequence[Said], *, shared: int, shared_id: str | None) -> Diff:
    """Compare what follows where two paths part."""
    room = Room()
    turns = tuple(_turn(one, two, room) for one, two in _aligned(_turns(left), _turns(right)))
    return Diff(
        shared=shared,
        shared_id=shared_id,
        turns=turns,
        left=figures(left),
        right=figures(right),
        is_cut=room.is_cut,
    )


def figures(path: Sequence[Said]) -> Figures:
    """Add up what messages took."""
    cost: Counter[str] = Counter()
    tools: Counter[str] = Counter()
    models: dict[str, None] = {}
    answers = [one.answer for one in path if one.answer is not None]
    for one in path:
        tools.update(tools_called(one.message.content))
        model = _model(one)
        if model is not None:
            models[model] = None
    for answer in answers:
        if answer.cost_e10 is not None and answer.currency is not None:
            cost[answer.currency] += answer.cost_e10
    return Figures(
        messages=len(path),
        words=sum(len(text_of(one.message.content).split()) for one in path),
        tokens=sum(one.message.tokens for one in path),
        input_tokens=sum(answer.input_tokens or 0 for answer in answers),
        output_tokens=sum(answer.output_tokens or 0 for answer in answers),
        cost_e10=dict(cost),
        models=tuple(models),
        tools=dict(tools),
    )


def text_of(content: Content | None) -> str:
    """Return the words of a message that people read."""
    if content is None:
        return ""
    texts = [part.text for part in content.parts if isinstance(part, TextPart | RefusalPart)]
    return "\n".join(texts)


def tools_called(content: Content | None) -> list[str]:
    """Return the names of the tools that were called."""
    if content is None:
        return []
    return [part.name for part in content.parts if isinstance(part, ToolCallPart)]


_Turn = list[Said]
_Beside = tuple[_Turn | None, _Turn | None]


def _turns(path: Iterable[Said]) -> list[_Turn]:
    """Return a path turn by turn: each begins with what is no answer."""
    turns: list[_Turn] = []
    for one in path:
        is_answer = one.message.role in {"assistant", "tool"}
        if is_answer and turns:
            turns[-1].append(one)
        else:
            turns.append([one])
    return turns


def _aligned(left: list[_Turn], right: list[_Turn]) -> list[_Beside]:
    if max(len(left), len(right)) > MOST_ALIGNED:
        return _in_order(left, right)
    known = {one.message.id: f"{place}" for place, turn in enumerate(left) for one in turn}
    keys = _keys(left, known), _keys(right, known)
    found: list[_Beside] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if kind == "equal":
            found += zip(left[i1:i2], right[j1:j2], strict=True)
        else:
            found += _in_order(left[i1:i2], right[j1:j2])
    return found


def _keys(turns: list[_Turn], known: dict[str, str]) -> list[str]:
    """Return what tells turns apart: whom they come from, else what they begin with."""
    keys: list[str] = []
    for turn in turns:
        ancestors = (source.id for source in turn[0].sources if source.kind in _ANCESTRY)
        come_from = next((known[one] for one in (turn[0].message.id, *ancestors) if one in known), None)
        keys.append(
            f"turn {come_from}" if come_from is not None else f"says {text_of(turn[0].message.content)}"
        )
    return keys


def _in_order(left: list[_Turn], right: list[_Turn]) -> list[_Beside]:
    most = max(len(left), len(right))
    return [
        (left[place] if place < len(left) else None, right[place] if place < len(right) else None)
        for place in range(most)
    ]


def _turn(left: _Turn | None, right: _Turn | None, room: Room) -> Turn:
    one, two = left or [], right or []
    pairs = tuple(
        _pair(one[place] if place < len(one) else None, two[place] if place < len(two) else None, room)
        for place in range(max(len(one), len(two)))
    )
    if left is None or right is None:
        return Turn(status="right-only" if left is None else "left-only", pairs=pairs)
    return Turn(status="same" if all(pair.status == "same" for pair in pairs) else "changed", pairs=pairs)


def _pair(left: Said | None, right: Said | None, room: Room) -> Pair:
    if left is None or right is None:
        only = left or right
        assert only is not None
        text = text_of(only.message.content)
        kind: Literal["added", "removed"] = "added" if left is None else "removed"
        return Pair(
            status="right-only" if left is None else "left-only",
            left_id=left.message.id if left else None,
            right_id=right.message.id if right else None,
            changes=(Change(kind, text),) if text else (),
            differences=(),
        )
    found = changes(text_of(left.message.content), text_of(right.message.content), room)
    differences = tuple(_differences(left, right))
    is_same = not differences and all(change.kind == "same" for change in found)
    return Pair(
        status="same" if is_same else "changed",
        left_id=left.message.id,
        right_id=right.message.id,
        changes=found,
        differences=differences,
    )


def _differences(left: Said, right: Said) -> list[Difference]:
    one, two = _facts(left), _facts(right)
    return [
        Difference(name=name, left=one.get(name), right=two.get(name))
        for name in sorted(one.keys() | two.keys())
        if one.get(name) != two.get(name)
    ]


def _facts(said: Said) -> dict[str, Any]:
    facts: dict[str, Any] = {"model": _model(said), "status": said.message.status}
    called = tools_called(said.message.content)
    if called:
        facts["tools_called"] = called
    if said.answer is None:
        return facts
    told = (said.answer.asked or {}).get("asked")
    asked = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    parameters: dict[str, Any] = asked.get("parameters") or {}
    tools: list[dict[str, Any]] = asked.get("tools") or []
    facts |= {f"parameters.{name}": value for name, value in parameters.items()}
    facts["tools"] = sorted(str(tool.get("name")) for tool in tools) or None
    facts["instructions"] = asked.get("instructions")
    for name in ("input_tokens", "output_tokens", "cost_e10", "finish"):
        facts[name] = getattr(said.answer, name)
    return facts


def _model(said: Said) -> str | None:
    if said.answer is not None:
        return said.answer.model
    return said.message.author.id if said.message.author.kind == "model" else None
