"""The words of messages in either database: how the index is made, filled and asked.

SQLite has FTS5, whose row numbers are times, so that newest first costs no sorting. PostgreSQL has a
``tsvector`` with a GIN index; for the newest messages it is asked only after the latest ones were looked at,
one after the other. Positions end at 16,383 there: in what a longer message says further behind, words are
found and phrases are not.

A GIN index knows no positions: of a phrase of two frequent words it finds every message that has both, and
each has to be read. So a vector also has a mark of each pair of neighbours, of 4,096 that there are: a phrase
asks for its marks too, which leaves a fiftieth to read.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

from sqlalchemy import bindparam, select, text

from salon.features.conversations.indexing.tables import indexed
from salon.features.conversations.search.models import Term
from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.storage import Row, Statement, Transaction, statement
from salon.foundation.storage.statement import DialectName

FORM: Final[Mapping[DialectName, str]] = {"sqlite": "", "postgresql": ".2"}
"""Changes with what is made of the same words; an index of another form is made anew."""
_MOST_POSITION: Final = 16_383
_MOST_VECTOR_BYTES: Final = 900_000
"""A tsvector ends at a megabyte: 900 kB of tokens and places are some 10 MB of prose."""
_ROOM_OF_PLACE: Final = 2
_ROOM_OF_TOKEN: Final = 8
_MOST_PLACES: Final = 255
_PAIR_MARKS: Final = 4_096
_LOOKED_AT: Final = 8_000
"""So many of the latest messages are looked at before the index is: some 10 ms."""

_MAKE: Final = {
    "sqlite": (
        (
            "CREATE VIRTUAL TABLE IF NOT EXISTS search_text"
            " USING fts5(marks, terms, tokenize=\"ascii tokenchars '_+#'\")"
        ),
        # What is deleted is taken out of the index itself, not only crossed out.
        "INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1)",
        "INSERT INTO search_text (search_text, rank) VALUES ('rank', 'bm25(0.0, 1.0)')",
    ),
    "postgresql": (
        # Kept in its row, if it fits a page: whatever ranks or compares a vector reads it twice as fast.
        (
            "CREATE TABLE IF NOT EXISTS search_vectors (number bigint PRIMARY KEY, terms tsvector NOT NULL)"
            " WITH (toast_tuple_target = 8160)"
        ),
        # Every search looks through what is pending, so little may be.
        (
            "CREATE INDEX IF NOT EXISTS ix_search_vectors_terms ON search_vectors USING gin (terms)"
            " WITH (gin_pending_list_limit = 256)"
        ),
    ),
}
_DROP: Final = {
    "sqlite": ("DROP TABLE IF EXISTS search_text",),
    "postgresql": ("DROP TABLE IF EXISTS search_vectors",),
}


def _both(sqlite: str, postgresql: str) -> Statement:
    return statement({"sqlite": text(sqlite), "postgresql": text(postgresql)})


_MADE = {name: [statement(text(sql.replace(":", "\\:"))) for sql in made] for name, made in _MAKE.items()}
_DROPPED = {name: [statement(text(sql)) for sql in dropped] for name, dropped in _DROP.items()}
_ADD = _both(
    "INSERT INTO search_text (rowid, marks, terms) VALUES (:number, :marks, :terms)",
    "INSERT INTO search_vectors (number, terms) VALUES (:number, CAST(:terms AS tsvector))",
)
_NEWEST = _both(
    # CROSS JOIN keeps the order of the loops: the index first, so that its order is the answer's.
    "SELECT s.number, s.message_id, s.conversation_id"
    " FROM search_text f CROSS JOIN search_messages s ON s.number = f.rowid"
    " WHERE f.search_text MATCH :asked AND f.rowid >= :low AND f.rowid < :high AND s.space_id = :space"
    " ORDER BY f.rowid DESC LIMIT :most",
    "SELECT number FROM search_vectors WHERE terms @@ CAST(:asked AS tsquery)"
    " AND number >= :low AND number < :high ORDER BY number DESC LIMIT :most",
)
_LATEST = statement(
    text(
        "SELECT number FROM (SELECT number, terms FROM search_vectors"
        " WHERE number >= :low AND number < :high ORDER BY number DESC LIMIT :looked_at) latest"
        " WHERE terms @@ CAST(:asked AS tsquery) ORDER BY number DESC LIMIT :most"
    )
)
_COUNT = _both(
    "SELECT count(*) FROM (SELECT rowid FROM search_text WHERE search_text MATCH :asked LIMIT :most)",
    "SELECT count(*) FROM"
    " (SELECT 1 FROM search_vectors WHERE terms @@ CAST(:asked AS tsquery) LIMIT :most) hits",
)
_BEST = _both(
    "SELECT rowid FROM search_text WHERE search_text MATCH :terms AND rowid >= :low AND rowid < :high"
    " ORDER BY rank, rowid DESC LIMIT :most",
    "SELECT number FROM search_vectors WHERE terms @@ CAST(:asked AS tsquery)"
    " AND number >= :low AND number < :high"
    " ORDER BY ts_rank(terms, CAST(:terms AS tsquery), 1) DESC, number DESC LIMIT :most",
)
_FITTING = statement(
    text(
        "SELECT rowid FROM search_text WHERE search_text MATCH :asked AND rowid >= :low AND rowid < :high"
        " LIMIT :most"
    )
)
_NAMED = statement(
    select(indexed.c.number, indexed.c.message_id, indexed.c.conversation_id).where(
        indexed.c.number.in_(bindparam("numbers", expanding=True)), indexed.c.space_id == bindparam("space")
    )
)
_PLAN_ANEW = statement(text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"))
_GO = statement(
    text(
        "SELECT set_config('enable_bitmapscan', :by_words, true),"
        " set_config('enable_indexscan', :by_time, true), set_config('enable_seqscan', :by_all, true)"
    )
)


def make_index(tx: Transaction, scope: Scope) -> None:
    """Make the index if it is not there; it is empty then."""
    for made in _MADE[tx.dialect]:
        tx.run(made)


def drop_index(tx: Transaction, scope: Scope) -> None:
    """Throw the index away."""
    for dropped in _DROPPED[tx.dialect]:
        tx.run(dropped)


def add_texts(
    tx: Transaction, scope: Scope, rows: Sequence[tuple[int, Sequence[str], Sequence[str]]]
) -> None:
    """Put messages into the index: number, marks, tokens."""
    if tx.dialect == "sqlite":
        values = [{"number": n, "marks": " ".join(m), "terms": " ".join(t)} for n, m, t in rows]
    else:
        values = [{"number": n, "terms": vector(m, t)} for n, m, t in rows]
    tx.many(_ADD, values)


def newest(
    tx: Transaction, scope: SpaceScope, asked: str, *, low: int, high: int, most: int
) -> tuple[list[Row], int | None]:
    """Return (number, message, conversation) of messages that fit, newest first.

    Also where to go on: below that number; None at the end.
    """
    values = {"asked": asked, "low": low, "high": high, "most": most}
    if tx.dialect == "sqlite":
        rows = tx.all(_NEWEST, **values, space=scope.space_id)
        return rows, int(rows[-1][0]) if len(rows) == most else None
    # What is frequent is among the latest ones; what is not there is rare enough for the index.
    numbers = _by_plan(tx, _LATEST, "time", **values, looked_at=_LOOKED_AT)
    if len(numbers) < most:
        numbers = _by_plan(tx, _NEWEST, "words", **values)
    return named(tx, scope, numbers), numbers[-1] if len(numbers) == most else None


def best(
    tx: Transaction, scope: Scope, *, asked: str, terms: str, is_marked: bool, low: int, high: int, most: int
) -> list[int]:
    """Return the numbers of messages that fit, the best first, of every space.

    That is by how often a message says the words, and how long it is. On SQLite only the words are ranked,
    and those that fit the marks picked from them: what ranking a mark costs would grow with the house.
    """
    values = {"low": low, "high": high, "most": most}
    if tx.dialect == "postgresql":
        return _by_plan(tx, _BEST, "words", asked=asked, terms=terms, **values)
    ranked = [int(row[0]) for row in tx.all(_BEST, terms=terms, **values)]
    if not is_marked:
        return ranked
    fitting = {int(row[0]) for row in tx.all(_FITTING, asked=asked, **values)}
    return [number for number in ranked if number in fitting]


def named(tx: Transaction, scope: SpaceScope, numbers: Sequence[int]) -> list[Row]:
    """Return (number, message, conversation) of those numbers that are of the space, in their order."""
    rows = tx.all(_NAMED, numbers=list(numbers), space=scope.space_id) if numbers else []
    found = {row[0]: row for row in rows}
    return [found[number] for number in numbers if number in found]


def is_in_over(tx: Transaction, scope: Scope, asked: str, *, most: int) -> bool:
    """Tell whether what is asked for is in more than ``most`` messages of the house."""
    if tx.dialect == "postgresql":
        tx.all(_PLAN_ANEW)  # how many rows fit depends on the word, and so does the way to them
    row = tx.one(_COUNT, asked=asked, most=most + 1)
    return row is not None and int(row[0]) > most


def _by_plan(tx: Transaction, query: Statement, by: Literal["time", "words"], **values: Any) -> list[int]:
    """Return the numbers PostgreSQL finds, by the index of times or by that of words.

    Left to itself it guesses from how frequent words are on their own, and reads a million rows for a
    frequent word in one conversation.
    """
    tx.all(_PLAN_ANEW)
    on = {"time": ("off", "on"), "words": ("on", "off")}[by]
    tx.all(_GO, by_words=on[0], by_time=on[1], by_all="off")
    rows = tx.all(query, **values)
    tx.all(_GO, by_words="on", by_time="on", by_all="on")
    return [int(row[0]) for row in rows]


def expression(
    dialect: DialectName,
    *,
    marks: Iterable[Sequence[str]] = (),
    terms: Iterable[Term] = (),
    without: Iterable[Term] = (),
) -> str:
    """Return a query in the words of the database; of each group of marks one has to be there."""
    if dialect == "sqlite":
        wanted = [f"({' OR '.join(f'marks : {_quoted(one)}' for one in group)})" for group in marks]
        wanted += [_fts_term(term) for term in terms]
        return f"({' AND '.join(wanted)})" + "".join(f" NOT {_fts_term(term)}" for term in without)
    wanted = [f"({' | '.join(_lexeme(one) for one in group)})" for group in marks]
    wanted += [_vector_term(term) for term in terms] + [f"!{_vector_term(term)}" for term in without]
    return " & ".join(wanted)


def vector(marks: Sequence[str], tokens: Sequence[str]) -> str:
    """Return the text of a ``tsvector``. Tokens hold no quotes and no backslashes."""
    places: dict[str, list[int]] = {}
    pairs: set[str] = set()
    room, before = _MOST_VECTOR_BYTES, ""
    for place, token in enumerate(tokens, start=1):
        at = places.get(token)
        if at is None:
            room -= len(token.encode()) + _ROOM_OF_TOKEN
            if room < 0:
                break
            at = places[token] = []
        if place <= _MOST_POSITION and len(at) < _MOST_PLACES:
            at.append(place)
            room -= _ROOM_OF_PLACE
        if before:
            pairs.add(_pair_mark(before, token))
        before = token
    found = [
        f"{_lexeme(token)}:{','.join(map(str, at))}" if at else _lexeme(token) for token, at in places.items()
    ]
    return " ".join([*map(_lexeme, marks), *found, *map(_lexeme, pairs)])


def _pair_mark(first: str, second: str) -> str:
    """Return the mark of two neighbours; no token begins so."""
    return f"_{zlib.crc32(f'{first} {second}'.encode()) % _PAIR_MARKS:x}"


def _quoted(token: str) -> str:
    return f'"{token}"'


def _fts_term(term: Term) -> str:
    return f"terms : {_quoted(' '.join(term.tokens))}{' *' if term.open else ''}"


def _lexeme(token: str) -> str:
    return f"'{token}'"


def _vector_term(term: Term) -> str:
    last = _lexeme(term.tokens[-1]) + (":*" if term.open else "")
    whole = term.tokens[:-1] if term.open else term.tokens
    pairs = dict.fromkeys(_lexeme(_pair_mark(*pair)) for pair in pairwise(whole))
    return f"({' & '.join([' <-> '.join([*map(_lexeme, term.tokens[:-1]), last]), *pairs])})"
