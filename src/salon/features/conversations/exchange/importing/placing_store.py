"""All SQL of putting imported conversations into folders and giving them tags, as their export names them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from salon.features.conversations.sorting.tables import folders, tagged, tags
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction, insert, statement

_FOLDER = statement(
    select(folders.c.id)
    .where(
        folders.c.space_id == bindparam("space"),
        folders.c.parent_id == bindparam("parent"),
        folders.c.name == bindparam("name"),
    )
    .order_by(folders.c.id)
)
_TOP_FOLDER = statement(
    select(folders.c.id)
    .where(
        folders.c.space_id == bindparam("space"),
        folders.c.parent_id.is_(None),
        folders.c.name == bindparam("name"),
    )
    .order_by(folders.c.id)
)
_ADD_FOLDER = statement(folders.insert())
_TAG = statement(
    select(tags.c.id).where(tags.c.space_id == bindparam("space"), tags.c.folded == bindparam("folded"))
)
_ADD_TAG = statement(insert(tags).on_conflict_do_nothing(index_elements=["space_id", "folded"]))
_GIVE_TAG = statement(insert(tagged).on_conflict_do_nothing(index_elements=["conversation_id", "tag_id"]))


def folder_of(
    tx: Transaction, scope: SpaceScope, names: Sequence[str], *, created_by: str | None, now_ms: int
) -> str | None:
    """Return the folder that ``names`` lead to from the outermost, made where it is not there."""
    tx.take_turn(f"folders:{scope.space_id}")
    parent: str | None = None
    for name in names:
        found = (
            tx.one(_TOP_FOLDER, space=scope.space_id, name=name)
            if parent is None
            else tx.one(_FOLDER, space=scope.space_id, parent=parent, name=name)
        )
        own = new_id("fld") if found is None else str(found[0])
        if found is None:
            tx.run(
                _ADD_FOLDER,
                id=own,
                space_id=scope.space_id,
                created_by=created_by,
                parent_id=parent,
                name=name,
                settings="{}",
                version=1,
                created_at_ms=now_ms,
                changed_at_ms=now_ms,
            )
        parent = own
    return parent


def give_tags(
    tx: Transaction,
    scope: SpaceScope,
    conversation_id: str,
    names: Sequence[str],
    *,
    created_by: str | None,
    now_ms: int,
) -> None:
    """Give a conversation tags, made where they are not there."""
    for name in names:
        key = {"space": scope.space_id, "folded": name.casefold()}
        row = {"space_id": scope.space_id, "created_by": created_by, "created_at_ms": now_ms}
        found = tx.one(_TAG, **key)
        if found is None:
            tx.run(_ADD_TAG, id=new_id("tag"), name=name, folded=name.casefold(), **row)
            found = tx.one(_TAG, **key)
        assert found is not None
        tx.run(_GIVE_TAG, conversation_id=conversation_id, tag_id=str(found[0]), **row)
