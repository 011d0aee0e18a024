"""The statements of the payload log."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from salon.foundation.kit.caller import Scope, SpaceScope
from salon.foundation.storage import Row, Transaction, insert, statement
from salon.gateway.payloads.models import Payload, PayloadRule
from salon.gateway.payloads.tables import payloads, rules
from salon.gateway.vault.sealing import Stored

_new_rule = insert(rules)
_SET_RULE: Final = statement(
    _new_rule.on_conflict_do_update(
        index_elements=["space_id", "name"],
        set_={"spec": _new_rule.excluded.spec, "updated_at_ms": _new_rule.excluded.updated_at_ms},
    )
)
_RULES: Final = statement(select(rules.c.space_id, rules.c.spec).order_by(rules.c.space_id, rules.c.name))
_DELETE_RULE: Final = statement(
    delete(rules).where(rules.c.space_id == bindparam("space"), rules.c.name == bindparam("rule_name"))
)
_INSERT: Final = statement(insert(payloads))
_PLAIN: Final = tuple(name for name in Payload.__struct_fields__ if name not in {"request", "response"})
_BODIES: Final = tuple(
    column.name for column in payloads.columns if column.name.startswith(("request", "response"))
)[1:]
"""Without ``request_id``."""
_COLUMNS: Final = [payloads.c[name] for name in (*_PLAIN, *_BODIES)]
_OF_SPACE: Final = payloads.c.space_id == bindparam("space")
_ONE: Final = statement(select(*_COLUMNS).where(_OF_SPACE, payloads.c.id == bindparam("payload")))
_PAGE: Final = statement(
    select(*_COLUMNS)
    .where(
        _OF_SPACE,
        payloads.c.started_at_ms >= bindparam("since_ms"),
        payloads.c.started_at_ms < bindparam("until_ms"),
        or_(bindparam("any_key") == 1, payloads.c.key_id == bindparam("key")),
        or_(
            bindparam("any_model") == 1,
            payloads.c.alias == bindparam("model"),
            payloads.c.route == bindparam("model"),
        ),
        or_(
            payloads.c.started_at_ms < bindparam("before_ms"),
            and_(payloads.c.started_at_ms == bindparam("before_ms"), payloads.c.id < bindparam("before_id")),
        ),
    )
    .order_by(payloads.c.started_at_ms.desc(), payloads.c.id.desc())
    .limit(bindparam("most"))
)
_DELETE: Final = statement(delete(payloads).where(_OF_SPACE, payloads.c.id == bindparam("payload")))
_DELETE_BEFORE: Final = statement(
    delete(payloads).where(_OF_SPACE, payloads.c.started_at_ms < bindparam("before_ms"))
)
_EXPIRED: Final = statement(delete(payloads).where(payloads.c.expires_at_ms <= bindparam("now_ms")))
_TOTAL: Final = statement(select(func.coalesce(func.sum(payloads.c.size_bytes), 0)))
_OLDEST: Final = statement(
    select(payloads.c.id, payloads.c.size_bytes)
    .order_by(payloads.c.started_at_ms, payloads.c.id)
    .limit(bindparam("most"))
)
_DROP: Final = statement(delete(payloads).where(payloads.c.id == bindparam("payload")))
_OTHERWISE_SEALED: Final = statement(
    select(payloads.c.id, *(payloads.c[name] for name in _BODIES))
    .where(
        or_(
            payloads.c.request_key_id != bindparam("current"),
            payloads.c.response_key_id != bindparam("current"),
        ),
        payloads.c.id > bindparam("after"),
    )
    .order_by(payloads.c.id)
    .limit(bindparam("most"))
)
_RESEAL: Final = statement(
    update(payloads)
    .where(payloads.c.id == bindparam("payload"))
    .values({name: bindparam(f"new_{name}") for name in _BODIES})
)

Bodies = tuple[Stored, Stored]
"""Request and response."""


def set_rule(tx: Transaction, scope: SpaceScope, rule: PayloadRule, row: dict[str, Any]) -> None:
    """Write a rule, new or changed."""
    spec = msgspec.json.encode(rule).decode()
    tx.run(_SET_RULE, **{**row, "space_id": scope.space_id, "name": rule.name, "spec": spec})


def all_rules(tx: Transaction, scope: Scope) -> list[tuple[str, PayloadRule]]:
    """Return the rules of every space, each with its space."""
    return [(row[0], msgspec.json.decode(row[1], type=PayloadRule)) for row in tx.all(_RULES)]


def delete_rule(tx: Transaction, scope: SpaceScope, name: str) -> int:
    """Remove a rule; return how many there were."""
    return tx.run(_DELETE_RULE, space=scope.space_id, rule_name=name)


def insert_payloads(tx: Transaction, scope: Scope, found: Sequence[tuple[Payload, Bodies]]) -> None:
    """Write payloads."""
    tx.many(_INSERT, [_row(payload, bodies) for payload, bodies in found])


def find(tx: Transaction, scope: SpaceScope, payload_id: str) -> tuple[Payload, Bodies] | None:
    """Return one payload of the space."""
    row = tx.one(_ONE, space=scope.space_id, payload=payload_id)
    return None if row is None else _read(row)


def page(tx: Transaction, scope: SpaceScope, **params: Any) -> list[tuple[Payload, Bodies]]:
    """Return payloads of the space, newest first."""
    return [_read(row) for row in tx.all(_PAGE, space=scope.space_id, **params)]


def remove(tx: Transaction, scope: SpaceScope, payload_id: str) -> int:
    """Delete one payload; return how many there were."""
    return tx.run(_DELETE, space=scope.space_id, payload=payload_id)


def remove_before(tx: Transaction, scope: SpaceScope, before_ms: int) -> int:
    """Delete the payloads of requests that began before a time; return how many."""
    return tx.run(_DELETE_BEFORE, space=scope.space_id, before_ms=before_ms)


def remove_expired(tx: Transaction, scope: Scope, *, now_ms: int) -> int:
    """Delete payloads whose time is over; return how many."""
    return tx.run(_EXPIRED, now_ms=now_ms)


def shrink(tx: Transaction, scope: Scope, *, most_bytes: int, at_once: int = 500) -> int:
    """Delete the oldest payloads until the rest fits; return how many."""
    row = tx.one(_TOTAL)
    over, dropped = (int(row[0]) if row is not None else 0) - most_bytes, 0
    while over > 0:
        oldest = tx.all(_OLDEST, most=at_once)
        if not oldest:
            break
        for payload_id, size in oldest:
            tx.run(_DROP, payload=payload_id)
            over, dropped = over - int(size), dropped + 1
            if over <= 0:
                break
    return dropped


def otherwise_sealed(
    tx: Transaction, scope: Scope, *, current: str, after: str, most: int
) -> list[tuple[str, Bodies]]:
    """Return bodies that another key than ``current`` sealed, by id."""
    return [
        (row[0], _bodies(row[1:]))
        for row in tx.all(_OTHERWISE_SEALED, current=current, after=after, most=most)
    ]


def reseal(tx: Transaction, scope: Scope, payload_id: str, bodies: Bodies) -> None:
    """Put bodies sealed anew in place of the old ones."""
    values = dict(zip(_BODIES, [*bodies[0], *bodies[1]], strict=True))
    tx.run(_RESEAL, payload=payload_id, **{f"new_{name}": value for name, value in values.items()})


def _row(payload: Payload, bodies: Bodies) -> tuple[Any, ...]:
    plain = {name: getattr(payload, name) for name in _PLAIN}
    plain |= {"stream": int(payload.stream), "cut": int(payload.cut)}
    plain |= dict(zip(_BODIES, [*bodies[0], *bodies[1]], strict=True))
    return tuple(plain[column.name] for column in payloads.columns)


def _read(row: Row) -> tuple[Payload, Bodies]:
    values: dict[str, Any] = dict(zip(_PLAIN, row[: len(_PLAIN)], strict=True))
    values |= {"stream": bool(values["stream"]), "cut": bool(values["cut"])}
    payload = Payload(**values)
    return payload, _bodies(row[len(_PLAIN) :])


def _bodies(row: Sequence[Any]) -> Bodies:
    first, second = row[:4], row[4:]
    return (first[0], first[1], first[2], first[3]), (second[0], second[1], second[2], second[3])
