"""All SQL of shares."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.features.conversations.models import Author
from salon.features.conversations.shares.models import Line, Mark, Pinned, Placed, Revision, Share
from salon.features.conversations.shares.tables import revision_files, revision_messages, revisions, shares
from salon.features.conversations.tables import messages
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, statement

_s, _m, _rm, _rf = shares.c, messages.c, revision_messages.c, revision_files.c
_SHARE = tuple(_s[name] for name in Share.__struct_fields__)
_INSERT = statement(shares.insert())
_INSERT_REVISION = statement(revisions.insert())
_INSERT_MESSAGES = statement(revision_messages.insert())
_INSERT_FILES = statement(revision_files.insert())
_BY_TOKEN = statement(select(*_SHARE).where(_s.token_hash == bindparam("token_hash")))
_in_space = (_s.id == bindparam("key"), _s.space_id == bindparam("space"))
_GET = statement(select(*_SHARE).where(*_in_space))
_LIST = statement(
    select(*_SHARE)
    .where(_s.space_id == bindparam("space"), _s.id < bindparam("before"))
    .order_by(_s.id.desc())
    .limit(bindparam("limit"))
)
_LIST_OF = statement(
    select(*_SHARE)
    .where(
        _s.space_id == bindparam("space"),
        _s.conversation_id == bindparam("conversation"),
        _s.id < bindparam("before"),
    )
    .order_by(_s.id.desc())
    .limit(bindparam("limit"))
)
_REVOKE = statement(
    update(shares).where(*_in_space, _s.revoked_at_ms.is_(None)).values(revoked_at_ms=bindparam("now_ms"))
)
_REVISE = statement(
    update(shares).where(*_in_space).values(revision_id=bindparam("revision"), revisions=bindparam("number"))
)
_GET_REVISION = statement(
    select(*(revisions.c[name] for name in Revision.__struct_fields__)).where(
        revisions.c.id == bindparam("key"), revisions.c.space_id == bindparam("space")
    )
)
_NAMES = statement(
    select(revisions.c.id, revisions.c.lines)
    .join(shares, _s.id == revisions.c.share_id)
    .where(_s.conversation_id == bindparam("conversation"), revisions.c.space_id == bindparam("space"))
)
_BLANK = statement(
    update(revisions)
    .where(revisions.c.id == bindparam("key"), revisions.c.space_id == bindparam("space"))
    .values(title="", lines=bindparam("new_lines"))
)
_SKELETON = statement(
    select(_m.id, _m.parent_id, _m.role, _m.hidden_at_ms, _m.deleted_at_ms)
    .where(_m.conversation_id == bindparam("conversation"), _m.space_id == bindparam("space"))
    .order_by(_m.id)
    .limit(bindparam("limit"))
)
_MARKS = statement(
    select(
        _rm.position, _rm.message_id, _rm.parent,
        _m.hidden_at_ms, _m.deleted_at_ms, _m.author_kind, _m.author_id, _m.author_name,
    )
    .select_from(
        revision_messages.outerjoin(
            messages, (_m.id == _rm.message_id) & (_m.space_id == bindparam("space"))
        )
    )
    .where(_rm.revision_id == bindparam("revision"), _rm.space_id == bindparam("space"))
    .order_by(_rm.position)
)  # fmt: skip
_ONE = statement(
    select(_rm.message_id).where(
        _rm.revision_id == bindparam("revision"),
        _rm.position == bindparam("at"),
        _rm.space_id == bindparam("space"),
    )
)
_FILES = statement(
    select(_rf.position, _rf.place, _rf.message_id, _rf.file_id).where(
        _rf.revision_id == bindparam("revision"), _rf.space_id == bindparam("space")
    )
)
_DROP_FILES = statement(
    delete(revision_files).where(_rf.revision_id == bindparam("revision"), _rf.space_id == bindparam("space"))
)
_FILES_OF_MESSAGES = statement(
    select(_rf.file_id).where(
        _rf.message_id.in_(bindparam("keys", expanding=True)), _rf.space_id == bindparam("space")
    )
)
_DROP_FILES_OF_MESSAGES = statement(
    delete(revision_files).where(
        _rf.message_id.in_(bindparam("keys", expanding=True)), _rf.space_id == bindparam("space")
    )
)


_LINES = msgspec.json.Decoder(tuple[Line, ...])


class Seen(NamedTuple):
    """A message of a conversation, as far as its place matters."""

    id: str
    parent_id: str | None
    role: str
    is_gone: bool


def insert_share(tx: Transaction, scope: SpaceScope, share: Share) -> None:
    """Write a new share."""
    assert share.space_id == scope.space_id
    tx.run(_INSERT, **msgspec.structs.asdict(share))


def insert_revision(
    tx: Transaction,
    scope: SpaceScope,
    revision: Revision,
    placed: Sequence[Placed],
    pinned: Sequence[Pinned],
) -> None:
    """Write a revision with its messages and files."""
    assert revision.space_id == scope.space_id
    values = msgspec.structs.asdict(revision)
    values["sources"] = msgspec.json.encode(revision.sources).decode()
    values["lines"] = msgspec.json.encode(revision.lines).decode()
    tx.run(_INSERT_REVISION, **values)
    belongs = {"revision_id": revision.id, "space_id": scope.space_id}
    tx.many(_INSERT_MESSAGES, [{**belongs, **one._asdict()} for one in placed])
    if pinned:
        tx.many(_INSERT_FILES, [{**belongs, **one._asdict()} for one in pinned])


def find_by_token(tx: Transaction, _scope: SystemScope, token_hash: str) -> Share | None:
    """Return the share that a link belongs to, whatever its state and space."""
    row = tx.one(_BY_TOKEN, token_hash=token_hash)
    return None if row is None else _share(row)


def get_share(tx: Transaction, scope: SpaceScope, share_id: str) -> Share | None:
    """Return a share of the space."""
    row = tx.one(_GET, key=share_id, space=scope.space_id)
    return None if row is None else _share(row)


def list_shares(
    tx: Transaction, scope: SpaceScope, *, conversation_id: str | None, before: str, limit: int
) -> list[Share]:
    """Return shares of the space, or of one conversation, newest first."""
    asked: dict[str, Any] = {"space": scope.space_id, "before": before, "limit": limit}
    if conversation_id is not None:
        return [_share(row) for row in tx.all(_LIST_OF, conversation=conversation_id, **asked)]
    return [_share(row) for row in tx.all(_LIST, **asked)]


def revoke(tx: Transaction, scope: SpaceScope, share_id: str, *, now_ms: int) -> bool:
    """Let a link lead nowhere; False if it did already."""
    return tx.run(_REVOKE, key=share_id, space=scope.space_id, now_ms=now_ms) > 0


def show_revision(tx: Transaction, scope: SpaceScope, revision: Revision) -> None:
    """Let a link show another revision."""
    tx.run(_REVISE, key=revision.share_id, space=scope.space_id, revision=revision.id, number=revision.number)


def get_revision(tx: Transaction, scope: SpaceScope, revision_id: str) -> Revision | None:
    """Return a revision of the space."""
    row = tx.one(_GET_REVISION, key=revision_id, space=scope.space_id)
    if row is None:
        return None
    values = dict(zip(Revision.__struct_fields__, row, strict=True))
    values["sources"] = tuple(msgspec.json.decode(values["sources"]))
    values["lines"] = _LINES.decode(values["lines"])
    return Revision(**values)


def forget_names(tx: Transaction, scope: SpaceScope, conversation_id: str) -> None:
    """Forget what the shares of a conversation call it and its branches, in every revision."""
    for revision_id, lines in tx.all(_NAMES, conversation=conversation_id, space=scope.space_id):
        nameless = [msgspec.structs.replace(line, name=None) for line in _LINES.decode(lines)]
        new_lines = msgspec.json.encode(nameless).decode()
        tx.run(_BLANK, key=str(revision_id), space=scope.space_id, new_lines=new_lines)


def skeleton(tx: Transaction, scope: SpaceScope, conversation_id: str, *, limit: int) -> list[Seen]:
    """Return the places of the messages of a conversation."""
    rows = tx.all(_SKELETON, conversation=conversation_id, space=scope.space_id, limit=limit)
    return [
        Seen(str(own), parent, str(role), hidden is not None or deleted is not None)
        for own, parent, role, hidden, deleted in rows
    ]


def marks(tx: Transaction, scope: SpaceScope, revision_id: str) -> list[Mark]:
    """Return what is known now of the messages of a revision, in order."""
    return [
        Mark(
            int(position),
            str(message_id),
            parent,
            kind is None or hidden is not None or deleted is not None,
            Author(kind=kind or "system", id=author_id, name=name),
        )
        for position, message_id, parent, hidden, deleted, kind, author_id, name in tx.all(
            _MARKS, revision=revision_id, space=scope.space_id
        )
    ]


def message_at(tx: Transaction, scope: SpaceScope, revision_id: str, position: int) -> str | None:
    """Return the message at a place of a revision."""
    row = tx.one(_ONE, revision=revision_id, at=position, space=scope.space_id)
    return None if row is None else str(row[0])


def files_of(tx: Transaction, scope: SpaceScope, revision_id: str) -> dict[tuple[int, int], Pinned]:
    """Return the files of a revision by their places."""
    rows = tx.all(_FILES, revision=revision_id, space=scope.space_id)
    return {(int(row[0]), int(row[1])): Pinned(int(row[0]), int(row[1]), row[2], row[3]) for row in rows}


def drop_files(tx: Transaction, scope: SpaceScope, revision_id: str) -> list[str]:
    """Forget the files of a revision; return the references that are not needed any more."""
    found = [pinned.file_id for pinned in files_of(tx, scope, revision_id).values()]
    tx.run(_DROP_FILES, revision=revision_id, space=scope.space_id)
    return found


def drop_files_of_messages(tx: Transaction, scope: SpaceScope, message_ids: Sequence[str]) -> list[str]:
    """Forget the files of messages in every revision; return the references not needed any more."""
    found = [str(row[0]) for row in tx.all(_FILES_OF_MESSAGES, keys=list(message_ids), space=scope.space_id)]
    if found:
        tx.run(_DROP_FILES_OF_MESSAGES, keys=list(message_ids), space=scope.space_id)
    return found


def _share(row: Row) -> Share:
    return Share(**dict(zip(Share.__struct_fields__, row, strict=True)))
