"""Doing what a client asks for once: the act and what is kept of it are one transaction."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from salon.foundation.acts.errors import ActDiffers
from salon.foundation.acts.store import drop_acts, find_act, record_act
from salon.foundation.kit.caller import Caller, SpaceScope, SystemScope
from salon.foundation.kit.errors import WrongField
from salon.foundation.storage import Storage, Transaction

Ids = dict[str, Any]
"""What an act made, by ids and figures only: it is kept, and what was said must not be kept twice."""

CLIENT_ID_LETTERS: Final = 200
KEPT_MS: Final = 30 * 24 * 3600 * 1000
"""How long a client may send an act again."""


def fingerprint_of(act: str, asked: Any) -> str:
    """Return what tells one act from another."""
    encoded = msgspec.json.encode((act, msgspec.to_builtins(asked)), order="sorted")
    return hashlib.sha256(encoded).hexdigest()


def once(
    tx: Transaction,
    caller: Caller,
    do: Callable[[], Ids],
    *,
    act: str,
    asked: Any,
    client_id: str | None,
    now_ms: int,
) -> Ids:
    """Do an act, or return what it did when the client sent it before; in the act's own transaction.

    Raises: ActDiffers when the client's id named something else; what ``do`` raises.
    """
    if client_id is None:
        return do()
    known = made_before(tx, caller, act=act, asked=asked, client_id=client_id)
    if known is not None:
        return known
    result = do()
    keep_act(tx, caller, result, act=act, asked=asked, client_id=client_id, now_ms=now_ms)
    return result


def made_before(tx: Transaction, caller: Caller, *, act: str, asked: Any, client_id: str) -> Ids | None:
    """Return what an act made when the client sent it before. Raises: ActDiffers, InvalidRequest."""
    if not 0 < len(client_id) <= CLIENT_ID_LETTERS:
        problem = f"It must have 1 to {CLIENT_ID_LETTERS} characters."
        raise WrongField(field="client_id", problem=problem, limit=CLIENT_ID_LETTERS)
    known = find_act(tx, SpaceScope(caller.space_id), client_id)
    if known is None:
        return None
    if known[0] != fingerprint_of(act, asked):
        raise ActDiffers(client_id=client_id)
    return known[1]


def keep_act(
    tx: Transaction, caller: Caller, made: Ids, *, act: str, asked: Any, client_id: str, now_ms: int
) -> None:
    """Keep what an act made under the client's id, in the transaction that made it."""
    record_act(
        tx,
        SpaceScope(caller.space_id),
        client_id,
        created_by=caller.person_id or caller.key_id,
        fingerprint=fingerprint_of(act, asked),
        result=made,
        now_ms=now_ms,
    )


async def do_once(
    storage: Storage,
    caller: Caller,
    do: Callable[[Transaction], Ids],
    *,
    act: str,
    asked: Any,
    client_id: str | None,
    now_ms: int,
) -> Ids:
    """Do an act in a transaction of its own, or return what it did before. Raises: as ``once``."""
    return await storage.write(
        lambda tx: once(tx, caller, lambda: do(tx), act=act, asked=asked, client_id=client_id, now_ms=now_ms)
    )


async def is_sent_again(storage: Storage, caller: Caller, client_id: str | None) -> bool:
    """Tell whether something was done under a client's id: what must be there for an act is there then."""
    if client_id is None:
        return False
    scope = SpaceScope(caller.space_id)
    return await storage.read(lambda tx: find_act(tx, scope, client_id) is not None)


async def forget_acts(storage: Storage, *, now_ms: int) -> int:
    """Forget the acts that are too old to be sent again; return how many."""
    scope = SystemScope("acts: forget what may not be sent again")
    return await storage.write(lambda tx: drop_acts(tx, scope, before_ms=now_ms - KEPT_MS))
