"""Where a folder may be, and what says that one changed."""

from typing import Final

from salon.features.conversations.sorting.models import Folder
from salon.features.conversations.tree import author_id
from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.errors import Conflict, NotFound
from salon.foundation.storage import Transaction

MOST_FOLDERS: Final = 1_000
MOST_DEPTH: Final = 20


def check_place(known: list[Folder], folder: Folder) -> None:
    """Refuse a place in itself, too deep, or beside one of the same name. Raises: NotFound, Conflict."""
    parents = {one.id: one.parent_id for one in known}
    if folder.parent_id is not None and folder.parent_id not in parents:
        raise NotFound(what="folder", id=folder.parent_id[:100])
    above, depth = folder.parent_id, 1
    while above is not None:
        if above == folder.id:
            raise Conflict(problem="A folder cannot be moved into itself or into a folder in it.")
        above, depth = parents.get(above), depth + 1
    if depth + _height(known, folder.id) > MOST_DEPTH:
        raise Conflict(problem=f"Folders can be {MOST_DEPTH} deep.")
    for one in known:
        is_beside = one.id != folder.id and one.parent_id == folder.parent_id
        if is_beside and one.name.casefold() == folder.name.casefold():
            raise Conflict(problem=f"There is a folder “{one.name}” in that place already.")


def _height(known: list[Folder], folder_id: str) -> int:
    """Return how many levels of folders are below one."""
    height, level = 0, {folder_id}
    while level := {one.id for one in known if one.parent_id in level}:
        height += 1
    return height


def turn_of(scope: SpaceScope) -> str:
    """Return the name under which changes of the folders of a space wait for each other."""
    return f"folders:{scope.space_id}"


def tell_folder(tx: Transaction, caller: Caller, kind: str, folder_id: str) -> None:
    """Say that a folder is not as it was."""
    event = Event(type=kind, subject=folder_id, created_by=author_id(caller))
    publish(tx, SpaceScope(caller.space_id), event)
