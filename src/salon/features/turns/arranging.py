"""Fits messages into a room, purely: what is always sent, what goes first, and what is shortened.

Nothing that is returned is ever over the room. The last turn, instructions and pinned messages are always
sent; older turns go whole, the oldest first; a call never goes without its result.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from salon.features.turns.errors import TurnTooLong
from salon.features.turns.grouping import closed, links_of, turns_of
from salon.features.turns.models import ContextMessage, Shortening, Summary
from salon.features.turns.shortening import shortened, shortening
from salon.features.turns.weighing import BYTES_PER_TOKEN, Scale, Tokens
from salon.foundation.messages import ToolResultPart

TIGHT_TOKENS: Final = 500
"""What remains of each tool result where nothing else can go."""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much a prompt may take, in tokens."""

    model: str
    limit: int
    """The window, or as much of it as may be used."""
    is_assumed: bool
    reserved: int
    fixed: int
    """Instructions and tools."""

    @property
    def free(self) -> int:
        """What messages may take."""
        return self.limit - self.reserved - self.fixed


class Piece(msgspec.Struct, kw_only=True, eq=False):
    """One message on its way into a prompt."""

    whole: ContextMessage
    tokens: Tokens
    is_kept: bool
    turn: int = 0
    cuts: tuple[Shortening, ...] = ()
    is_in: bool = True
    is_summarised: bool = False


class Arrangement(msgspec.Struct, kw_only=True, eq=False):
    """What is sent, and what is not."""

    pieces: list[Piece]
    """Of the conversation, all of them."""
    own: Piece | None = None
    """The answer so far."""
    summary: Summary | None = None
    summary_tokens: int = 0

    @property
    def every(self) -> list[Piece]:
        """All pieces, the answer's own last."""
        return [*self.pieces, *([self.own] if self.own is not None else [])]

    @property
    def total(self) -> int:
        """What is sent, in tokens."""
        return sum(piece.tokens.total for piece in self.every if piece.is_in) + self.summary_tokens

    @property
    def droppable(self) -> list[Piece]:
        """What may go, oldest first."""
        return [piece for piece in self.pieces if piece.is_in and not piece.is_kept]

    @property
    def dropped(self) -> list[Piece]:
        """What went for room; what a summary stands for is not among it."""
        return [piece for piece in self.pieces if not piece.is_in and not piece.is_summarised]


def laid_out(
    messages: Sequence[ContextMessage], own: ContextMessage | None, *, scale: Scale, result_tokens: int
) -> Arrangement:
    """Return everything that may be sent, with large results shortened."""
    turns = turns_of(messages)
    kept = closed(_always(messages, turns), links_of(messages))
    turn_of = {at: number for number, turn in enumerate(turns) for at in turn}
    pieces = [
        Piece(whole=message, tokens=scale.message(message), is_kept=at in kept, turn=turn_of[at])
        for at, message in enumerate(messages)
    ]
    mine = None if own is None else Piece(whole=own, tokens=scale.message(own), is_kept=True)
    arrangement = Arrangement(pieces=pieces, own=mine)
    _cut(arrangement.every, scale, result_tokens)
    return arrangement


def stand_in(arrangement: Arrangement, summary: Summary, tokens: int) -> None:
    """Let a summary stand for what it covers."""
    covers = set(summary.covers)
    arrangement.summary, arrangement.summary_tokens = summary, tokens
    for piece in arrangement.droppable:
        if piece.whole.id in covers:
            piece.is_in, piece.is_summarised = False, True


def trim(arrangement: Arrangement, most: int) -> None:
    """Leave out whole turns, the oldest first, until what is sent takes ``most`` tokens or no more can go."""
    over = arrangement.total - most
    turn = -1
    for piece in arrangement.droppable:
        if over <= 0 and piece.turn != turn:
            return
        turn = piece.turn
        piece.is_in = False
        over -= piece.tokens.total


def squeeze(arrangement: Arrangement, scale: Scale, most: int) -> None:
    """Shorten every tool result to its least, if that is needed."""
    if arrangement.total > most:
        _cut([piece for piece in arrangement.every if piece.is_in], scale, TIGHT_TOKENS)


def check(arrangement: Arrangement, room: Room, *, may_drop: bool) -> None:
    """Refuse what does not fit. Raises: TurnTooLong, naming three ways out."""
    over = arrangement.total - room.free
    if over <= 0:
        return
    sent = [piece for piece in arrangement.every if piece.is_in]
    needed = arrangement.total + room.fixed
    raise TurnTooLong(
        field="messages",
        model=room.model,
        limit=room.limit,
        assumed=" (assumed, for nobody tells its window)" if room.is_assumed else "",
        reserved=room.reserved,
        needed=needed,
        over=over,
        removable=sum(piece.tokens.total for piece in sent[:-1]),
        left_out=0 if may_drop else sum(piece.tokens.total for piece in arrangement.droppable),
        wanted=needed + room.reserved,
    )


def _always(messages: Sequence[ContextMessage], turns: Sequence[range]) -> set[int]:
    kept = {
        at
        for at, message in enumerate(messages)
        if message.is_pinned or message.role in {"system", "developer"}
    }
    return kept | set(turns[-1]) if turns else kept


def _cut(pieces: Sequence[Piece], scale: Scale, most_tokens: int) -> None:
    for piece in pieces:
        cuts = _cuts(piece.whole, most_tokens * BYTES_PER_TOKEN)
        if cuts:
            piece.cuts = cuts
            piece.tokens = scale.message(shortened(piece.whole, cuts))


def _cuts(message: ContextMessage, most_bytes: int) -> tuple[Shortening, ...]:
    found = [
        shortening(part, part=place, most_bytes=most_bytes)
        for place, part in enumerate(message.parts)
        if isinstance(part, ToolResultPart)
    ]
    return tuple(cut for cut in found if cut is not None)
