"""Search as people ask for it: candidates of the index, without what is not seen, and pieces of what is."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from salon.features.conversations.indexing.texts import mark, text_of
from salon.features.conversations.indexing.words import tokens
from salon.features.conversations.models import Message
from salon.features.conversations.search import store
from salon.features.conversations.search.index_store import count_waiting
from salon.features.conversations.search.indexer import Indexer
from salon.features.conversations.search.models import Found, Hit, Order, SearchQuery, TitleHit
from salon.features.conversations.search.snippets import snippet
from salon.features.conversations.search.text_index import (
    best,
    expression,
    is_in_over,
    named,
    newest,
)
from salon.features.conversations.store.conversations import get_branch
from salon.features.conversations.store.messages import get_messages
from salon.foundation.kit.caller import Caller, Right, SpaceScope
from salon.foundation.kit.errors import InvalidRequest, NotAllowed, NotFound, WrongField
from salon.foundation.kit.fair_places import FairPlaces
from salon.foundation.storage import Row, Storage, Transaction
from salon.foundation.storage.statement import DialectName

FREQUENT: Final[Mapping[DialectName, int]] = {"sqlite": 20_000, "postgresql": 8_000}
"""A word in more messages than that is no measure of relevance: what has it is ordered by time.

PostgreSQL reads the vector of each hit to rank it: of 20,000 among a million that takes up to 220 ms of CPU.
"""
MOST_CANDIDATES: Final = 20_000
"""Hits that are ordered by relevance."""
_PLACES: Final[Mapping[DialectName, tuple[int, int]]] = {"sqlite": (2, 1), "postgresql": (6, 2)}
"""How many searches go on at once, and how many of one space: half of the usual readers of the database."""
_FIRST: Final = 400
"""So many more than a page are asked for at first: some of them are not seen, or do not fit."""
_AT_ONCE: Final = 100
"""Candidates that are looked up together."""
_MARKABLE: Final = 200
"""So many conversations are asked for in the index; more are looked up for each candidate."""
_BRANCHES_TRIED: Final = 20
_ENDLESS: Final = 2**62


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    order: Order
    at: int
    """The number of the last hit (time), or how many hits came before (relevance)."""


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    query: SearchQuery
    asked: str
    order: Order
    frequent: tuple[str, ...]
    low: int
    high: int
    is_marked: bool
    """Whether a filter is a mark in the index, besides the space."""
    only: frozenset[str] | None
    """Conversations; None for all."""
    path: frozenset[str] | None
    """Messages of the branch; None for all."""


class Search:
    """Finds messages and titles. Every act needs the right to use conversations.

    Spaces take turns in the index, and most readers of the database stay free for what is quick.
    """

    def __init__(
        self, storage: Storage, indexer: Indexer, *, frequent: int | None = None, first: int = _FIRST
    ) -> None:
        self._storage = storage
        self._indexer = indexer
        self._places = _places_of(storage.dialect)
        self._frequent = FREQUENT[storage.dialect] if frequent is None else frequent
        self._first = first

    async def find(
        self, caller: Caller, query: SearchQuery, *, limit: int = 20, cursor: str | None = None
    ) -> Found:
        """Return a page of messages that fit, with the piece in which the words are.

        The best first, or the newest: see ``Found.order``. Raises: NotAllowed, InvalidRequest, NotFound.
        """
        _check(caller)
        scope, start = SpaceScope(caller.space_id), _read_cursor(cursor)
        await self._indexer.ready()
        async with self._places.place(caller.space_id):
            return await self._storage.read(lambda tx: self._find(tx, scope, query, limit=limit, start=start))

    async def conversations(self, caller: Caller, query: SearchQuery, *, most: int) -> list[str]:
        """Return the conversations with a message that fits, the newest one first, ``most`` at most.

        Raises: NotAllowed, InvalidRequest where more messages fit than can be looked through, NotFound.
        """
        _check(caller)
        scope = SpaceScope(caller.space_id)
        await self._indexer.ready()
        async with self._places.place(caller.space_id):
            return await self._storage.read(lambda tx: self._conversations(tx, scope, query, most=most))

    async def titles(self, caller: Caller, typed: str, *, limit: int = 20) -> list[TitleHit]:
        """Return conversations whose title has words that begin with what was typed, the latest first.

        Raises: NotAllowed.
        """
        _check(caller)
        beginnings = list(dict.fromkeys(tokens(typed)))[: store.MOST_BEGINNINGS]
        if not beginnings:
            return []
        scope = SpaceScope(caller.space_id)
        return await self._storage.read(lambda tx: store.find_titles(tx, scope, beginnings, most=limit))

    def _find(
        self, tx: Transaction, scope: SpaceScope, query: SearchQuery, *, limit: int, start: _Cursor | None
    ) -> Found:
        if query.is_empty:
            return Found(items=(), next=None, order="time")
        plan = self._plan(tx, scope, query, start)
        left = count_waiting(tx, scope)
        if plan is None:
            return Found(items=(), next=None, order="time", waiting=left)
        if plan.order == "relevance":
            rows, following = self._by_relevance(tx, scope, plan, limit=limit, skip=start.at if start else 0)
        else:
            rows, following = _by_time(tx, scope, plan, limit=limit)
        return Found(
            items=tuple(_shown(tx, scope, rows, plan)),
            next=None if following is None else msgspec.json.encode(following).hex(),
            order=plan.order,
            frequent=plan.frequent,
            waiting=left,
        )

    def _by_relevance(
        self, tx: Transaction, scope: SpaceScope, plan: _Plan, *, limit: int, skip: int
    ) -> tuple[list[tuple[Row, Message]], _Cursor | None]:
        if tx.dialect == "postgresql":
            # The first few are nearly always enough, and cost less to sort and to fetch than all of them.
            most = min(skip + limit + self._first, MOST_CANDIDATES)
            ranked = _ranked(tx, scope, plan, most=most)
            kept, following = _first_kept(tx, scope, plan, ranked, limit=limit, skip=skip)
            if following is not None or len(ranked) < most:
                return kept, following
        ranked = _ranked(tx, scope, plan, most=MOST_CANDIDATES)
        return _first_kept(tx, scope, plan, ranked, limit=limit, skip=skip)

    def _conversations(
        self, tx: Transaction, scope: SpaceScope, query: SearchQuery, *, most: int
    ) -> list[str]:
        found: dict[str, None] = {}
        looked, start = 0, _Cursor("time", _ENDLESS)
        while (plan := None if query.is_empty else self._plan(tx, scope, query, start)) is not None:
            rows, following = _by_time(tx, scope, plan, limit=_AT_ONCE)
            found |= dict.fromkeys(message.conversation_id for _, message in rows)
            looked += len(rows)
            if following is None or len(found) >= most:
                break
            if looked >= MOST_CANDIDATES:
                problem = f"More than {MOST_CANDIDATES} messages fit. Look for something rarer."
                raise WrongField(field="search", problem=problem, limit=MOST_CANDIDATES)
            start = following
        return list(found)[:most]

    def _plan(
        self, tx: Transaction, scope: SpaceScope, query: SearchQuery, start: _Cursor | None
    ) -> _Plan | None:
        only, path = _only(tx, scope, query), None
        if only is not None and not only:
            return None
        if query.branch is not None:
            branch = get_branch(tx, scope, query.branch)
            if branch is None or branch.deleted_at_ms is not None:
                raise NotFound(what="branch", id=query.branch)
            path = frozenset(store.way_up(tx, scope, branch.head_id)) if branch.head_id else frozenset[str]()
        frequent = tuple(
            " ".join(term.tokens) + ("*" if term.open else "")
            for term in query.terms
            if is_in_over(tx, scope, expression(tx.dialect, terms=[term]), most=self._frequent)
        )
        order: Order = "relevance" if query.terms and not frequent else "time"
        if start is not None:
            order = start.order  # pages of one search stay in one order
        marks = _marks(scope, query, only)
        return _Plan(
            query=query,
            asked=expression(tx.dialect, marks=marks, terms=query.terms, without=query.without),
            is_marked=len(marks) > 1,
            order=order,
            frequent=frequent,
            low=query.after_ms or -_ENDLESS,
            high=_high(query, start if order == "time" else None),
            only=only,
            path=path,
        )


def _places_of(dialect: DialectName) -> FairPlaces:
    places, each = _PLACES[dialect]
    return FairPlaces(places, each=each)


def _only(tx: Transaction, scope: SpaceScope, query: SearchQuery) -> frozenset[str] | None:
    """Return the conversations that the filters leave, None for all."""
    sets: list[set[str]] = []
    if query.conversations:
        sets.append(set(query.conversations))
    if query.tags:
        sets.append(store.tagged_with(tx, scope, query.tags))
    if query.folders:
        sets.append(store.filed_in(tx, scope, query.folders))
    return frozenset(sets[0].intersection(*sets[1:])) if sets else None


def _marks(scope: SpaceScope, query: SearchQuery, only: frozenset[str] | None) -> list[list[str]]:
    groups = [[mark("s", scope.space_id)]]
    groups += [
        [mark(kind, value) for value in values]
        for kind, values in (("m", query.models), ("a", query.authors), ("r", query.roles))
        if values
    ]
    if query.has_file:
        groups.append([mark("h", "file")])
    if only is not None and len(only) <= _MARKABLE:
        groups.append([mark("c", one) for one in sorted(only)])
    return groups


def _high(query: SearchQuery, start: _Cursor | None) -> int:
    high = _ENDLESS if query.before_ms is None else query.before_ms
    return high if start is None else min(high, start.at)


def _by_time(
    tx: Transaction, scope: SpaceScope, plan: _Plan, *, limit: int
) -> tuple[list[tuple[Row, Message]], _Cursor | None]:
    rows: list[tuple[Row, Message]] = []
    high, most = plan.high, limit + 1
    while True:
        page, below = newest(tx, scope, plan.asked, low=plan.low, high=high, most=most)
        for row, message in _kept(tx, scope, page, plan):
            if len(rows) == limit:
                return rows, _Cursor("time", int(rows[-1][0][0]))
            rows.append((row, message))
        if below is None:
            return rows, None
        high, most = below, min(most * 4, 500)


def _ranked(tx: Transaction, scope: SpaceScope, plan: _Plan, *, most: int) -> list[int]:
    words = expression(tx.dialect, terms=plan.query.terms, without=plan.query.without)
    return best(
        tx,
        scope,
        asked=plan.asked,
        terms=words,
        is_marked=plan.is_marked,
        low=plan.low,
        high=plan.high,
        most=most,
    )


def _first_kept(
    tx: Transaction, scope: SpaceScope, plan: _Plan, ranked: Sequence[int], *, limit: int, skip: int
) -> tuple[list[tuple[Row, Message]], _Cursor | None]:
    kept: list[tuple[Row, Message]] = []
    place = skip
    while place < len(ranked) and len(kept) <= limit:
        page = ranked[place : place + _AT_ONCE]
        known = {row[0]: (row, message) for row, message in _kept(tx, scope, named(tx, scope, page), plan)}
        for number in page:
            if number in known and len(kept) == limit:
                return kept, _Cursor("relevance", place)
            place += 1
            if number in known:
                kept.append(known[number])
    return kept, None


def _kept(tx: Transaction, scope: SpaceScope, rows: Sequence[Row], plan: _Plan) -> list[tuple[Row, Message]]:
    """Return those candidates that are seen and fit, in order, each with its message."""
    asked = [
        row
        for row in rows
        if (plan.only is None or row[2] in plan.only) and (plan.path is None or row[1] in plan.path)
    ]
    found = get_messages(tx, scope, [row[1] for row in asked])
    seen = store.seen_conversations(tx, scope, list({row[2] for row in asked}))
    kept: list[tuple[Row, Message]] = []
    for row in asked:
        message = found.get(row[1])
        if message is not None and row[2] in seen and _is_seen(message, plan.query):
            kept.append((row, message))
    return kept


def _is_seen(message: Message, query: SearchQuery) -> bool:
    if message.deleted_at_ms is not None or message.hidden_at_ms is not None:
        return False
    at_ms = message.created_at_ms
    is_after = query.after_ms is None or at_ms >= query.after_ms
    return is_after and (query.before_ms is None or at_ms < query.before_ms)


def _shown(tx: Transaction, scope: SpaceScope, rows: Sequence[tuple[Row, Message]], plan: _Plan) -> list[Hit]:
    found = [message for _, message in rows]
    ids = list(dict.fromkeys(message.conversation_id for message in found))
    if not ids:
        return []
    seen = store.seen_conversations(tx, scope, ids)
    places = _branches_of(tx, scope, found, {key: first for key, (_, first) in seen.items()})
    hits: list[Hit] = []
    for message in found:
        piece, marks = snippet(text_of(message.content.parts if message.content else ()), plan.query.terms)
        hits.append(
            Hit(
                message_id=message.id,
                conversation_id=message.conversation_id,
                title=seen[message.conversation_id][0],
                branch_id=plan.query.branch or places.get(message.id),
                position=message.depth,
                role=message.role,
                author=message.author,
                created_at_ms=message.created_at_ms,
                snippet=piece,
                marks=marks,
            )
        )
    return hits


def _branches_of(
    tx: Transaction, scope: SpaceScope, found: Sequence[Message], first: dict[str, str | None]
) -> dict[str, str]:
    """Return a branch for each message: the conversation's own if it leads there, else one used lately."""
    by_conversation: dict[str, list[Message]] = {}
    for message in found:
        by_conversation.setdefault(message.conversation_id, []).append(message)
    places: dict[str, str] = {}
    for conversation_id, known in store.heads(tx, scope, list(by_conversation)).items():
        missing = {message.id: message.depth for message in by_conversation[conversation_id]}
        known.sort(key=lambda branch: branch[0] != first.get(conversation_id))
        for branch_id, head_id in known[:_BRANCHES_TRIED]:
            path = store.way_up(tx, scope, head_id, top=min(missing.values()))
            for message_id in path & missing.keys():
                places[message_id] = branch_id
                del missing[message_id]
            if not missing:
                break
    return places


def _read_cursor(cursor: str | None) -> _Cursor | None:
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(bytes.fromhex(cursor), type=_Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidRequest(field="cursor", problem="It is not a cursor of this search.") from error


def _check(caller: Caller) -> None:
    if not caller.has(Right.USE_CONVERSATIONS):
        raise NotAllowed(right=Right.USE_CONVERSATIONS)
