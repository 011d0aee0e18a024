"""Branches as their callers see them: made from any message, renamed, pinned, moved back and forth."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.models import Branch, Move, MoveKind
from salon.features.conversations.store import conversations as store
from salon.features.conversations.tree.appending import new_branch, turn_of
from salon.features.conversations.tree.desk import Desk, author_id
from salon.features.conversations.tree.lookups import the_branch, the_conversation, the_message
from salon.features.conversations.tree.views import MOST_PAGE, BranchPage, MovePage
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

MOST_NAME_LETTERS: Final = 100


class BranchChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a branch; what is UNSET stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    is_pinned: bool | msgspec.UnsetType = msgspec.UNSET


class Branches:
    """The branches of conversations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        cursor: str | None = None,
        limit: int = MOST_PAGE,
    ) -> BranchPage:
        """Return branches of a conversation that are not deleted, oldest first. Raises: NotFound."""
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> BranchPage:
            the_conversation(tx, scope, conversation_id)
            found = store.branches_after(tx, scope, conversation_id, after=cursor or "", limit=limit + 1)
            return BranchPage(items=tuple(found[:limit]), next=_next(found, limit))

        return await self._desk.storage.read(read)

    async def get(self, caller: Caller, conversation_id: str, branch_id: str) -> Branch:
        """Return a branch. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: the_branch(tx, scope, conversation_id, branch_id))

    async def create(
        self,
        caller: Caller,
        conversation_id: str,
        *,
        name: str,
        head_id: str | None,
        opens: bool = False,
        client_id: str | None = None,
    ) -> Branch:
        """Make a branch that ends in any message of the conversation; None is before its first one.

        With ``opens`` it becomes the branch that opens first. Raises: NotFound, InvalidRequest, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)
        check_name(name)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            the_conversation(tx, scope, conversation_id)
            if head_id is not None:
                the_message(tx, scope, conversation_id, head_id)
            branch = new_branch(
                tx,
                scope,
                conversation_id,
                name=name,
                head_id=head_id,
                created_by=author_id(caller),
                now_ms=now_ms,
            )
            values: dict[str, Any] = {"changed_at_ms": now_ms, **({"branch_id": branch.id} if opens else {})}
            store.change_conversation(tx, scope, conversation_id, **values)
            return {"branch": branch.id}

        asked = {"conversation": conversation_id, "name": name, "head": head_id, "opens": opens}
        return await self._done(
            caller, conversation_id, do, act="branch.create", asked=asked, client_id=client_id
        )

    async def change(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        change: BranchChange,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> Branch:
        """Rename or pin a branch; with ``version`` only if that is still its version.

        Raises: NotFound, InvalidRequest, ChangedMeanwhile, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            had = the_branch(tx, scope, conversation_id, branch_id)
            values: dict[str, Any] = {"changed_at_ms": now_ms}
            if change.name is not msgspec.UNSET:
                values["name"] = check_name(change.name)
            if change.is_pinned is not msgspec.UNSET:
                values["pinned_at_ms"] = (had.pinned_at_ms or now_ms) if change.is_pinned else None
            if not store.change_branch(tx, scope, branch_id, version=version, **values):
                raise ChangedMeanwhile(what="branch", id=branch_id, version=had.version)
            _tell(tx, scope, "branch.changed", had, caller)
            return {"branch": branch_id}

        asked = {"branch": branch_id, "change": change}
        return await self._done(
            caller, conversation_id, do, act="branch.change", asked=asked, client_id=client_id
        )

    async def move(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        *,
        to: str | None,
        kind: MoveKind,
        version: int | None = None,
        client_id: str | None = None,
    ) -> Branch:
        """Let a branch end in another message of its conversation, and keep where it ended before.

        Raises: NotFound, ChangedMeanwhile, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            had = the_branch(tx, scope, conversation_id, branch_id)
            if version is not None and had.version != version:
                raise ChangedMeanwhile(what="branch", id=branch_id, version=had.version)
            if to is not None:
                the_message(tx, scope, conversation_id, to)
            move_head(tx, scope, had, to=to, kind=kind, created_by=author_id(caller), now_ms=now_ms)
            return {"branch": branch_id}

        asked = {"branch": branch_id, "to": to, "kind": kind}
        return await self._done(
            caller, conversation_id, do, act="branch.move", asked=asked, client_id=client_id
        )

    async def undo(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        *,
        move_id: str | None = None,
        client_id: str | None = None,
    ) -> Branch:
        """Let a branch end where it did before a move: the one named, else the last.

        What it said since stays in the tree, and this is a move too. Raises: NotFound, Conflict when the
        branch was never moved, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(turn_of(conversation_id))
            had = the_branch(tx, scope, conversation_id, branch_id)
            before = _place_before(store.list_moves(tx, scope, branch_id), move_id)
            move_head(tx, scope, had, to=before, kind="restore", created_by=author_id(caller), now_ms=now_ms)
            return {"branch": branch_id}

        asked = {"branch": branch_id, "move": move_id}
        return await self._done(
            caller, conversation_id, do, act="branch.undo", asked=asked, client_id=client_id
        )

    async def moves(
        self,
        caller: Caller,
        conversation_id: str,
        branch_id: str,
        *,
        cursor: str | None = None,
        limit: int = MOST_PAGE,
    ) -> MovePage:
        """Return where a branch ended before, oldest first. Raises: NotFound."""
        scope, limit = SpaceScope(caller.space_id), min(limit, MOST_PAGE)

        def read(tx: Transaction) -> MovePage:
            the_branch(tx, scope, conversation_id, branch_id)
            found = store.moves_after(tx, scope, branch_id, after=cursor or "", limit=limit + 1)
            return MovePage(items=tuple(found[:limit]), next=_next(found, limit))

        return await self._desk.storage.read(read)

    async def _done(
        self,
        caller: Caller,
        conversation_id: str,
        do: Callable[[Transaction, int], Ids],
        *,
        act: str,
        asked: Any,
        client_id: str | None,
    ) -> Branch:
        scope = SpaceScope(caller.space_id)
        return await self._desk.act(
            caller,
            do,
            lambda tx, made: the_branch(tx, scope, conversation_id, made["branch"], or_deleted=True),
            act=act,
            asked=asked,
            client_id=client_id,
        )


def check_name(name: str) -> str:
    """Return a branch's name. Raises: InvalidRequest for none, or one that is too long."""
    if not name.strip() or len(name) > MOST_NAME_LETTERS:
        problem = f"It must have 1 to {MOST_NAME_LETTERS} characters."
        raise WrongField(field="name", problem=problem, limit=MOST_NAME_LETTERS)
    return name


def move_head(
    tx: Transaction,
    scope: SpaceScope,
    branch: Branch,
    *,
    to: str | None,
    kind: MoveKind,
    created_by: str | None,
    now_ms: int,
) -> None:
    """Let a branch end elsewhere, keep where it ended, and tell of it."""
    move = Move(
        id=new_id("mov"),
        space_id=scope.space_id,
        created_by=created_by,
        conversation_id=branch.conversation_id,
        branch_id=branch.id,
        kind=kind,
        from_id=branch.head_id,
        to_id=to,
        created_at_ms=now_ms,
    )
    store.insert_move(tx, scope, move)
    store.change_branch(tx, scope, branch.id, head_id=to, changed_at_ms=now_ms)
    store.change_conversation(tx, scope, branch.conversation_id, changed_at_ms=now_ms)
    data = {"conversation": branch.conversation_id, "head": to, "from": branch.head_id, "kind": kind}
    publish(tx, scope, Event(type="branch.moved", subject=branch.id, data=data, created_by=created_by))


def _place_before(moves: list[Move], move_id: str | None) -> str | None:
    if move_id is None:
        if not moves:
            raise Conflict(problem="This branch was never moved, so there is nothing to go back to.")
        return moves[-1].from_id
    for move in moves:
        if move.id == move_id:
            return move.from_id
    raise NotFound(what="move", id=move_id[:100])


def _tell(tx: Transaction, scope: SpaceScope, kind: str, branch: Branch, caller: Caller) -> None:
    data = {"conversation": branch.conversation_id}
    publish(tx, scope, Event(type=kind, subject=branch.id, data=data, created_by=author_id(caller)))


def _next(found: Sequence[Branch] | Sequence[Move], limit: int) -> str | None:
    return found[limit - 1].id if len(found) > limit else None
