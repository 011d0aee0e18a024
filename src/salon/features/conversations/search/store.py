"""All SQL of looking for messages and titles but the text index's own: filters, and how a hit is opened."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Text, bindparam, exists, select

from salon.features.conversations.indexing.tables import title_words
from salon.features.conversations.search.models import TitleHit
from salon.features.conversations.sorting.tables import folders, tagged, tags
from salon.features.conversations.tables import branches, conversations, messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Statement, Transaction, statement

_keys = bindparam("keys", expanding=True, type_=Text)
_space = bindparam("space", type_=Text)
_seen = (
    conversations.c.space_id == _space,
    conversations.c.deleted_at_ms.is_(None),
    conversations.c.hidden_at_ms.is_(None),
)
_SEEN = statement(
    select(conversations.c.id, conversations.c.title, conversations.c.branch_id).where(
        conversations.c.id.in_(_keys), *_seen
    )
)
_TAGGED = statement(
    select(tagged.c.conversation_id)
    .join(tags, tags.c.id == tagged.c.tag_id)
    .where(tags.c.space_id == _space, tags.c.folded.in_(_keys))
)
_FOLDERS = statement(
    select(folders.c.id, folders.c.parent_id, folders.c.name).where(folders.c.space_id == _space)
)
_FILED = statement(select(conversations.c.id).where(conversations.c.folder_id.in_(_keys), *_seen))
_BRANCHES = statement(
    select(branches.c.conversation_id, branches.c.id, branches.c.head_id)
    .where(
        branches.c.conversation_id.in_(_keys),
        branches.c.space_id == _space,
        branches.c.deleted_at_ms.is_(None),
        branches.c.head_id.is_not(None),
    )
    .order_by(branches.c.changed_at_ms.desc(), branches.c.id)
)


def _way_up() -> Any:
    first = (
        select(messages.c.id, messages.c.parent_id, messages.c.depth)
        .where(messages.c.id == bindparam("head"), messages.c.space_id == _space)
        .cte("walked", recursive=True)
    )
    above = messages.alias("above")
    walked = first.union_all(
        select(above.c.id, above.c.parent_id, above.c.depth).where(
            above.c.id == first.c.parent_id,
            above.c.depth < first.c.depth,  # a cycle ends here
            above.c.depth >= bindparam("top"),
        )
    )
    return select(walked.c.id)


_WAY_UP = statement(_way_up())


def seen_conversations(
    tx: Transaction, scope: SpaceScope, ids: Sequence[str]
) -> dict[str, tuple[str, str | None]]:
    """Return title and first branch of those conversations that are neither deleted nor hidden."""
    rows = tx.all(_SEEN, keys=list(ids), space=scope.space_id) if ids else []
    return {str(row[0]): (str(row[1]), row[2]) for row in rows}


def tagged_with(tx: Transaction, scope: SpaceScope, names: Sequence[str]) -> set[str]:
    """Return the conversations that have one of the tags, by the tags' names without case."""
    rows = tx.all(_TAGGED, keys=[name.casefold() for name in names], space=scope.space_id)
    return {str(row[0]) for row in rows}


def filed_in(tx: Transaction, scope: SpaceScope, wanted: Sequence[str]) -> set[str]:
    """Return the conversations in folders of these names or ids, and in those below."""
    below: dict[str | None, list[str]] = {}
    names = {name.casefold() for name in wanted} | set(wanted)
    level: list[str] = []
    for folder_id, parent_id, name in tx.all(_FOLDERS, space=scope.space_id):
        below.setdefault(parent_id, []).append(folder_id)
        if folder_id in names or name.casefold() in names:
            level.append(folder_id)
    inside = set(level)
    while level:
        level = [one for folder_id in level for one in below.get(folder_id, ()) if one not in inside]
        inside.update(level)
    rows = tx.all(_FILED, keys=sorted(inside), space=scope.space_id) if inside else []
    return {str(row[0]) for row in rows}


def heads(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the branches (id, head) of conversations, those changed last first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for conversation_id, branch_id, head_id in tx.all(_BRANCHES, keys=list(ids), space=scope.space_id):
        found.setdefault(conversation_id, []).append((branch_id, head_id))
    return found


def way_up(tx: Transaction, scope: SpaceScope, head_id: str, *, top: int = 0) -> set[str]:
    """Return the messages on the path that ends in ``head_id``, from depth ``top`` on."""
    return {str(row[0]) for row in tx.all(_WAY_UP, head=head_id, space=scope.space_id, top=top)}


def find_titles(
    tx: Transaction, scope: SpaceScope, beginnings: Sequence[str], *, most: int
) -> list[TitleHit]:
    """Return conversations whose title has a word with each beginning, those changed last first."""
    bounds: dict[str, bytes] = {}
    for index, beginning in enumerate(beginnings):
        low = beginning.encode()
        # No byte of UTF-8 is 0xff, so this is behind everything that begins so.
        bounds |= {f"low_{index}": low, f"high_{index}": low + b"\xff"}
    rows = tx.all(_by_words(len(beginnings)), **bounds, space=scope.space_id, most=most)
    return [TitleHit(conversation_id=row[0], title=row[1], changed_at_ms=row[2]) for row in rows]


MOST_BEGINNINGS: Final = 8


@lru_cache(maxsize=MOST_BEGINNINGS)
def _by_words(count: int) -> Statement:
    """Return the query for so many words; each has its own range."""
    fits: list[Any] = []
    for index in range(count):
        word = title_words.alias(f"word_{index}")
        fits.append(
            exists().where(
                word.c.space_id == _space,
                word.c.conversation_id == conversations.c.id,
                word.c.word >= bindparam(f"low_{index}"),
                word.c.word < bindparam(f"high_{index}"),
            )
        )
    return statement(
        select(conversations.c.id, conversations.c.title, conversations.c.changed_at_ms)
        .where(*_seen, *fits)
        .order_by(conversations.c.changed_at_ms.desc(), conversations.c.id)
        .limit(bindparam("most"))
    )
