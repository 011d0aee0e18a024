"""Assembles the prompt of a step: counts, fits, and says what it did.

What is done with each message of a long conversation is done in a thread, so that others' answers go on.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from salon.features.turns import arranging
from salon.features.turns.arranging import Arrangement, Piece, Room
from salon.features.turns.models import (
    ContextMessage,
    ContextReport,
    Prompt,
    Sent,
    Summary,
    TurnSpec,
    Window,
)
from salon.features.turns.ports import Asks, Summariser
from salon.features.turns.quoting import by_name
from salon.features.turns.shortening import reference_of
from salon.features.turns.weighing import ANSWER_TOKENS, Scale, weigh, weigh_tools
from salon.foundation.kit.errors import SalonError
from salon.foundation.messages import Part, TextPart, Tool, ToolResultPart

T = TypeVar("T")

HERE: Final = 200
"""So many messages are looked at on the event loop: that takes a millisecond or two, and a thread its own."""
_MOST_RESERVED: Final = 8_192
_COUNTED_FROM: Final = 0.6
"""From this share of the room on, words are counted by the vocabulary, where it is known."""
_AFTER_SUMMARY: Final = 0.6
"""What a new summary leaves of the room in use, so that it serves for some turns."""
_READ_AT_ONCE: Final = 0.75
"""How much of the room the messages may take that a model summarises; the summary before them comes too."""
_SUMMARY_SHARE: Final = 0.1
_MOST_SUMMARY: Final = 2_000


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that fits, and what it is made of."""

    prompt: Prompt
    report: ContextReport
    summary: Summary | None = None
    """The one in the prompt, with its words."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a prompt is to be made of."""

    spec: TurnSpec
    messages: Sequence[ContextMessage]
    """Without those that are excluded."""
    own: ContextMessage | None
    """The answer so far."""
    tools: Sequence[Tool]

    def laid_out(self, scale: Scale) -> Arrangement:
        """Return everything, whether it fits or not."""
        most = self.spec.context.result_tokens
        return arranging.laid_out(self.messages, self.own, scale=scale, result_tokens=most)

    def laid(self, window: Window, scale: Scale) -> "Laid":
        """Return everything, and the room there is for it."""
        return Laid(scale=scale, room=room_of(window, self, scale), arrangement=self.laid_out(scale))


class Laid(msgspec.Struct, frozen=True, kw_only=True):
    """All that may be sent, as it was counted, and how much room it has."""

    scale: Scale
    room: Room
    arrangement: Arrangement


async def fit(
    asks: Asks,
    spec: TurnSpec,
    messages: Sequence[ContextMessage],
    *,
    own: Sequence[Part] = (),
    tools: Sequence[Tool] = (),
    summaries: Summariser | None = None,
    is_exact: bool = False,
) -> Fitted:
    """Return the prompt of the next step. ``own`` is the answer so far; ``tools`` are all that are offered.

    ``is_exact`` counts by the vocabulary however much room there is. Raises: TurnTooLong.
    """
    window = await asks.window(spec.model)
    own_message = ContextMessage(role="assistant", parts=tuple(own)) if own else None

    def lay_out() -> tuple[Draft, Laid]:
        told = [message for message in messages if not message.is_excluded]
        draft = Draft(spec=spec, messages=told, own=own_message, tools=tools)
        return draft, draft.laid(window, Scale())

    draft, laid = await apart(len(messages), lay_out)
    if window.vocabulary_of and (is_exact or laid.arrangement.total > laid.room.free * _COUNTED_FROM):
        counted = await _scale(asks, window, draft)
        if counted is not None:
            laid = await apart(len(messages), lambda: draft.laid(window, counted))
    if laid.arrangement.total > laid.room.free:
        await _make_fit(laid, draft, summaries)
    return await apart(len(messages), lambda: _fitted(laid.arrangement, laid.room, laid.scale, draft))


async def apart(count: int, act: Callable[[], T]) -> T:
    """Do what looks at ``count`` messages: in a thread, if those are many."""
    return act() if count <= HERE else await asyncio.to_thread(act)


def room_of(window: Window, draft: Draft, scale: Scale) -> Room:
    """Return how much messages may take beside instructions, tools and the answer."""
    spec, policy = draft.spec, draft.spec.context
    limit = min(window.context_tokens, policy.most_tokens or window.context_tokens)
    reserved = spec.parameters.max_output_tokens or policy.reserved_tokens
    if reserved is None:
        reserved = min(_MOST_RESERVED, limit // 4)
    reserved = min(reserved, window.max_output_tokens or reserved)
    return Room(
        model=spec.model,
        limit=limit,
        is_assumed=window.is_assumed,
        reserved=reserved,
        fixed=_system(spec, scale) + scale.tokens(weigh_tools(draft.tools)).total + ANSWER_TOKENS,
    )


def summary_message(summary: Summary) -> ContextMessage:
    """Return a summary as the model reads it."""
    text = f"[A summary of {len(summary.covers)} earlier messages that are left out]\n{summary.text}"
    return ContextMessage(role="user", parts=(TextPart(text=text),))


def instructions_message(spec_instructions: str) -> ContextMessage:
    """Return instructions as the model reads them."""
    return ContextMessage(role="system", parts=(TextPart(text=spec_instructions),))


def _system(spec: TurnSpec, scale: Scale) -> int:
    return scale.message(instructions_message(spec.instructions)).total if spec.instructions else 0


async def _scale(asks: Asks, window: Window, draft: Draft) -> Scale | None:
    """Have words counted by the model's vocabulary; None where that cannot be.

    Of a long conversation only what may be sent is counted: by bytes, twice the window at most.
    """
    wanted = await apart(len(draft.messages), lambda: _words(window, draft))
    counts = await asks.count(wanted, window=window)
    return None if counts is None else Scale(dict(zip(wanted, counts, strict=True)))


def _words(window: Window, draft: Draft) -> list[str]:
    """Return the texts whose tokens are to be counted, each once."""
    by_bytes, left = Scale(), window.context_tokens * 2
    some = [] if draft.own is None else [draft.own]
    for message in reversed(draft.messages):
        tokens = by_bytes.message(message).total
        if left > 0 or message.is_pinned:
            some.append(message)
        left -= tokens
    weight = weigh(some)
    instructions = draft.spec.instructions or ""
    texts = [*weight.words, *weight.results, *weigh_tools(draft.tools).words, instructions]
    return list(dict.fromkeys(texts))


async def _make_fit(laid: Laid, draft: Draft, summaries: Summariser | None) -> None:
    """Do what the policy says about a context that is too long. Raises: TurnTooLong."""
    policy, count = draft.spec.context.kind, len(draft.messages)
    if policy == "refuse":
        await apart(count, lambda: arranging.check(laid.arrangement, laid.room, may_drop=False))
    summary = (
        await _summary(draft, laid, summaries) if policy == "summarise" and summaries is not None else None
    )
    await apart(count, lambda: _shorten(laid, summary))


def _shorten(laid: Laid, summary: Summary | None) -> None:
    """Leave out and shorten what has no room. Raises: TurnTooLong."""
    arrangement, room = laid.arrangement, laid.room
    if summary is not None:
        arranging.stand_in(arrangement, summary, _tokens_of(summary, laid.scale))
    arranging.trim(arrangement, room.free)
    arranging.squeeze(arrangement, laid.scale, room.free)
    arranging.check(arrangement, room, may_drop=True)


async def _summary(draft: Draft, laid: Laid, summaries: Summariser) -> Summary | None:
    """Return a summary that makes room: a kept one if it still does, else a new one; None if none came."""
    kept, free = await summaries.kept(), laid.room.free
    most = min(_MOST_SUMMARY, int(free * _SUMMARY_SHARE))
    needed = await apart(len(draft.messages), lambda: _needed(draft, laid, kept, most=most))
    if not isinstance(needed, _Needed):
        return needed
    at_once = int(free * _READ_AT_ONCE)
    return await _summarised(needed.covered, needed.earlier, summaries, most=most, at_once=at_once)


class _Needed(msgspec.Struct, frozen=True, kw_only=True):
    """What a new summary is to cover, and the longest one of the beginning of that."""

    covered: Sequence[Piece]
    earlier: Summary | None


def _needed(draft: Draft, laid: Laid, kept: Sequence[Summary], *, most: int) -> "Summary | _Needed | None":
    """Return a kept summary that makes room, or what a new one is to cover; None if there is nothing to."""
    scale, free = laid.scale, laid.room.free
    ids = {message.id for message in draft.messages}
    known = [one for one in kept if one.covers and ids.issuperset(one.covers)]
    for summary in sorted(known, key=lambda one: -len(one.covers)):
        trial = draft.laid_out(scale)
        arranging.stand_in(trial, summary, _tokens_of(summary, scale))
        if trial.total <= free:
            return summary
    trial = draft.laid_out(scale)
    arranging.trim(trial, int(free * _AFTER_SUMMARY) - most)
    covered = [piece for piece in trial.dropped if piece.whole.id is not None]
    if not covered or most <= 0:
        return None
    covers = {piece.whole.id for piece in covered}
    earlier = [one for one in known if covers.issuperset(one.covers)]
    return _Needed(covered=covered, earlier=max(earlier, key=lambda one: len(one.covers), default=None))


async def _summarised(
    covered: Sequence[Piece], made: Summary | None, summaries: Summariser, *, most: int, at_once: int
) -> Summary | None:
    """Have summaries written one upon the other, each of as much more as a model reads at once.

    Returns the last that came: what it does not cover is left out, and the report says so.
    """
    known = set(made.covers) if made is not None else set[str]()
    done = [piece.whole for piece in covered if piece.whole.id in known]
    for some in _pieces([piece for piece in covered if piece.whole.id not in known], at_once):
        done += [piece.whole for piece in some]
        try:
            new = await summaries.summarise(done, previous=made, most_tokens=most)
        except SalonError:
            return made
        made = msgspec.structs.replace(new, covers=_ids(done))
    return made


def _pieces(new: Sequence[Piece], most: int) -> Iterable[list[Piece]]:
    """Divide messages so that no part has more than ``most`` tokens, unless it is a single message."""
    some: list[Piece] = []
    size = 0
    for piece in new:
        if some and size + piece.tokens.total > most:
            yield some
            some, size = [], 0
        some.append(piece)
        size += piece.tokens.total
    if some:
        yield some


def _tokens_of(summary: Summary, scale: Scale) -> int:
    return scale.message(summary_message(summary)).total


def _fitted(arrangement: Arrangement, room: Room, scale: Scale, draft: Draft) -> Fitted:
    sent: list[Sent] = []
    summary = arrangement.summary
    for piece in arrangement.pieces:
        if piece.is_summarised and summary is not None:
            # What a message of the tree says is only named: what keeps the request forgets with the tree.
            words = summary.text if summary.id is None else ""
            sent.append(Sent(id=summary.id, summary=msgspec.structs.replace(summary, text=words)))
            summary = None
        elif piece.is_in and piece.whole.quoting is not None:
            sent.append(Sent(quoting=by_name(piece.whole.quoting)))
        elif piece.is_in:
            whole = None if piece.whole.id is not None else piece.whole
            sent.append(Sent(id=piece.whole.id, message=whole, shortened=piece.cuts))
    own = arrangement.own
    prompt = Prompt(
        sent=tuple(sent),
        own_parts=0 if own is None else len(own.whole.parts),
        own_shortened=() if own is None else own.cuts,
        max_output_tokens=draft.spec.parameters.max_output_tokens,
    )
    report = _report(arrangement, room, scale, draft)
    return Fitted(prompt=prompt, report=report, summary=arrangement.summary)


def _report(arrangement: Arrangement, room: Room, scale: Scale, draft: Draft) -> ContextReport:
    system = pinned = words = results = files = 0
    for piece in arrangement.every:
        if not piece.is_in:
            continue
        tokens = piece.tokens
        if piece.whole.role in {"system", "developer"}:
            system += tokens.total
        elif piece.whole.is_pinned:
            pinned += tokens.total
        else:
            words, results, files = words + tokens.words, results + tokens.results, files + tokens.files
    told = scale.tokens(weigh_tools(draft.tools)).total
    summary = arrangement.summary
    return ContextReport(
        window_tokens=room.limit,
        is_window_assumed=room.is_assumed,
        count="vocabulary" if scale.is_vocabulary else "estimate",
        system=system + room.fixed - told,
        pinned=pinned,
        messages=words,
        summary=arrangement.summary_tokens,
        tools=told,
        results=results,
        files=files,
        reserved=room.reserved,
        left=room.free - arrangement.total,
        dropped=_ids(piece.whole for piece in arrangement.dropped),
        shortened=tuple(_cut_ids(arrangement)),
        summarised=_ids(piece.whole for piece in arrangement.pieces if piece.is_summarised),
        summary_id=None if summary is None else summary.id,
    )


def _ids(messages: Iterable[ContextMessage]) -> tuple[str, ...]:
    return tuple(message.id for message in messages if message.id is not None)


def _cut_ids(arrangement: Arrangement) -> Iterable[str]:
    for piece in arrangement.every:
        for cut in piece.cuts if piece.is_in else ():
            result = piece.whole.parts[cut.part]
            assert isinstance(result, ToolResultPart)
            yield reference_of(piece.whole.id, result)
