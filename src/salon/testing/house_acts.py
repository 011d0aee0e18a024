"""Random acts on what lies around conversations, and a model of what must be there after each of them.

The model is plain JSON, so that it outlives a process: what is known of a space by names, never by ids.
"""

import copy
import hashlib
import random
from collections.abc import Callable
from typing import Any, Final

ACTS: Final = (
    "create", "create", "rename", "hide", "archive", "delete", "restore", "erase", "folder", "move", "tag",
    "template", "prompt", "version", "share", "revise", "revoke", "store", "store", "unstore", "copy",
    "import",
)  # fmt: skip
REPEATED: Final = frozenset(
    ("create", "rename", "hide", "archive", "delete", "restore", "erase", "folder", "move", "tag", "template",
     "prompt", "copy", "import"),
)  # fmt: skip
"""Acts that may be sent twice: under a client's id, or, of an import, because it adds nothing then."""
_STATES: Final = {"hide": "hidden", "archive": "archived", "delete": "deleted"}

Act = dict[str, Any]
Facts = dict[str, Any]


def nothing() -> Facts:
    """Return what is known of an empty space."""
    return {"talks": {}, "folders": [], "templates": [], "prompts": {}, "files": {}}


def talk(*, messages: int = 0) -> Facts:
    """Return what is known of a new conversation."""
    return {"state": "open", "folder": None, "tags": [], "messages": messages, "shares": []}


def content_of(act: Act) -> bytes:
    """Return the bytes of a file to store."""
    return random.Random(act["name"]).randbytes(act["size"])  # noqa: S311 - not for secrets


def some_act(facts: Facts, dice: random.Random) -> Act | None:
    """Draw an act that the facts allow; None when the one drawn is not possible now."""
    kind, name = dice.choice(ACTS), f"n{dice.getrandbits(50):x}"
    open_ = sorted(title for title, one in facts["talks"].items() if one["state"] == "open")
    act: Act = {"kind": kind, "name": name, "client": f"c-{name}"}
    if kind in {"create", "folder", "template", "prompt"}:
        return {**act, "messages": dice.randint(1, 3)}
    if kind == "store":
        return {**act, "size": dice.choice((10, 5_000, 300_000))}
    if kind == "import":
        return {**act, "talks": dice.randint(1, 12), "messages": dice.randint(1, 30)}
    wanted = {
        "restore": sorted(title for title, one in facts["talks"].items() if one["state"] != "open"),
        "erase": sorted(facts["talks"]),
        "version": sorted(facts["prompts"]),
        "unstore": sorted(facts["files"]),
        "revise": [title for title in open_ if _shared(facts, title)],
        "revoke": [title for title in open_ if _shared(facts, title)],
    }.get(kind, open_)
    if not wanted or (kind == "move" and not facts["folders"]):
        return None
    chosen = dice.sample(wanted, min(len(wanted), 3)) if kind in {"move", "tag"} else [dice.choice(wanted)]
    return {**act, "of": chosen, "folder": dice.choice(facts["folders"] or [""])}


def after(facts: Facts, act: Act) -> Facts:
    """Return what must be there once an act was done."""
    done = copy.deepcopy(facts)
    _DO.get(act["kind"], _mark)(done, act)
    return done


def _shared(facts: Facts, title: str) -> list[list[Any]]:
    return [one for one in facts["talks"][title]["shares"] if not one[1]]


def _create(done: Facts, act: Act) -> None:
    done["talks"][act["name"]] = talk(messages=act["messages"])


def _rename(done: Facts, act: Act) -> None:
    done["talks"][act["name"]] = done["talks"].pop(act["of"][0])


def _copy(done: Facts, act: Act) -> None:
    done["talks"][act["name"]] = talk(messages=done["talks"][act["of"][0]]["messages"])


def _import(done: Facts, act: Act) -> None:
    for number in range(act["talks"]):
        done["talks"][f"{act['name']}-{number}"] = talk(messages=act["messages"])


def _mark(done: Facts, act: Act) -> None:
    done["talks"][act["of"][0]]["state"] = _STATES[act["kind"]]


def _restore(done: Facts, act: Act) -> None:
    done["talks"][act["of"][0]]["state"] = "open"


def _erase(done: Facts, act: Act) -> None:
    del done["talks"][act["of"][0]]


def _move(done: Facts, act: Act) -> None:
    for title in act["of"]:
        done["talks"][title]["folder"] = act["folder"]


def _tag(done: Facts, act: Act) -> None:
    for title in act["of"]:
        done["talks"][title]["tags"] = sorted({*done["talks"][title]["tags"], act["name"]})


def _share(done: Facts, act: Act) -> None:
    done["talks"][act["of"][0]]["shares"] = sorted([*done["talks"][act["of"][0]]["shares"], [1, False]])


def _of_newest(done: Facts, act: Act, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the share of the most revisions that is not revoked."""
    shares = done["talks"][act["of"][0]]["shares"]
    newest = max(one for one in shares if not one[1])
    shares[shares.index(newest)] = change(newest)
    shares.sort()


def _revise(done: Facts, act: Act) -> None:
    _of_newest(done, act, lambda one: [one[0] + 1, False])


def _revoke(done: Facts, act: Act) -> None:
    _of_newest(done, act, lambda one: [one[0], True])


def _store(done: Facts, act: Act) -> None:
    done["files"][act["name"]] = hashlib.sha256(content_of(act)).hexdigest()


def _folder(done: Facts, act: Act) -> None:
    done["folders"].append(act["name"])


def _template(done: Facts, act: Act) -> None:
    done["templates"].append(act["name"])


def _prompt(done: Facts, act: Act) -> None:
    done["prompts"][act["name"]] = 1


def _version(done: Facts, act: Act) -> None:
    done["prompts"][act["of"][0]] += 1


def _unstore(done: Facts, act: Act) -> None:
    del done["files"][act["of"][0]]


_DO: Final = {
    "create": _create, "rename": _rename, "copy": _copy, "import": _import, "restore": _restore,
    "erase": _erase, "move": _move, "tag": _tag, "share": _share, "revise": _revise, "revoke": _revoke,
    "store": _store, "folder": _folder, "template": _template, "prompt": _prompt, "version": _version,
    "unstore": _unstore,
}  # fmt: skip
