"""Tags: words that a space puts on its conversations."""

from typing import Final

from salon.features.conversations.sorting import store
from salon.features.conversations.sorting.models import Tag
from salon.features.conversations.tree import Desk
from salon.foundation.acts import Ids
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound, WrongField
from salon.foundation.storage import Transaction

MOST_NAME: Final = 100


class Tags:
    """The tags of every space, for one caller at a time. They are made by putting them on something."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, caller: Caller) -> list[Tag]:
        """Return the tags of the space by name, with how many conversations have each."""
        scope = SpaceScope(caller.space_id)
        return await self._desk.storage.read(lambda tx: store.list_tags(tx, scope))

    async def rename(self, caller: Caller, tag_id: str, name: str, *, client_id: str | None = None) -> None:
        """Rename a tag.

        Raises: InvalidRequest, NotFound, Conflict when there is another of that name, ActDiffers.
        """
        check_tag(name)
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, _: int) -> Ids:
            other = store.tag_ids(tx, scope, [name.strip()]).get(name.strip().casefold())
            if other is not None and other != tag_id:
                raise Conflict(problem=f"There is a tag “{name.strip()}” already.")
            if not store.rename_tag(tx, scope, tag_id, name.strip()):
                raise NotFound(what="tag", id=tag_id[:100])
            return {}

        await self._desk.act(
            caller,
            do,
            lambda _tx, _made: None,
            act="tag.rename",
            asked={"tag": tag_id, "name": name},
            client_id=client_id,
        )

    async def remove(self, caller: Caller, tag_id: str, *, client_id: str | None = None) -> None:
        """Delete a tag, and take it from everything that has it. Raises: NotFound, ActDiffers."""
        scope = SpaceScope(caller.space_id)

        def do(tx: Transaction, _: int) -> Ids:
            if not store.drop_tag(tx, scope, tag_id):
                raise NotFound(what="tag", id=tag_id[:100])
            return {}

        await self._desk.act(
            caller, do, lambda _tx, _made: None, act="tag.remove", asked=tag_id, client_id=client_id
        )


def check_tag(name: str) -> None:
    """Refuse a name that is empty or too long. Raises: InvalidRequest."""
    if not 0 < len(name.strip()) <= MOST_NAME:
        raise WrongField(field="tags", problem=f"A tag has 1 to {MOST_NAME} characters.", limit=MOST_NAME)
