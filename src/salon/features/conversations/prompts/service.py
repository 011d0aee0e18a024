"""Saved prompts as their callers see them: made, changed in versions, filled in."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.prompts import store
from salon.features.conversations.prompts.models import Prompt, Value, Variable, Version
from salon.features.conversations.prompts.rendering import check, render
from salon.features.conversations.tree import Desk, author_id
from salon.foundation.acts import Ids
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import Conflict, InvalidRequest, NotFound, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Storage, Transaction

MOST_NAME: Final = 100
MOST_NOTE: Final = 1_000
MOST_VERSIONS: Final = 1_000


class PromptChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a prompt besides its versions; what is UNSET stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    live: int | msgspec.UnsetType = msgspec.UNSET
    """The number of the version that is used from now on, an older one too."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A version to be."""

    text: str
    variables: tuple[Variable, ...] = ()
    note: str = ""


class PromptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Prompts by name."""

    items: tuple[Prompt, ...]
    next: str | None


class VersionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, the newest first."""

    items: tuple[Version, ...]
    next: str | None


class Prompts:
    """The prompts of every space, for one caller at a time. They are named by id or by name."""

    def __init__(self, storage: Storage, *, clock: Clock) -> None:
        self._desk = Desk(storage, clock)

    async def list(self, caller: Caller, *, cursor: str | None = None, limit: int = 50) -> PromptPage:
        """Return prompts of the space by name, behind the one that ``cursor`` names."""
        scope, after = SpaceScope(caller.space_id), cursor or ""
        found = await self._desk.storage.read(
            lambda tx: store.list_prompts(tx, scope, after=after, limit=limit + 1)
        )
        page = tuple(found[:limit])
        return PromptPage(items=page, next=page[-1].name if len(found) > limit else None)

    async def get(self, caller: Caller, name: str, *, number: int | None = None) -> tuple[Prompt, Version]:
        """Return a prompt and one of its versions, the live one unless named. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: _with_version(tx, scope, name, number))

    async def create(
        self, caller: Caller, name: str, draft: Draft, *, description: str = "", client_id: str | None = None
    ) -> tuple[Prompt, Version]:
        """Make a prompt with its first version. Raises: InvalidRequest, Conflict, ActDiffers."""
        scope = SpaceScope(caller.space_id)
        _check_names(name, description)
        _check_draft(draft)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            _check_free(tx, scope, name, but=None)
            made = Prompt(
                id=new_id("prm"),
                space_id=scope.space_id,
                created_by=author_id(caller),
                name=name,
                description=description,
                live=1,
                latest=1,
                version=1,
                created_at_ms=now_ms,
                changed_at_ms=now_ms,
            )
            store.add_prompt(tx, scope, made)
            store.add_version(tx, scope, _version(caller, made.id, 1, draft, now_ms=now_ms))
            _tell(tx, caller, "prompt.created", made.id)
            return {"prompt": made.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: _with_version(tx, scope, made["prompt"], None),
            act="prompt.create",
            asked={"name": name, "draft": draft, "description": description},
            client_id=client_id,
        )

    async def change(
        self,
        caller: Caller,
        name: str,
        change: PromptChange,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> tuple[Prompt, Version]:
        """Rename a prompt, describe it, or make another version live; with ``version`` only if unchanged.

        Raises: NotFound, InvalidRequest, Conflict, ChangedMeanwhile, ActDiffers.
        """
        given = msgspec.structs.asdict(change).items()
        sent = {field: value for field, value in given if value is not msgspec.UNSET}

        def changed(tx: Transaction, scope: SpaceScope, had: Prompt, _: int) -> Prompt:
            new = msgspec.structs.replace(had, **sent)
            _check_names(new.name, new.description)
            _check_free(tx, scope, new.name, but=had.id)
            if store.get_version(tx, scope, had.id, new.live) is None:
                raise NotFound(what="version", id=str(new.live))
            return new

        return await self._rewrite(
            caller,
            name,
            changed,
            version=version,
            act="prompt.change",
            asked={"prompt": name, "change": change},
            client_id=client_id,
        )

    async def add_version(
        self,
        caller: Caller,
        name: str,
        draft: Draft,
        *,
        is_live: bool = True,
        version: int | None = None,
        client_id: str | None = None,
    ) -> tuple[Prompt, Version]:
        """Add a version, used from now on unless ``is_live`` is False; return the prompt and that version.

        Raises: NotFound, InvalidRequest, Conflict, ChangedMeanwhile, ActDiffers.
        """
        _check_draft(draft)

        def changed(tx: Transaction, scope: SpaceScope, had: Prompt, now_ms: int) -> Prompt:
            if had.latest >= MOST_VERSIONS:
                raise Conflict(problem=f"A prompt has {MOST_VERSIONS} versions at most. Make another prompt.")
            number = had.latest + 1
            store.add_version(tx, scope, _version(caller, had.id, number, draft, now_ms=now_ms))
            return msgspec.structs.replace(had, latest=number, live=number if is_live else had.live)

        return await self._rewrite(
            caller,
            name,
            changed,
            version=version,
            shows_latest=True,
            act="prompt.add-version",
            asked={"prompt": name, "draft": draft, "is_live": is_live},
            client_id=client_id,
        )

    async def versions(
        self, caller: Caller, name: str, *, cursor: str | None = None, limit: int = 50
    ) -> VersionPage:
        """Return the versions of a prompt, the newest first. Raises: NotFound, InvalidRequest."""
        scope = SpaceScope(caller.space_id)
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise InvalidRequest(field="cursor", problem="Send “next” of the page before, as it was.")
        before = MOST_VERSIONS + 1 if cursor is None else int(cursor)

        def read(tx: Transaction) -> VersionPage:
            prompt = _the_prompt(tx, scope, name)
            found = store.list_versions(tx, scope, prompt.id, before=before, limit=limit + 1)
            page = tuple(found[:limit])
            return VersionPage(items=page, next=str(page[-1].number) if len(found) > limit else None)

        return await self._desk.storage.read(read)

    async def render(
        self, caller: Caller, name: str, values: Mapping[str, Value], *, number: int | None = None
    ) -> str:
        """Return a prompt filled in. Raises: NotFound, InvalidRequest, which names the value."""
        _, found = await self.get(caller, name, number=number)
        return render(found.text, found.variables, values)

    async def remove(self, caller: Caller, name: str, *, client_id: str | None = None) -> None:
        """Delete a prompt with all its versions. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, _: int) -> Ids:
            prompt = _the_prompt(tx, scope, name)
            store.drop_prompt(tx, scope, prompt.id)
            _tell(tx, caller, "prompt.removed", prompt.id)
            return {}

        await self._desk.act(
            caller, do, lambda _tx, _made: None, act="prompt.remove", asked=name, client_id=client_id
        )

    async def _rewrite(
        self,
        caller: Caller,
        name: str,
        changed: Callable[[Transaction, SpaceScope, Prompt, int], Prompt],
        *,
        version: int | None,
        shows_latest: bool = False,
        act: str,
        asked: Any,
        client_id: str | None,
    ) -> tuple[Prompt, Version]:
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, now_ms: int) -> Ids:
            tx.take_turn(f"prompts:{scope.space_id}")
            had = _the_prompt(tx, scope, name)
            if version not in {None, had.version}:
                raise ChangedMeanwhile(what="prompt", id=had.id, version=had.version)
            new = changed(tx, scope, had, now_ms)
            if not store.change_prompt(tx, scope, had, new, now_ms=now_ms):
                raise ChangedMeanwhile(what="prompt", id=had.id, version=had.version)
            _tell(tx, caller, "prompt.changed", had.id)
            return {"prompt": had.id, "shown": new.latest if shows_latest else None}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: _with_version(tx, scope, made["prompt"], made["shown"]),
            act=act,
            asked=asked,
            client_id=client_id,
        )


def _version(caller: Caller, prompt_id: str, number: int, draft: Draft, *, now_ms: int) -> Version:
    return Version(
        prompt_id=prompt_id,
        number=number,
        text=draft.text,
        variables=draft.variables,
        note=draft.note,
        created_by=author_id(caller),
        created_at_ms=now_ms,
    )


def _the_prompt(tx: Transaction, scope: SpaceScope, name: str) -> Prompt:
    found = store.find_prompt(tx, scope, name)
    if found is None:
        raise NotFound(what="prompt", id=name[:100])
    return found


def _with_version(
    tx: Transaction, scope: SpaceScope, name: str, number: int | None
) -> tuple[Prompt, Version]:
    prompt = _the_prompt(tx, scope, name)
    wanted = prompt.live if number is None else number
    found = store.get_version(tx, scope, prompt.id, wanted)
    if found is None:
        raise NotFound(what="version", id=str(wanted))
    return prompt, found


def _check_draft(draft: Draft) -> None:
    check(draft.text, draft.variables)
    if len(draft.note) > MOST_NOTE:
        problem = f"It must have {MOST_NOTE} characters or fewer."
        raise WrongField(field="note", problem=problem, limit=MOST_NOTE)


def _check_names(name: str, description: str) -> None:
    if not 0 < len(name.strip()) <= MOST_NAME or name.startswith("prm_"):
        problem = f"It must have 1 to {MOST_NAME} characters and not begin like an id (prm_)."
        raise WrongField(field="name", problem=problem, limit=MOST_NAME)
    if len(description) > MOST_NOTE:
        problem = f"It must have {MOST_NOTE} characters or fewer."
        raise WrongField(field="description", problem=problem, limit=MOST_NOTE)


def _check_free(tx: Transaction, scope: SpaceScope, name: str, *, but: str | None) -> None:
    other = store.named_prompt(tx, scope, name)
    if other is not None and other.id != but:
        raise Conflict(problem=f"There is a prompt “{other.name}” already.")


def _tell(tx: Transaction, caller: Caller, kind: str, prompt_id: str) -> None:
    event = Event(type=kind, subject=prompt_id, created_by=author_id(caller))
    publish(tx, SpaceScope(caller.space_id), event)
