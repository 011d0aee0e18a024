"""All SQL of saved prompts."""

from typing import Any

import msgspec
from sqlalchemy import Text, bindparam, delete, select, update

from salon.features.conversations.prompts.models import Prompt, Variable, Version
from salon.features.conversations.prompts.tables import prompts, versions
from salon.features.conversations.store.rows import opened, sealed
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.storage import Row, Transaction, statement

_space, _key = bindparam("space", type_=Text), bindparam("key", type_=Text)
_columns = tuple(prompts.c[name] for name in Prompt.__struct_fields__)
_ADD = statement(prompts.insert())
_GET = statement(select(*_columns).where(prompts.c.space_id == _space, prompts.c.id == _key))
_NAMED = statement(select(*_columns).where(prompts.c.space_id == _space, prompts.c.folded == _key))
_LIST = statement(
    select(*_columns)
    .where(prompts.c.space_id == _space, prompts.c.folded > bindparam("after"))
    .order_by(prompts.c.folded)
    .limit(bindparam("limit"))
)
_CHANGE = statement(
    update(prompts)
    .where(prompts.c.id == _key, prompts.c.space_id == _space, prompts.c.version == bindparam("had_version"))
    .values(
        name=bindparam("new_name"),
        folded=bindparam("new_folded"),
        description=bindparam("new_description"),
        live=bindparam("new_live"),
        latest=bindparam("new_latest"),
        changed_at_ms=bindparam("now_ms"),
        version=prompts.c.version + 1,
    )
)
_DROP = (
    statement(delete(versions).where(versions.c.prompt_id == _key, versions.c.space_id == _space)),
    statement(delete(prompts).where(prompts.c.id == _key, prompts.c.space_id == _space)),
)
_ADD_VERSION = statement(versions.insert())
_version_columns = (
    versions.c.prompt_id,
    versions.c.number,
    versions.c.body_cipher,
    versions.c.body,
    versions.c.variables,
    versions.c.note,
    versions.c.created_by,
    versions.c.created_at_ms,
)
_VERSION = statement(
    select(*_version_columns).where(
        versions.c.prompt_id == _key, versions.c.number == bindparam("number"), versions.c.space_id == _space
    )
)
_VERSIONS = statement(
    select(*_version_columns)
    .where(
        versions.c.prompt_id == _key, versions.c.space_id == _space, versions.c.number < bindparam("before")
    )
    .order_by(versions.c.number.desc())
    .limit(bindparam("limit"))
)
_VARIABLES = msgspec.json.Decoder(tuple[Variable, ...])


def add_prompt(tx: Transaction, scope: SpaceScope, prompt: Prompt) -> None:
    """Write a new prompt."""
    assert prompt.space_id == scope.space_id
    tx.run(_ADD, **msgspec.structs.asdict(prompt), folded=prompt.name.casefold())


def find_prompt(tx: Transaction, scope: SpaceScope, name: str) -> Prompt | None:
    """Return a prompt of the space by its id, else by its name."""
    row = tx.one(_GET, key=name, space=scope.space_id)
    return _prompt(row) if row is not None else named_prompt(tx, scope, name)


def named_prompt(tx: Transaction, scope: SpaceScope, name: str) -> Prompt | None:
    """Return a prompt of the space by its name, whatever its case."""
    row = tx.one(_NAMED, key=name.casefold(), space=scope.space_id)
    return None if row is None else _prompt(row)


def list_prompts(tx: Transaction, scope: SpaceScope, *, after: str, limit: int) -> list[Prompt]:
    """Return prompts of the space by name, behind one."""
    return [_prompt(row) for row in tx.all(_LIST, space=scope.space_id, after=after.casefold(), limit=limit)]


def change_prompt(tx: Transaction, scope: SpaceScope, had: Prompt, new: Prompt, *, now_ms: int) -> bool:
    """Write a prompt's name, description and version numbers; False if its row has another version by now."""
    changed = tx.run(
        _CHANGE,
        key=had.id,
        space=scope.space_id,
        had_version=had.version,
        new_name=new.name,
        new_folded=new.name.casefold(),
        new_description=new.description,
        new_live=new.live,
        new_latest=new.latest,
        now_ms=now_ms,
    )
    return changed > 0


def drop_prompt(tx: Transaction, scope: SpaceScope, prompt_id: str) -> None:
    """Delete a prompt with all its versions."""
    for dropped in _DROP:
        tx.run(dropped, key=prompt_id, space=scope.space_id)


def add_version(tx: Transaction, scope: SpaceScope, version: Version) -> None:
    """Write a new version."""
    tx.run(
        _ADD_VERSION,
        prompt_id=version.prompt_id,
        number=version.number,
        space_id=scope.space_id,
        created_by=version.created_by,
        variables=msgspec.json.encode(version.variables).decode(),
        note=version.note,
        created_at_ms=version.created_at_ms,
        **sealed("body", version.text.encode()),
    )


def get_version(tx: Transaction, scope: SpaceScope, prompt_id: str, number: int) -> Version | None:
    """Return a version."""
    row = tx.one(_VERSION, key=prompt_id, number=number, space=scope.space_id)
    return None if row is None else _version(row)


def list_versions(
    tx: Transaction, scope: SpaceScope, prompt_id: str, *, before: int, limit: int
) -> list[Version]:
    """Return versions below a number, the newest first."""
    rows = tx.all(_VERSIONS, key=prompt_id, space=scope.space_id, before=before, limit=limit)
    return [_version(row) for row in rows]


def _prompt(row: Row) -> Prompt:
    return Prompt(**dict(zip(Prompt.__struct_fields__, row, strict=True)))


def _version(row: Row) -> Version:
    values: dict[str, Any] = dict(zip((column.name for column in _version_columns), row, strict=True))
    body = opened(values.pop("body_cipher"), values.pop("body"))
    variables = _VARIABLES.decode(values.pop("variables"))
    return Version(**values, variables=variables, text=(body or b"").decode())
