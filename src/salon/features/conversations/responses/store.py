"""All SQL of the stored responses."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select, update

from salon.features.conversations.responses.models import StoredResponse
from salon.features.conversations.responses.tables import response_items, responses
from salon.features.conversations.store.rows import opened, sealed
from salon.foundation.kit.caller import SpaceScope, SystemScope
from salon.foundation.storage import Row, Transaction, insert, statement
from salon.gateway.protocols.wire_json import objects_in

_COLUMNS = tuple(name for name in StoredResponse.__struct_fields__ if name != "told")
_columns = (*(responses.c[name] for name in _COLUMNS), responses.c.body_cipher, responses.c.body)
_in_space = (responses.c.id == bindparam("key"), responses.c.space_id == bindparam("space"))
_INSERT = statement(responses.insert())
_GET = statement(select(*_columns).where(*_in_space))
_BY_RUN = statement(select(*_columns).where(responses.c.run_id == bindparam("run")))
_END = statement(
    update(responses)
    .where(*_in_space)
    .values(
        message_id=bindparam("new_message"),
        asked_id=bindparam("new_asked"),
        status=bindparam("new_status"),
        body=bindparam("new_body"),
        body_cipher=bindparam("new_cipher"),
    )
)
_of_messages = (
    responses.c.message_id.in_(bindparam("keys", expanding=True))
    | responses.c.asked_id.in_(bindparam("keys", expanding=True)),
    responses.c.space_id == bindparam("space"),
)
_expired = (responses.c.expires_at_ms <= bindparam("now_ms"),)
_DELETE = statement(delete(responses).where(*_in_space))
_OF_MESSAGES = statement(delete(responses).where(*_of_messages))
_DELETE_EXPIRED = statement(delete(responses).where(*_expired))
_FORGET_ITEMS, _FORGET_ITEMS_OF_MESSAGES, _FORGET_EXPIRED_ITEMS = (
    statement(
        delete(response_items).where(response_items.c.response_id.in_(select(responses.c.id).where(*which)))
    )
    for which in (_in_space, _of_messages, _expired)
)
_INSERT_ITEM = statement(
    insert(response_items).on_conflict_do_nothing(index_elements=["response_id", "item_id"])
)
_WITH_ITEMS = statement(
    select(response_items.c.item_id, response_items.c.response_id)
    .where(
        response_items.c.item_id.in_(bindparam("keys", expanding=True)),
        response_items.c.space_id == bindparam("space"),
    )
    .order_by(response_items.c.created_at_ms, response_items.c.response_id)
)
_AT_ONCE: Final = 500


def insert_response(tx: Transaction, scope: SpaceScope, response: StoredResponse) -> None:
    """Write a new response."""
    assert response.space_id == scope.space_id
    values = msgspec.structs.asdict(response)
    body = msgspec.json.encode(values.pop("told"))
    tx.run(_INSERT, **{**values, "is_background": int(response.is_background), **sealed("body", body)})
    _note_items(tx, response)


def get_response(tx: Transaction, scope: SpaceScope, response_id: str) -> StoredResponse | None:
    """Return a response of the space."""
    row = tx.one(_GET, key=response_id, space=scope.space_id)
    return None if row is None else _response(row)


def response_of_run(tx: Transaction, _scope: SystemScope, run_id: str) -> StoredResponse | None:
    """Return the response that a run of the background makes."""
    row = tx.one(_BY_RUN, run=run_id)
    return None if row is None else _response(row)


def end_response(tx: Transaction, scope: SpaceScope, response: StoredResponse) -> bool:
    """Write how a response ended; False if it was deleted meanwhile."""
    body = sealed("body", msgspec.json.encode(response.told))
    changed = tx.run(
        _END,
        key=response.id,
        space=scope.space_id,
        new_message=response.message_id,
        new_asked=response.asked_id,
        new_status=response.status,
        new_body=body["body"],
        new_cipher=body["body_cipher"],
    )
    if changed:
        _note_items(tx, response)
    return changed > 0


def responses_with(tx: Transaction, scope: SpaceScope, item_ids: Sequence[str]) -> dict[str, StoredResponse]:
    """Return, by item, the latest stored response of the space that gave it."""
    places: dict[str, str] = {}
    for start in range(0, len(item_ids), _AT_ONCE):
        keys = list(item_ids[start : start + _AT_ONCE])
        places.update(
            (str(row[0]), str(row[1])) for row in tx.all(_WITH_ITEMS, keys=keys, space=scope.space_id)
        )
    found = {key: get_response(tx, scope, key) for key in set(places.values())}
    return {item: response for item, key in places.items() if (response := found[key]) is not None}


def delete_response(tx: Transaction, scope: SpaceScope, response_id: str) -> bool:
    """Delete a response; its messages stay with the tree."""
    tx.run(_FORGET_ITEMS, key=response_id, space=scope.space_id)
    return tx.run(_DELETE, key=response_id, space=scope.space_id) > 0


def forget_messages(tx: Transaction, scope: SpaceScope, ids: Sequence[str]) -> None:
    """Delete the responses that were made of messages: an ``Eraser`` of the tree."""
    if ids:
        tx.run(_FORGET_ITEMS_OF_MESSAGES, keys=list(ids), space=scope.space_id)
        tx.run(_OF_MESSAGES, keys=list(ids), space=scope.space_id)


def delete_expired(tx: Transaction, _scope: SystemScope, *, now_ms: int) -> int:
    """Delete responses whose time is over; return how many."""
    tx.run(_FORGET_EXPIRED_ITEMS, now_ms=now_ms)
    return tx.run(_DELETE_EXPIRED, now_ms=now_ms)


def _note_items(tx: Transaction, response: StoredResponse) -> None:
    rows = [
        {
            "response_id": response.id,
            "item_id": item["id"],
            "space_id": response.space_id,
            "created_at_ms": response.created_at_ms,
        }
        for item in objects_in(response.told.get("output"))
        if isinstance(item.get("id"), str)
    ]
    if rows:
        tx.many(_INSERT_ITEM, rows)


def _response(row: Row) -> StoredResponse:
    *plain, cipher, body = row
    values: dict[str, Any] = dict(zip(_COLUMNS, plain, strict=True))
    values["is_background"] = bool(values["is_background"])
    return StoredResponse(**values, told=msgspec.json.decode(opened(cipher, body) or b"{}"))
