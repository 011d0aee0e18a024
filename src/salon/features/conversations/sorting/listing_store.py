"""All SQL of lists of conversations by folder, tag, pin, and what is unread, in three orders."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Text, and_, bindparam, exists, func, literal, or_, select

from salon.features.conversations.models import Conversation
from salon.features.conversations.sorting.models import Filter, Order, State
from salon.features.conversations.sorting.store import list_folders
from salon.features.conversations.sorting.tables import reads, tagged, tags
from salon.features.conversations.store.rows import conversation_of
from salon.features.conversations.tables import conversations, messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Statement, Transaction, statement

MOST_UNREAD: Final = 100
_c = conversations.c
_space, _reader = bindparam("space", type_=Text), bindparam("reader", type_=Text)
_columns = tuple(_c[name] for name in Conversation.__struct_fields__)
_STATES: dict[State, Any] = {
    "open": and_(_c.archived_at_ms.is_(None), _c.hidden_at_ms.is_(None), _c.deleted_at_ms.is_(None)),
    "archived": and_(_c.archived_at_ms.is_not(None), _c.hidden_at_ms.is_(None), _c.deleted_at_ms.is_(None)),
    "hidden": and_(_c.hidden_at_ms.is_not(None), _c.deleted_at_ms.is_(None)),
    "deleted": _c.deleted_at_ms.is_not(None),
    "any": _c.deleted_at_ms.is_(None),
}
_ORDERS: dict[Order, Any] = {"changed": _c.changed_at_ms, "created": _c.created_at_ms, "title": _c.title}


def _unread(conversation_id: Any) -> Any:
    """Return what selects the messages that others said since the reader last read."""
    seen = (
        select(reads.c.message_id)
        .where(reads.c.reader == _reader, reads.c.conversation_id == conversation_id)
        .correlate(conversations)
        .scalar_subquery()
    )
    return select(literal(1).label("one")).where(
        messages.c.conversation_id == conversation_id,
        messages.c.space_id == _space,
        messages.c.id > func.coalesce(seen, ""),
        messages.c.deleted_at_ms.is_(None),
        messages.c.hidden_at_ms.is_(None),
        func.coalesce(messages.c.author_id, "") != _reader,
    )


_COUNT_UNREAD = statement(
    select(
        _c.id,
        select(func.count())
        .select_from(_unread(_c.id).correlate(conversations).limit(MOST_UNREAD).subquery())
        .scalar_subquery(),
    ).where(_c.id.in_(bindparam("keys", expanding=True, type_=Text)), _c.space_id == _space)
)


def count_unread(tx: Transaction, scope: SpaceScope, reader: str, ids: Sequence[str]) -> dict[str, int]:
    """Return how many messages by others a person has not seen, up to 100 for each conversation."""
    if not ids:
        return {}
    rows = tx.all(_COUNT_UNREAD, keys=list(ids), space=scope.space_id, reader=reader)
    return {str(row[0]): int(row[1]) for row in rows}


def list_sorted(
    tx: Transaction,
    scope: SpaceScope,
    wanted: Filter,
    *,
    reader: str,
    order: Order = "changed",
    after: tuple[Any, str] | None = None,
    limit: int = 50,
) -> list[Conversation]:
    """Return conversations that fit, newest first or by title, behind the one that ``after`` names."""
    shape = _Shape.of(wanted, order, after, whole=True)
    last = {} if after is None else {"last": after[0], "last_id": after[1]}
    rows = _run(tx, scope, shape, wanted, reader, limit=limit, **last)
    return [conversation_of(row) for row in rows]


def list_ids(tx: Transaction, scope: SpaceScope, wanted: Filter, *, reader: str, limit: int) -> list[str]:
    """Return the ids of those that fit, the one changed last first."""
    shape = _Shape.of(wanted, "changed", None, whole=False)
    rows = _run(tx, scope, shape, wanted, reader, limit=limit)
    return [str(row[0]) for row in rows]


class _Shape(tuple[Any, ...]):
    """What a statement depends on, so that each shape is compiled once."""

    @classmethod
    def of(cls, wanted: Filter, order: Order, after: Any, *, whole: bool) -> "_Shape":
        named = tuple(
            name
            for name in ("folder_id", "tag", "created_since_ms", "changed_before_ms")
            if getattr(wanted, name) is not None
        )
        flags = (wanted.is_filed, wanted.is_pinned, wanted.is_unread, wanted.is_below)
        return cls((wanted.state, named, flags, order, after is not None, whole))


def _run(
    tx: Transaction, scope: SpaceScope, shape: _Shape, wanted: Filter, reader: str, **values: Any
) -> list[Any]:
    values |= {name: getattr(wanted, name) for name in shape[1]} | {"space": scope.space_id}
    if wanted.folder_id is not None and wanted.is_below:
        values["folder_id"] = _with_those_below(tx, scope, wanted.folder_id)
    if wanted.tag is not None:
        values["tag"] = wanted.tag.casefold()
    if wanted.is_unread is not None:
        values["reader"] = reader
    return tx.all(_statement(shape), **values)


@lru_cache(maxsize=500)
def _statement(shape: _Shape) -> Statement:
    state, named, (is_filed, is_pinned, is_unread, is_below), order, has_after, whole = shape
    fits: list[Any] = [_c.space_id == _space, _STATES[state]]
    if "folder_id" in named:
        wanted = bindparam("folder_id", type_=Text, expanding=is_below)
        fits.append(_c.folder_id.in_(wanted) if is_below else _c.folder_id == wanted)
    if "tag" in named:
        fits.append(_has_tag())
    if "created_since_ms" in named:
        fits.append(_c.created_at_ms >= bindparam("created_since_ms"))
    if "changed_before_ms" in named:
        fits.append(_c.changed_at_ms < bindparam("changed_before_ms"))
    for asked, column in ((is_filed, _c.folder_id), (is_pinned, _c.pinned_at_ms)):
        if asked is not None:
            fits.append(column.is_not(None) if asked else column.is_(None))
    if is_unread is not None:
        unread = exists(_unread(_c.id).correlate(conversations))
        fits.append(unread if is_unread else ~unread)
    by = _ORDERS[order]
    if has_after:
        last = bindparam("last", type_=Text if order == "title" else BigInteger)
        last_id = bindparam("last_id", type_=Text)
        beyond = by > last if order == "title" else by < last
        fits.append(or_(beyond, and_(by == last, _c.id < last_id)))
    ordered = by.asc() if order == "title" else by.desc()
    selected = select(*_columns) if whole else select(_c.id)
    return statement(selected.where(*fits).order_by(ordered, _c.id.desc()).limit(bindparam("limit")))


def _with_those_below(tx: Transaction, scope: SpaceScope, folder_id: str) -> list[str]:
    """Return a folder and all below it; each once, even in a damaged tree."""
    known, inside, level = list_folders(tx, scope), {folder_id}, {folder_id}
    while level := {one.id for one in known if one.parent_id in level} - inside:
        inside |= level
    return sorted(inside)


def _has_tag() -> Any:
    return _c.id.in_(
        select(tagged.c.conversation_id)
        .join(tags, tags.c.id == tagged.c.tag_id)
        .where(tags.c.space_id == _space, tags.c.folded == bindparam("tag"))
    )
