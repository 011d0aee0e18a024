"""Reading what a person typed: words, "phrases", -without, beginnings*, and filters like ``tag:work``.

Nothing is a syntax error: what is no filter that is known is words.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, cast, get_args

import msgspec

from salon.features.conversations.indexing.words import sought
from salon.features.conversations.search.models import SearchQuery, Term
from salon.foundation.messages import Role

MOST_TERMS: Final = 32
_ROLES: Final = frozenset(get_args(Role))
_WORD: Final = re.compile(
    r'(?P<minus>-)?(?:(?P<name>[a-z]+):)?(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<bare>[^\s"]+))(?P<star>\*)?'
)
_DAY_MS: Final = 86_400_000
_LISTS: Final = {"tag": "tags", "folder": "folders", "model": "models", "author": "authors",
                 "in": "conversations"}  # fmt: skip


def parse(text: str) -> SearchQuery:
    """Return what ``text`` asks for."""
    lists: dict[str, list[Any]] = {}
    values: dict[str, Any] = {}
    for match in _WORD.finditer(text):
        if not match["minus"] and match["name"] and _take_filter(match, lists, values):
            continue
        term = _term(match)
        if term is not None:
            lists.setdefault("without" if match["minus"] else "terms", []).append(term)
    bounded = {name: tuple(dict.fromkeys(found))[:MOST_TERMS] for name, found in lists.items()}
    return SearchQuery(**bounded, **values)


def narrowed(query: SearchQuery, **filters: Any) -> SearchQuery:
    """Return ``query`` with filters beside those it has; None and empty ones change nothing."""
    changed: dict[str, Any] = {}
    for name, value in filters.items():
        if isinstance(value, list | tuple):
            more = tuple(cast("list[Any]", value))
            if more:
                changed[name] = (*getattr(query, name), *more)
        elif value is not None and value is not False:
            changed[name] = value
    return msgspec.structs.replace(query, **changed)


def _take_filter(match: re.Match[str], lists: dict[str, list[Any]], values: dict[str, Any]) -> bool:
    """Take a filter; False if it is none, and so words."""
    name, value = match["name"], match["quoted"] if match["quoted"] is not None else match["bare"]
    if not value:
        return False
    if name in _LISTS:
        lists.setdefault(_LISTS[name], []).append(value)
    elif name == "role" and value in _ROLES:
        lists.setdefault("roles", []).append(value)
    elif name == "has" and value in {"file", "files"}:
        values["has_file"] = True
    elif name in _DATES:
        at_ms = _DATES[name](value)
        if at_ms is None:
            return False
        values[f"{name}_ms"] = at_ms
    else:
        return False
    return True


def _day_ms(value: str) -> int | None:
    """Return the start of a day, a month or a year in UTC."""
    for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            return int(datetime.strptime(value, form).replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            continue
    return None


_DATES: Final[dict[str, Callable[[str], int | None]]] = {"after": _day_ms, "before": _day_ms}


def _term(match: re.Match[str]) -> Term | None:
    text = match["quoted"] if match["quoted"] is not None else match["bare"]
    if match["name"]:
        text = f"{match['name']}:{text}"
    is_open = bool(match["star"]) or (match["quoted"] is None and text.endswith("*"))
    found, ends_open = sought(text)
    return Term(found[:MOST_TERMS], is_open or ends_open) if found else None
