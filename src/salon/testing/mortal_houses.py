"""What lies around conversations in a process that dies: folders, tags, shares, prompts, files, imports.

Before each act the facts and the act are told. Whoever goes on does it again where it may be sent twice, and
then exactly the facts after it hold; else those before it or those after it.
"""

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, cast

from salon.features.conversations.exchange.importing import Imports
from salon.features.conversations.models import Author, Content
from salon.features.conversations.prompts.service import Draft, Prompts
from salon.features.conversations.shares import Links, Shares
from salon.features.conversations.shares.service import NewShare
from salon.features.conversations.sorting import Sorting
from salon.features.conversations.sorting.bulk import Asked
from salon.features.conversations.sorting.models import Filter, Listed, State
from salon.features.conversations.tree import NewMessage, Tree
from salon.features.conversations.tree.conversations import ConversationChange
from salon.foundation.files import Files, LocalBlobs
from salon.foundation.files.models import FileQuery, FileReference
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope
from salon.foundation.kit.clock import SystemClock
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.messages import TextPart
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage, open_storage
from salon.foundation.storage.backup import check
from salon.foundation.storage.migrations import migrate
from salon.foundation.workers import Workers
from salon.testing import exports
from salon.testing.dying import Countdown, DyingStorage, die_after
from salon.testing.house_acts import REPEATED, Act, Facts, after, content_of, nothing, some_act
from salon.testing.lives import Tell

STATE: Final = "state"
CHECKED: Final = "checked"
LIVES_OF_A_SPACE: Final = 12
_ACTS: Final = 14
_ALL: Final = 200
_WAIT_S: Final = 60.0


async def live(order: dict[str, Any], tell: Tell) -> None:
    """Do again what was under way, compare, and go on.

    The order: ``folder`` and ``address`` of the house, the ``space``, the life's ``seed``, ``steps`` or
    seconds (``after_s``) until it dies, and ``kept``: what was told last before, as [facts, act or None].
    """
    storage = await open_storage(order["address"], pool_size=4)
    await migrate(storage, backup=False)
    dice = random.Random(order["seed"])  # noqa: S311 - not for secrets
    countdown = Countdown(order["steps"])
    counted = cast("Storage", DyingStorage(storage, countdown))
    facts, act = order["kept"] or (nothing(), None)
    async with asyncio.timeout(2 * _WAIT_S):
        house = Small(storage, Path(order["folder"]), order["space"])
        await house.start()
        facts = await house.settled(facts, act)
        await house.close()
        checked = await check(storage)
        assert (checked.integrity, checked.broken_references) == ((), ())
        tell(CHECKED)
        if order["after_s"]:
            die_after(order["after_s"])
        house = Small(counted, Path(order["folder"]), order["space"])
        await house.start()
        for _ in range(_ACTS):
            drawn = some_act(facts, dice)
            if drawn is not None:
                tell(STATE, facts, drawn)
                await house.do(drawn)
                facts = after(facts, drawn)
        tell(STATE, facts, None)
        await house.close()
        await storage.close()


class Small:
    """Of a house what this needs, for one space."""

    def __init__(self, storage: Storage, folder: Path, space: str) -> None:
        clock = SystemClock()
        self.caller = Caller(
            kind="person", space_id=SpaceId(space), person_id=PersonId("per_ann"), rights=OWNER_RIGHTS
        )
        self.scope = SpaceScope(self.caller.space_id)
        self.tree = Tree(storage, clock=clock)
        self.sorting = Sorting(storage, clock=clock)
        self.prompts = Prompts(storage, clock=clock)
        self.files = Files(storage, LocalBlobs(folder / "files"), incoming=folder / "incoming", clock=clock)
        links = Links(lambda: [bytes(32)])
        self.shares = Shares(storage, self.files, links=links, clock=clock)
        self.tree.erasers.add(self.shares.forget)
        self.runs = Runs(storage, clock=clock)
        self.imports = Imports(
            storage, self.runs, self.files, Workers(most=1), folder=folder / "incoming",
            caller_of=self._caller_of, clock=clock,
        )  # fmt: skip

    async def _caller_of(self, _created_by: str) -> Caller:
        return self.caller

    async def start(self) -> None:
        """Begin, and go on with imports of the life before: of lives at one database one lives at a time."""
        await self.imports.start()
        await self.runs.start(is_alone=True)

    async def close(self) -> None:
        """Let go of everything but the storage."""
        await self.imports.close()
        await self.runs.close()

    # -- after a death -----------------------------------------------------------------------------
    async def settled(self, facts: Facts, act: Act | None) -> Facts:
        """Do the act that was under way again, and return what holds then; it must be what may hold."""
        await self._until_imported()
        if act is not None and act["kind"] in REPEATED:
            await self.do(act)
            facts = after(facts, act)
        found = await self.facts()
        may_hold = [facts] if act is None or act["kind"] in REPEATED else [facts, after(facts, act)]
        differences = [_difference(found, _sorted(one)) for one in may_hold]
        assert [] in differences, (act, differences)
        return found

    async def facts(self) -> Facts:
        """Return what is there."""
        listed = await self._listed()
        folders = {row.folder.id: row.folder.name for row in await self.sorting.folders.list(self.caller)}
        shares: dict[str, list[list[Any]]] = {}
        page = await self.shares.page(self.caller, conversation_id=None, cursor=None, limit=_ALL)
        for shared in page.items:
            told = [shared.share.revisions, shared.share.revoked_at_ms is not None]
            shares.setdefault(shared.share.conversation_id, []).append(told)
        talks = {
            title: {
                "state": _state(one),
                "folder": folders.get(one.conversation.folder_id or ""),
                "tags": sorted(one.tags),
                "messages": one.conversation.messages,
                "shares": sorted(shares.get(one.conversation.id, [])),
            }
            for title, one in listed.items()
        }
        prompts = (await self.prompts.list(self.caller, limit=_ALL)).items
        files = {file.name: await self._hash(file) for file in await self._files()}
        assert all(size == hash_ for size, hash_ in files.values())
        return _sorted({
            "talks": talks,
            "folders": list(folders.values()),
            "templates": [one.name for one in await self.sorting.templates.list(self.caller)],
            "prompts": {one.name: one.latest for one in prompts},
            "files": {name: hash_ for name, (_, hash_) in files.items()},
        })  # fmt: skip

    async def _listed(self) -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        for state in ("any", "deleted"):
            for one in await self._listed_in(state):
                if not one.conversation.title:
                    continue  # what is left of one that was erased
                assert one.conversation.title not in found, f"{one.conversation.title} is there twice"
                found[one.conversation.title] = one
        return found

    async def _listed_in(self, state: State) -> list[Listed]:
        found: list[Listed] = []
        cursor: str | None = None
        while True:
            wanted = Filter(state=state)
            page = await self.sorting.reading.page(
                self.caller, wanted, order="created", cursor=cursor, limit=_ALL
            )
            found += page.items
            cursor = page.next
            if cursor is None:
                return found

    async def _files(self) -> list[FileReference]:
        """Return the files that were stored; those that came with imports go with their end."""
        found = await self.files.list(self.scope, FileQuery(limit=_ALL))
        return [file for file in found if not file.name.startswith("export-")]

    async def _hash(self, file: FileReference) -> tuple[str, str]:
        told = hashlib.sha256()
        async for chunk in self.files.read(self.scope, file.id):
            told.update(chunk)
        return file.hash, told.hexdigest()

    async def _until_imported(self) -> None:
        async with asyncio.timeout(_WAIT_S):
            while await self._is_importing():  # noqa: ASYNC110 - what is waited for is in the database
                await asyncio.sleep(0.005)

    async def _is_importing(self) -> bool:
        imports = await self.imports.page(self.caller)
        runs = await self.runs.list(self.scope, only_running=True)
        return bool(runs) or any(one.status == "running" for one in imports)

    # -- acts --------------------------------------------------------------------------------------
    async def do(self, act: Act) -> None:
        """Do an act; once more under the same names does nothing, where it may be sent twice."""
        kind = act["kind"]
        if kind in {"create", "rename", "copy", "hide", "archive", "delete", "restore", "erase"}:
            await self._do_talk(act)
        elif kind in {"share", "revise", "revoke"}:
            await self._do_share(act)
        elif kind in {"store", "unstore", "import"}:
            await self._do_file(act)
        else:
            await self._do_sorting(act)

    async def _do_talk(self, act: Act) -> None:
        kind, client = act["kind"], act["client"]
        if kind == "create":
            made = await self.tree.conversations.create(self.caller, title=act["name"], client_id=client)
            said = [_said(f"{act['name']} {number}") for number in range(act["messages"])]
            await self.tree.messages.append(
                self.caller, made.conversation.id, said, after=None, client_id=f"{client}-said"
            )
            return
        own = await self._id(act, act["of"][0])
        if kind == "rename":
            change = ConversationChange(title=act["name"])
            await self.tree.conversations.change(self.caller, own, change, client_id=client)
        elif kind == "copy":
            await self.tree.copying.copy(self.caller, own, what="all", title=act["name"], client_id=client)
        elif kind == "restore":
            await self.tree.deletion.restore_conversation(self.caller, own, client_id=client)
        elif own:
            await self.tree.deletion.conversation(self.caller, own, kind, client_id=client)

    async def _id(self, act: Act, title: str) -> str:
        """Return the id behind a title, or behind what it is called once the act was done."""
        listed = await self._listed()
        found = listed.get(title) or listed.get(act["name"] if act["kind"] == "rename" else title)
        return found.conversation.id if found is not None else ""

    async def _do_sorting(self, act: Act) -> None:
        kind, client, name = act["kind"], act["client"], act["name"]
        if kind == "folder":
            await self.sorting.folders.create(self.caller, name, client_id=client)
        elif kind == "template":
            await self.sorting.templates.create(self.caller, name, settings={}, messages=(), client_id=client)
        elif kind == "prompt":
            await self.prompts.create(self.caller, name, Draft(text=f"Say {name}"), client_id=client)
        elif kind == "version":
            await self.prompts.add_version(self.caller, act["of"][0], Draft(text=f"Say again {name}"))
        else:
            ids = tuple([await self._id(act, title) for title in act["of"]])
            folders = {one.folder.name: one.folder.id for one in await self.sorting.folders.list(self.caller)}
            tags = (name,) if kind == "tag" else ()
            to = folders[act["folder"]] if kind == "move" else None
            asked = Asked(act=kind, ids=ids, folder_id=to, tags=tags)
            await self.sorting.bulk.act(self.caller, asked, client_id=client)

    async def _do_share(self, act: Act) -> None:
        own = await self._id(act, act["of"][0])
        if act["kind"] == "share":
            await self.shares.create(self.caller, NewShare(conversation_id=own, kind="tree"))
            return
        page = await self.shares.page(self.caller, conversation_id=own, cursor=None, limit=_ALL)
        open_ = [one.share for one in page.items if one.share.revoked_at_ms is None]
        newest = max(open_, key=lambda share: share.revisions)
        await (self.shares.revise if act["kind"] == "revise" else self.shares.revoke)(self.caller, newest.id)

    async def _do_file(self, act: Act) -> None:
        if act["kind"] == "store":
            await self.files.store(self.caller, _chunks(content_of(act)), name=act["name"])
            return
        if act["kind"] == "unstore":
            (file,) = [one for one in await self._files() if one.name == act["of"][0]]
            await self.files.delete(self.caller, file.id)
            return
        export = json.dumps([_talk(act, number) for number in range(act["talks"])]).encode()
        file = await self.files.store(self.caller, _chunks(export), name=f"export-{act['name']}")
        await self.imports.begin(self.caller, file.id, keeps_file=False)
        await self._until_imported()


def _talk(act: Act, number: int) -> dict[str, Any]:
    nodes = [
        exports.chatgpt_node(
            f"m{place}", f"m{place - 1}" if place else "root", "user", f"{act['name']} {number} {place}"
        )
        for place in range(act["messages"])
    ]
    own = f"{act['name']}-{number}"
    return exports.chatgpt(own, nodes, nodes[-1]["id"], title=own)


def _said(text: str) -> NewMessage:
    return NewMessage(
        role="user", author=Author(kind="person"), content=Content(parts=(TextPart(text=text),))
    )


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65_536):
        yield data[start : start + 65_536]


def _state(one: Listed) -> str:
    had = one.conversation
    marks = {"deleted": had.deleted_at_ms, "hidden": had.hidden_at_ms, "archived": had.archived_at_ms}
    return next((name for name, at_ms in marks.items() if at_ms is not None), "open")


def _difference(found: Facts, meant: Facts) -> list[tuple[str, str, Any, Any]]:
    """Return where facts differ: place, name, what is there, what was to be there."""
    return [
        (place, name, _at(found[place], name), _at(meant[place], name))
        for place in meant
        for name in {*found[place], *meant[place]}
        if _at(found[place], name) != _at(meant[place], name)
    ]


def _at(place: dict[str, Any] | list[str], name: str) -> Any:
    return place.count(name) if isinstance(place, list) else place.get(name)


def _sorted(facts: Facts) -> Facts:
    """Return the same facts in one order."""
    return {**facts, "folders": sorted(facts["folders"]), "templates": sorted(facts["templates"])}
