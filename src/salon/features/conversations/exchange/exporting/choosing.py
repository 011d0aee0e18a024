"""Which conversations an export is to have that are not named: those that a filter and a search find."""

from typing import Final

from salon.features.conversations.search import Search, SearchQuery
from salon.features.conversations.sorting import Filter, Sorting
from salon.foundation.kit.caller import Caller
from salon.foundation.kit.errors import InvalidRequest, WrongField

MOST_CHOSEN: Final = 5000
"""So many conversations are found at once; more are exported in parts, or with all."""


async def chosen(
    sorting: Sorting, search: Search, caller: Caller, *, wanted: Filter | None, query: SearchQuery | None
) -> tuple[str, ...]:
    """Return the conversations that fit: those found by both, where both are asked for.

    Raises: InvalidRequest where none fits or too many do, NotFound, NotAllowed.
    """
    sets: list[list[str]] = []
    if wanted is not None:
        sets.append(await sorting.reading.ids(caller, wanted, limit=MOST_CHOSEN + 1))
    if query is not None:
        sets.append(await search.conversations(caller, query, most=MOST_CHOSEN + 1))
    field = "filter" if wanted is not None else "search"
    if any(len(one) > MOST_CHOSEN for one in sets):
        problem = f"More than {MOST_CHOSEN} fit. Narrow it, or say all."
        raise WrongField(field=field, problem=problem, limit=MOST_CHOSEN)
    found = [one for one in sets[0] if all(one in other for other in map(frozenset, sets[1:]))]
    if not found:
        raise InvalidRequest(field=field, problem="No conversation fits.")
    return tuple(found)
