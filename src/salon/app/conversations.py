"""Puts the conversations together, one function per part."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from salon.features.conversations.answering.attachments import AnswerFiles, GatewaySight
from salon.features.conversations.answering.service import Answering
from salon.features.conversations.answering.store import forget_queue
from salon.features.conversations.exchange.exporting import Exports
from salon.features.conversations.exchange.importing import Imports
from salon.features.conversations.prompts import Prompts
from salon.features.conversations.search import Indexer, Search
from salon.features.conversations.shares import Copies, Pages, Reader, Shares
from salon.features.conversations.sorting import Sorting
from salon.features.conversations.tree import HeldBackup, Tree
from salon.features.turns.asking import GatewayAsks
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.storage import backup as backups
from salon.foundation.workers import Workers
from salon.surfaces.api.services import ConversationServices, SharedDoor

if TYPE_CHECKING:
    from salon.app.house import House

_READERS: Final = 2
"""Exports read at once; they wait for nothing else's workers, and nothing waits for theirs."""
_DAY_S: Final = 24 * 3600.0


async def open_conversations(house: "House") -> None:
    """Make what the routes of conversations work with, and start what goes on behind them."""
    tree = Tree(house.storage, clock=house.clock)
    backups_directory = house.live.current.source.data.path / "backups"
    tree.deletion.backups = lambda: held_backups(backups_directory)
    tree.erasers.add_whole(forget_queue)
    house.tasks.spawn(tree.janitor.run(), name="tidy-conversations")
    indexer = Indexer(house.storage)
    indexer.start()
    house.closing.push_async_callback(indexer.close)
    search = Search(house.storage, indexer)
    answering = open_answering(house)
    tree.erasers.add(answering.eraser)
    house.conversations = ConversationServices(
        tree=tree,
        search=search,
        indexer=indexer,
        exports=open_exports(house),
        imports=await _open_imports(house),
        sorting=Sorting(house.storage, clock=house.clock),
        answering=answering,
        shares=open_shares(house, tree),
        shared=open_shared(house),
        prompts=Prompts(house.storage, clock=house.clock),
    )


def open_shares(house: "House", tree: Tree) -> Shares:
    """Make what shares; what is erased takes its files out of every share."""
    shares = Shares(house.storage, house.files, clock=house.clock)
    tree.erasers.add(shares.forget)
    return shares


def open_shared(house: "House") -> SharedDoor:
    """Make what strangers read shares with."""
    reader = Reader(house.storage, house.files, clock=house.clock)
    copies = Copies(house.storage, house.files, reader, clock=house.clock)
    return SharedDoor(reader=reader, pages=Pages(), copies=copies)


def open_exports(house: "House") -> Exports:
    """Make what exports; the runs are not started before, for it goes on with those left over."""
    exports = Exports(house.storage, house.files, house.runs, clock=house.clock)
    house.closing.push_async_callback(exports.jobs.close)
    return exports


def held_backups(directory: Path) -> list[HeldBackup]:
    """List the backups that still hold what is erased now; each stays until somebody deletes it."""
    return [
        HeldBackup(name=info.path.name, made_at_ms=info.manifest.created_at_ms, expires_at_ms=None)
        for info in backups.list_backups(directory)
    ]


def open_answering(house: "House") -> Answering:
    """Make what has models answer; the runs are not started before, for it goes on with those left over."""
    settings = house.live.current.settings
    answering = Answering(
        house.storage,
        house.runs,
        GatewayAsks(house.gateway),
        accounts=house.accounts,
        models=house.gateway,
        books=house.ledger,
        files=AnswerFiles(
            house.files,
            house.attachments,
            GatewaySight(house.gateway),
            most_bytes=settings.files.max_referred_bytes,
        ),
        clock=house.clock,
        titles_on=lambda: house.live.current.settings.conversations.titles,
        title_model=lambda: house.live.current.settings.conversations.title_model,
    )
    house.closing.push_async_callback(answering.close)
    house.metrics.gauge(
        "salon_answers_at_work",
        "Answers of conversations under way.",
        (),
        lambda: {(): answering.workshop.at_work},
    )
    return answering


async def _open_imports(house: "House") -> Imports:
    """Make the imports, which go on with those of dead processes once the runs start."""

    async def caller_of(created_by: str) -> Caller | None:
        identity = await house.accounts.identity_of_creator(created_by)
        may = identity is not None and identity.caller.has(Right.USE_CONVERSATIONS)
        return identity.caller if identity is not None and may else None

    imports = Imports(
        house.storage,
        house.runs,
        house.files,
        Workers(most=_READERS, wait_s=_DAY_S),
        folder=house.live.current.source.data.path / "incoming",
        caller_of=caller_of,
        clock=house.clock,
    )
    await imports.start()
    house.closing.push_async_callback(imports.close)
    return imports
