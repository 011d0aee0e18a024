"""All SQL of imports, and of finding what was imported before."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from salon.features.conversations.exchange.importing.models import Entry, Import, Problem, Totals
from salon.features.conversations.exchange.importing.tables import entries, imports
from salon.features.conversations.exchange.readers.problems import Note
from salon.features.conversations.tables import conversations, messages
from salon.foundation.kit.caller import Scope, SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement

_INSERT = statement(imports.insert())
_GET = statement(
    select(*imports.c).where(imports.c.id == bindparam("key"), imports.c.space_id == bindparam("space"))
)
_OF_RUN = statement(select(*imports.c).where(imports.c.run_id == bindparam("run")))
_LIST = statement(
    select(*imports.c)
    .where(imports.c.space_id == bindparam("space"), imports.c.id < bindparam("before"))
    .order_by(imports.c.id.desc())
    .limit(bindparam("limit"))
)
_RUNNING = statement(select(*imports.c).where(imports.c.status == "running").limit(100))
_TAKE_RUN = statement(
    update(imports)
    .where(
        imports.c.id == bindparam("key"),
        imports.c.run_id == bindparam("had_run"),
        imports.c.status == "running",
    )
    .values(run_id=bindparam("new_run"))
)
_OPEN = statement(
    select(func.count()).where(imports.c.space_id == bindparam("space"), imports.c.status == "running")
)
_CHANGE = statement(
    update(imports)
    .where(imports.c.id == bindparam("key"))
    .values(
        programs=bindparam("new_programs"),
        status=bindparam("new_status"),
        totals=bindparam("new_totals"),
        notes=bindparam("new_notes"),
        problem=bindparam("new_problem"),
        ended_at_ms=bindparam("new_ended_at_ms"),
    )
)
_ADD_ENTRY = statement(insert(entries).on_conflict_do_nothing(index_elements=["import_id", "number"]))
_ENTRIES = statement(
    select(*entries.c)
    .where(
        entries.c.import_id == bindparam("key"),
        entries.c.space_id == bindparam("space"),
        entries.c.number > bindparam("after"),
    )
    .order_by(entries.c.number)
    .limit(bindparam("limit"))
)
_FORGET_NAMES = statement(
    update(entries)
    .where(entries.c.conversation_id == bindparam("conversation"), entries.c.space_id == bindparam("space"))
    .values(place="", title="", notes="[]")
)
_LAST_NUMBER = statement(select(func.max(entries.c.number)).where(entries.c.import_id == bindparam("key")))
_FIND = statement(
    select(conversations.c.id, conversations.c.deleted_at_ms, conversations.c.branch_id)
    .where(
        conversations.c.space_id == bindparam("space"),
        conversations.c.origin.in_(bindparam("origins", expanding=True)),
    )
    .order_by(conversations.c.id)
)
_FIND_OWN = statement(
    select(conversations.c.id, conversations.c.deleted_at_ms, conversations.c.branch_id).where(
        conversations.c.space_id == bindparam("space"), conversations.c.id == bindparam("key")
    )
)
_KNOWN = statement(
    select(messages.c.id, messages.c.origin, messages.c.depth, messages.c.parent_id)
    .where(messages.c.conversation_id == bindparam("key"), messages.c.space_id == bindparam("space"))
    .order_by(messages.c.id)
)


def insert_import(tx: Transaction, scope: SpaceScope, new: Import) -> None:
    """Write an import that begins."""
    assert new.space_id == scope.space_id
    values = msgspec.structs.asdict(new)
    tx.run(_INSERT, **{**values, **_encoded(new)})


def change_import(tx: Transaction, scope: Scope, changed: Import) -> None:
    """Write how far an import is."""
    del scope  # whoever owns its run
    values = {f"new_{name}": value for name, value in _encoded(changed).items()}
    del values["new_keeps_file"], values["new_is_dry_run"]
    tx.run(
        _CHANGE,
        key=changed.id,
        new_status=changed.status,
        new_ended_at_ms=changed.ended_at_ms,
        **values,
    )


def get_import(tx: Transaction, scope: SpaceScope, import_id: str) -> Import | None:
    """Return an import of the space."""
    row = tx.one(_GET, key=import_id, space=scope.space_id)
    return None if row is None else _import(row)


def import_of_run(tx: Transaction, scope: Scope, run_id: str) -> Import | None:
    """Return the import that a run is the body of."""
    del scope
    row = tx.one(_OF_RUN, run=run_id)
    return None if row is None else _import(row)


def running_imports(tx: Transaction, scope: SystemScope) -> list[Import]:
    """Return the imports of all spaces that have not ended."""
    del scope
    return [_import(row) for row in tx.all(_RUNNING)]


def take_run(tx: Transaction, scope: SystemScope, one: Import, *, run_id: str) -> bool:
    """Give an import another run; False if it has another one, or an end, by now."""
    del scope
    return tx.run(_TAKE_RUN, key=one.id, had_run=one.run_id, new_run=run_id) > 0


def list_imports(tx: Transaction, scope: SpaceScope, *, before: str, limit: int) -> list[Import]:
    """Return imports of the space, newest first."""
    return [_import(row) for row in tx.all(_LIST, space=scope.space_id, before=before, limit=limit)]


def count_open(tx: Transaction, scope: SpaceScope) -> int:
    """Return how many imports of the space are under way."""
    row = tx.one(_OPEN, space=scope.space_id)
    return 0 if row is None else int(row[0])


def add_entry(tx: Transaction, scope: SpaceScope, entry: Entry) -> None:
    """Write what became of a conversation."""
    values = msgspec.structs.asdict(entry)
    values |= {"notes": _json(entry.notes), "problem": _json(entry.problem), "space_id": scope.space_id}
    tx.run(_ADD_ENTRY, **values)


def list_entries(
    tx: Transaction, scope: SpaceScope, import_id: str, *, after: int, limit: int
) -> list[Entry]:
    """Return a page of a report."""
    rows = tx.all(_ENTRIES, key=import_id, space=scope.space_id, after=after, limit=limit)
    return [_entry(row) for row in rows]


def forget_reported(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    """Forget what reports call a conversation, its files and its place; the figures stay."""
    tx.run(_FORGET_NAMES, conversation=conversation_id, space=scope.space_id)


def last_number(tx: Transaction, scope: Scope, import_id: str) -> int:
    """Return the place of the last conversation that is through; 0 when none is."""
    del scope
    row = tx.one(_LAST_NUMBER, key=import_id)
    return 0 if row is None or row[0] is None else int(row[0])


class Standing(msgspec.Struct, kw_only=True):
    """A conversation that is here already."""

    id: str
    is_deleted: bool
    branch_id: str | None


def find_conversation(
    tx: Transaction, scope: SpaceScope, *, origins: Sequence[str], own_id: str | None
) -> Standing | None:
    """Return the conversation that was imported from one of ``origins``, or is ``own_id`` itself."""
    row = tx.one(_FIND_OWN, space=scope.space_id, key=own_id) if own_id is not None else None
    row = row or tx.one(_FIND, space=scope.space_id, origins=list(origins))
    if row is None:
        return None
    return Standing(id=str(row[0]), is_deleted=row[1] is not None, branch_id=row[2])


def known_messages(
    tx: Transaction, scope: SpaceScope, conversation_id: str
) -> list[tuple[str, str | None, int, str | None]]:
    """Return id, origin, depth and parent of all messages of a conversation, oldest first."""
    rows = tx.all(_KNOWN, key=conversation_id, space=scope.space_id)
    return [(str(row[0]), row[1], int(row[2]), row[3]) for row in rows]


def _encoded(one: Import) -> dict[str, Any]:
    return {
        "programs": _json(one.programs),
        "totals": _json(one.totals),
        "notes": _json(one.notes),
        "problem": _json(one.problem),
        "keeps_file": int(one.keeps_file),
        "is_dry_run": int(one.is_dry_run),
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


_TOTALS = msgspec.json.Decoder(Totals)
_NOTES = msgspec.json.Decoder(tuple[Note, ...])
_PROBLEM = msgspec.json.Decoder(Problem | None)
_NAMES = tuple(column.name for column in imports.c)
_ENTRY_NAMES = tuple(column.name for column in entries.c)


def _import(row: Row) -> Import:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    values["programs"] = msgspec.json.decode(values["programs"])
    values["totals"] = _TOTALS.decode(values["totals"])
    values["notes"] = _NOTES.decode(values["notes"])
    values["problem"] = _PROBLEM.decode(values["problem"])
    values["keeps_file"], values["is_dry_run"] = bool(values["keeps_file"]), bool(values["is_dry_run"])
    values["programs"] = tuple(values["programs"])
    return Import(**values)


def _entry(row: Row) -> Entry:
    values: dict[str, Any] = dict(zip(_ENTRY_NAMES, row, strict=True))
    del values["space_id"]
    values["notes"] = _NOTES.decode(values["notes"])
    values["problem"] = _PROBLEM.decode(values["problem"])
    return Entry(**values)
