"""All SQL of folders, tags and templates, and of what was read."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Text, and_, bindparam, delete, exists, func, select, update

from salon.features.conversations.models import BODY_FORMAT
from salon.features.conversations.sorting.models import Folder, Tag, Template, TemplateMessage
from salon.features.conversations.sorting.tables import folders, reads, tagged, tags, templates
from salon.features.conversations.store.rows import opened, sealed
from salon.features.conversations.tables import conversations, messages
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Transaction, insert, statement

_space = bindparam("space", type_=Text)
_key = bindparam("key", type_=Text)
_keys = bindparam("keys", expanding=True, type_=Text)
_open = and_(
    conversations.c.archived_at_ms.is_(None),
    conversations.c.hidden_at_ms.is_(None),
    conversations.c.deleted_at_ms.is_(None),
)

_folder_columns = tuple(folders.c[name] for name in Folder.__struct_fields__)
_ADD_FOLDER = statement(folders.insert())
_FOLDER = statement(select(*_folder_columns).where(folders.c.id == _key, folders.c.space_id == _space))
_FOLDERS = statement(select(*_folder_columns).where(folders.c.space_id == _space).order_by(folders.c.id))
_FILED = statement(
    select(conversations.c.folder_id, func.count())
    .where(conversations.c.space_id == _space, conversations.c.folder_id.is_not(None), _open)
    .group_by(conversations.c.folder_id)
)
_CHANGE_FOLDER = statement(
    update(folders)
    .where(folders.c.id == _key, folders.c.space_id == _space, folders.c.version == bindparam("had_version"))
    .values(
        name=bindparam("new_name"),
        parent_id=bindparam("new_parent"),
        settings=bindparam("new_settings"),
        changed_at_ms=bindparam("now_ms"),
        version=folders.c.version + 1,
    )
)
_DROP_FOLDER = statement(delete(folders).where(folders.c.id == _key, folders.c.space_id == _space))
_LIFT_FOLDERS = statement(
    update(folders)
    .where(folders.c.parent_id == _key, folders.c.space_id == _space)
    .values(parent_id=bindparam("to"), version=folders.c.version + 1)
)
_LIFT_CONVERSATIONS = statement(
    update(conversations)
    .where(conversations.c.folder_id == _key, conversations.c.space_id == _space)
    .values(folder_id=bindparam("to"), version=conversations.c.version + 1)
)
_FILED_IN = statement(
    select(conversations.c.id)
    .where(conversations.c.folder_id == _key, conversations.c.space_id == _space)
    .limit(bindparam("most"))
)
_new_tag = insert(tags)
_ADD_TAG = statement(_new_tag.on_conflict_do_nothing(index_elements=["space_id", "folded"]))
_TAG_IDS = statement(
    select(tags.c.folded, tags.c.id).where(tags.c.space_id == _space, tags.c.folded.in_(_keys))
)
_TAGS = statement(
    select(tags.c.id, tags.c.name, func.count(conversations.c.id))
    .outerjoin(tagged, tagged.c.tag_id == tags.c.id)
    .outerjoin(
        conversations,
        and_(
            conversations.c.id == tagged.c.conversation_id,
            conversations.c.space_id == tags.c.space_id,
            conversations.c.deleted_at_ms.is_(None),
        ),
    )
    .where(tags.c.space_id == _space)
    .group_by(tags.c.id, tags.c.name, tags.c.folded)
    .order_by(tags.c.folded)
)
_RENAME_TAG = statement(
    update(tags)
    .where(tags.c.id == _key, tags.c.space_id == _space)
    .values(name=bindparam("new_name"), folded=bindparam("new_folded"))
)
_DROP_TAG = statement(delete(tags).where(tags.c.id == _key, tags.c.space_id == _space))
_DROP_TAGGED = statement(delete(tagged).where(tagged.c.tag_id == _key, tagged.c.space_id == _space))
_new_tagged = insert(tagged)
_TAG_ON = statement(_new_tagged.on_conflict_do_nothing(index_elements=["conversation_id", "tag_id"]))
_TAG_OFF = statement(
    delete(tagged).where(
        tagged.c.conversation_id == _key, tagged.c.tag_id == bindparam("tag"), tagged.c.space_id == _space
    )
)
_TAGGED = statement(
    select(tagged.c.conversation_id, tags.c.id, tags.c.name)
    .join(tags, tags.c.id == tagged.c.tag_id)
    .where(tagged.c.conversation_id.in_(_keys), tagged.c.space_id == _space)
    .order_by(tags.c.folded)
)
_new_read = insert(reads)
_READ = statement(
    _new_read.on_conflict_do_update(
        index_elements=["reader", "conversation_id"],
        set_={"message_id": _new_read.excluded.message_id, "read_at_ms": _new_read.excluded.read_at_ms},
    )
)
_LAST = statement(
    select(func.max(messages.c.id)).where(
        messages.c.conversation_id == _key, messages.c.space_id == _space, messages.c.deleted_at_ms.is_(None)
    )
)
_BEFORE = statement(
    select(func.max(messages.c.id)).where(
        messages.c.conversation_id == _key, messages.c.space_id == _space, messages.c.id < bindparam("first")
    )
)
_HAS_MESSAGE = statement(
    select(
        exists().where(
            messages.c.id == bindparam("message"),
            messages.c.conversation_id == _key,
            messages.c.space_id == _space,
        )
    )
)
_ADD_TEMPLATE = statement(templates.insert())
_TEMPLATES = statement(
    select(*templates.c).where(templates.c.space_id == _space).order_by(templates.c.folded)
)
_TEMPLATE = statement(select(*templates.c).where(templates.c.id == _key, templates.c.space_id == _space))
_CHANGE_TEMPLATE = statement(
    update(templates)
    .where(
        templates.c.id == _key,
        templates.c.space_id == _space,
        templates.c.version == bindparam("had_version"),
    )
    .values(
        name=bindparam("new_name"),
        folded=bindparam("new_folded"),
        settings=bindparam("new_settings"),
        messages_format=bindparam("new_format"),
        messages_cipher=bindparam("new_cipher"),
        messages_key_id=bindparam("new_key_id"),
        messages=bindparam("new_messages"),
        changed_at_ms=bindparam("now_ms"),
        version=templates.c.version + 1,
    )
)
_DROP_TEMPLATE = statement(delete(templates).where(templates.c.id == _key, templates.c.space_id == _space))
_TEMPLATE_COLUMNS = tuple(column.name for column in templates.c)
_MESSAGES = msgspec.json.Decoder(tuple[TemplateMessage, ...])


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# -- folders -------------------------------------------------------------------------------------------


def add_folder(tx: Transaction, scope: SpaceScope, folder: Folder) -> None:
    """Write a new folder."""
    assert folder.space_id == scope.space_id
    tx.run(_ADD_FOLDER, **{**msgspec.structs.asdict(folder), "settings": _text(folder.settings)})


def get_folder(tx: Transaction, scope: SpaceScope, folder_id: str) -> Folder | None:
    """Return a folder of the space."""
    row = tx.one(_FOLDER, key=folder_id, space=scope.space_id)
    return None if row is None else _folder(row)


def list_folders(tx: Transaction, scope: SpaceScope) -> list[Folder]:
    """Return the folders of the space, oldest first."""
    return [_folder(row) for row in tx.all(_FOLDERS, space=scope.space_id)]


def count_filed(tx: Transaction, scope: SpaceScope) -> dict[str, int]:
    """Return how many open conversations are in each folder that has any."""
    return {str(row[0]): int(row[1]) for row in tx.all(_FILED, space=scope.space_id)}


def change_folder(tx: Transaction, scope: SpaceScope, had: Folder, new: Folder, *, now_ms: int) -> bool:
    """Write a folder's name, place and settings; False if it has another version by now."""
    changed = tx.run(
        _CHANGE_FOLDER,
        key=had.id,
        space=scope.space_id,
        had_version=had.version,
        new_name=new.name,
        new_parent=new.parent_id,
        new_settings=_text(new.settings),
        now_ms=now_ms,
    )
    return changed > 0


def filed_in(tx: Transaction, scope: SpaceScope, folder_id: str, *, limit: int) -> list[str]:
    """Return the conversations in a folder, in whatever state they are."""
    return [str(row[0]) for row in tx.all(_FILED_IN, key=folder_id, space=scope.space_id, most=limit)]


def drop_folder(tx: Transaction, scope: SpaceScope, folder: Folder) -> int:
    """Delete a folder; what is in it moves to the one above. Returns how many conversations that were."""
    where = {"key": folder.id, "space": scope.space_id, "to": folder.parent_id}
    tx.run(_LIFT_FOLDERS, **where)
    moved = tx.run(_LIFT_CONVERSATIONS, **where)
    tx.run(_DROP_FOLDER, key=folder.id, space=scope.space_id)
    return moved


def _folder(row: Sequence[Any]) -> Folder:
    values = dict(zip(Folder.__struct_fields__, row, strict=True))
    return Folder(**{**values, "settings": msgspec.json.decode(values["settings"])})


# -- tags ----------------------------------------------------------------------------------------------


def tag_ids(tx: Transaction, scope: SpaceScope, names: Sequence[str]) -> dict[str, str]:
    """Return the ids of those tags that there are, by name without case."""
    rows = tx.all(_TAG_IDS, keys=[name.casefold() for name in names], space=scope.space_id) if names else []
    return {str(row[0]): str(row[1]) for row in rows}


def add_tag(
    tx: Transaction, scope: SpaceScope, *, tag_id: str, name: str, by: str | None, now_ms: int
) -> None:
    """Write a new tag, unless there is one of that name."""
    tx.run(
        _ADD_TAG,
        id=tag_id,
        space_id=scope.space_id,
        created_by=by,
        name=name,
        folded=name.casefold(),
        created_at_ms=now_ms,
    )


def list_tags(tx: Transaction, scope: SpaceScope) -> list[Tag]:
    """Return the tags of the space by name, with how many conversations have each."""
    return [
        Tag(id=row[0], name=row[1], conversations=int(row[2])) for row in tx.all(_TAGS, space=scope.space_id)
    ]


def rename_tag(tx: Transaction, scope: SpaceScope, tag_id: str, name: str) -> bool:
    """Rename a tag; False if it is not there."""
    named = {"new_name": name, "new_folded": name.casefold()}
    return tx.run(_RENAME_TAG, key=tag_id, space=scope.space_id, **named) > 0


def drop_tag(tx: Transaction, scope: SpaceScope, tag_id: str) -> bool:
    """Delete a tag everywhere; False if it is not there."""
    tx.run(_DROP_TAGGED, key=tag_id, space=scope.space_id)
    return tx.run(_DROP_TAG, key=tag_id, space=scope.space_id) > 0


def tag_on(
    tx: Transaction, scope: SpaceScope, conversation_id: str, tag_id: str, *, by: str | None, now_ms: int
) -> bool:
    """Give a conversation a tag; False if it has it."""
    row = {"conversation_id": conversation_id, "tag_id": tag_id, "space_id": scope.space_id}
    return tx.run(_TAG_ON, **row, created_by=by, created_at_ms=now_ms) > 0


def tag_off(tx: Transaction, scope: SpaceScope, conversation_id: str, tag_id: str) -> bool:
    """Take a tag from a conversation; False if it has it not."""
    return tx.run(_TAG_OFF, key=conversation_id, tag=tag_id, space=scope.space_id) > 0


def tags_of(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the tags (id, name) of conversations, by name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for conversation_id, tag_id, name in tx.all(_TAGGED, keys=list(ids), space=scope.space_id) if ids else []:
        found.setdefault(conversation_id, []).append((tag_id, name))
    return found


# -- reading -------------------------------------------------------------------------------------------


def set_read(
    tx: Transaction, scope: SpaceScope, reader: str, conversation_id: str, message_id: str, *, now_ms: int
) -> None:
    """Note the newest message that somebody has seen."""
    tx.run(
        _READ,
        reader=reader,
        conversation_id=conversation_id,
        space_id=scope.space_id,
        message_id=message_id,
        read_at_ms=now_ms,
    )


def last_message(
    tx: Transaction, scope: SpaceScope, conversation_id: str, *, before: str | None = None
) -> str | None:
    """Return the newest message of a conversation, or the newest before one; None if there is none."""
    where = {"key": conversation_id, "space": scope.space_id}
    row = tx.one(_LAST, **where) if before is None else tx.one(_BEFORE, **where, first=before)
    return None if row is None else row[0]


def has_message(tx: Transaction, scope: SpaceScope, conversation_id: str, message_id: str) -> bool:
    """Tell whether a message is in a conversation."""
    row = tx.one(_HAS_MESSAGE, key=conversation_id, space=scope.space_id, message=message_id)
    return row is not None and bool(row[0])


# -- templates -----------------------------------------------------------------------------------------


def add_template(tx: Transaction, scope: SpaceScope, template: Template) -> None:
    """Write a new template."""
    assert template.space_id == scope.space_id
    values = msgspec.structs.asdict(template)
    body = msgspec.json.encode(values.pop("messages"))
    tx.run(
        _ADD_TEMPLATE,
        **{**values, "settings": _text(template.settings), "folded": template.name.casefold()},
        **sealed("messages", body),
    )


def list_templates(tx: Transaction, scope: SpaceScope) -> list[Template]:
    """Return the templates of the space by name."""
    return [_template(row) for row in tx.all(_TEMPLATES, space=scope.space_id)]


def get_template(tx: Transaction, scope: SpaceScope, template_id: str) -> Template | None:
    """Return a template of the space."""
    row = tx.one(_TEMPLATE, key=template_id, space=scope.space_id)
    return None if row is None else _template(row)


def change_template(tx: Transaction, scope: SpaceScope, had: Template, new: Template, *, now_ms: int) -> bool:
    """Write a template's name, settings and messages; False if it has another version by now."""
    body = sealed("messages", msgspec.json.encode(new.messages))
    changed = tx.run(
        _CHANGE_TEMPLATE,
        key=had.id,
        space=scope.space_id,
        had_version=had.version,
        new_name=new.name,
        new_folded=new.name.casefold(),
        new_settings=_text(new.settings),
        new_format=BODY_FORMAT,
        new_cipher=body["messages_cipher"],
        new_key_id=body["messages_key_id"],
        new_messages=body["messages"],
        now_ms=now_ms,
    )
    return changed > 0


def drop_template(tx: Transaction, scope: SpaceScope, template_id: str) -> bool:
    """Delete a template; False if it is not there."""
    return tx.run(_DROP_TEMPLATE, key=template_id, space=scope.space_id) > 0


def _template(row: Sequence[Any]) -> Template:
    values: Mapping[str, Any] = dict(zip(_TEMPLATE_COLUMNS, row, strict=True))
    body = opened(values["messages_cipher"], values["messages"])
    plain = {
        name: values[name] for name in Template.__struct_fields__ if name not in {"settings", "messages"}
    }
    return Template(
        **plain, settings=msgspec.json.decode(values["settings"]), messages=_MESSAGES.decode(body or b"[]")
    )
