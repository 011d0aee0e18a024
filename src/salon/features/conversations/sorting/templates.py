"""Templates: settings and first messages of new conversations."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from salon.features.conversations.errors import ChangedMeanwhile
from salon.features.conversations.named_files import named_in
from salon.features.conversations.sorting import store
from salon.features.conversations.sorting.models import Template, TemplateMessage
from salon.features.conversations.tree import (
    ConversationView,
    Desk,
    NewMessage,
    append,
    author_id,
    begin,
    blank,
    the_branch,
)
from salon.features.conversations.tree.conversations import check_settings, check_title, view_of
from salon.foundation.files import check_named
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound, TooLarge, WrongField
from salon.foundation.kit.ids import new_id
from salon.foundation.storage import Transaction

MOST_NAME: Final = 100
MOST_TEMPLATES: Final = 500
MOST_MESSAGES: Final = 100
MOST_BYTES: Final = 512 * 1024


class TemplateChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a template; what is UNSET stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    settings: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """All settings, in place of those it had."""
    messages: tuple[TemplateMessage, ...] | msgspec.UnsetType = msgspec.UNSET
    """All messages, in place of those it had."""


class Templates:
    """The templates of every space, for one caller at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, caller: Caller) -> list[Template]:
        """Return the templates of the space by name."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: store.list_templates(tx, scope))

    async def get(self, caller: Caller, template_id: str) -> Template:
        """Return a template. Raises: NotFound."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: _the_template(tx, scope, template_id))

    async def create(
        self,
        caller: Caller,
        name: str,
        *,
        settings: dict[str, Any],
        messages: Sequence[TemplateMessage],
        client_id: str | None = None,
    ) -> Template:
        """Make a template.

        Raises: InvalidRequest, Conflict for a taken name, TooLarge, FileMissing, ActDiffers.
        """
        scope, first = SpaceScope(caller.space_id), tuple(messages)
        _check(name, settings, first)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            known = store.list_templates(tx, scope)
            if len(known) >= MOST_TEMPLATES:
                raise Conflict(
                    problem=f"This space has {MOST_TEMPLATES} templates already. Delete some first."
                )
            _check_name_free(known, name, but=None)
            made = Template(
                id=new_id("tpl"),
                space_id=scope.space_id,
                created_by=author_id(caller),
                name=name,
                settings=settings,
                messages=first,
                version=1,
                created_at_ms=now_ms,
                changed_at_ms=now_ms,
            )
            _check_files(tx, scope, first)
            store.add_template(tx, scope, made)
            return {"template": made.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: _the_template(tx, scope, made["template"]),
            act="template.create",
            asked={"name": name, "settings": settings, "messages": first},
            client_id=client_id,
        )

    async def change(
        self,
        caller: Caller,
        template_id: str,
        change: TemplateChange,
        *,
        version: int | None = None,
        client_id: str | None = None,
    ) -> Template:
        """Change a template; with ``version`` only if that is still its own.

        Raises: NotFound, InvalidRequest, Conflict, ChangedMeanwhile, TooLarge, FileMissing, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)
        sent = {
            name: value
            for name, value in msgspec.structs.asdict(change).items()
            if value is not msgspec.UNSET
        }

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            had = _the_template(tx, scope, template_id)
            new = msgspec.structs.replace(had, **sent)
            _check(new.name, new.settings, new.messages)
            if "messages" in sent:
                _check_files(tx, scope, new.messages)
            _check_name_free(store.list_templates(tx, scope), new.name, but=had.id)
            if version not in {None, had.version} or not store.change_template(
                tx, scope, had, new, now_ms=now_ms
            ):
                raise ChangedMeanwhile(what="template", id=had.id, version=had.version)
            return {"template": had.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: _the_template(tx, scope, made["template"]),
            act="template.change",
            asked={"template": template_id, "change": change},
            client_id=client_id,
        )

    async def remove(self, caller: Caller, template_id: str, *, client_id: str | None = None) -> None:
        """Delete a template; conversations that were made from it stay. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, _: int) -> dict[str, Any]:
            if not store.drop_template(tx, scope, template_id):
                raise NotFound(what="template", id=template_id[:100])
            return {}

        await self._desk.act(
            caller, do, lambda _tx, _made: None, act="template.remove", asked=template_id, client_id=client_id
        )

    async def use(
        self, caller: Caller, template_id: str, *, title: str = "", client_id: str | None = None
    ) -> ConversationView:
        """Make a conversation of a template, with its settings and first messages.

        Raises: NotFound, InvalidRequest, ActDiffers.
        """
        scope = SpaceScope(caller.space_id)
        check_title(title)

        def do(tx: Transaction, now_ms: int) -> dict[str, Any]:
            template = _the_template(tx, scope, template_id)
            made = begin(
                tx,
                scope,
                blank(
                    scope,
                    title=title,
                    settings=template.settings,
                    kind="chat",
                    created_by=author_id(caller),
                    now_ms=now_ms,
                ),
            )
            if template.messages:
                _say(tx, caller, made.id, str(made.branch_id), template.messages, now_ms=now_ms)
            return {"conversation": made.id}

        return await self._desk.act(
            caller,
            do,
            lambda tx, made: view_of(tx, scope, made["conversation"]),
            act="template.use",
            asked={"template": template_id, "title": title},
            client_id=client_id,
        )


def files_of_templates(tx: Transaction, scope: SpaceScope) -> list[str]:
    """Return the files that templates of the space name."""
    return named_in(one.content for each in store.list_templates(tx, scope) for one in each.messages)


def _say(
    tx: Transaction,
    caller: Caller,
    conversation_id: str,
    branch_id: str,
    messages: Sequence[TemplateMessage],
    *,
    now_ms: int,
) -> None:
    scope = SpaceScope(caller.space_id)
    new = [NewMessage(role=one.role, author=one.author, content=one.content) for one in messages]
    branch = the_branch(tx, scope, conversation_id, branch_id)
    append(tx, scope, branch, new, after=None, created_by=author_id(caller), now_ms=now_ms)


def _the_template(tx: Transaction, scope: SpaceScope, template_id: str) -> Template:
    found = store.get_template(tx, scope, template_id)
    if found is None:
        raise NotFound(what="template", id=template_id[:100])
    return found


def _check(name: str, settings: dict[str, Any], messages: Sequence[TemplateMessage]) -> None:
    if not 0 < len(name.strip()) <= MOST_NAME:
        problem = f"It must have 1 to {MOST_NAME} characters."
        raise WrongField(field="name", problem=problem, limit=MOST_NAME)
    check_settings(settings)
    if len(messages) > MOST_MESSAGES:
        raise WrongField(field="messages", problem=f"Send {MOST_MESSAGES} or fewer.", limit=MOST_MESSAGES)
    if len(msgspec.json.encode(messages)) > MOST_BYTES:
        raise TooLarge(what="template", field="messages", limit_bytes=MOST_BYTES)


def _check_files(tx: Transaction, scope: SpaceScope, messages: Sequence[TemplateMessage]) -> None:
    check_named(tx, scope, named_in(one.content for one in messages))


def _check_name_free(known: Sequence[Template], name: str, *, but: str | None) -> None:
    for one in known:
        if one.id != but and one.name.casefold() == name.casefold():
            raise Conflict(problem=f"There is a template “{one.name}” already.")
