"""Puts the conversations together, one function per part."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from salon.app.answering import make_answering
from salon.app.responses import open_responses
from salon.app.temporary import open_temporary
from salon.features.conversations.answering.attachments import AnswerFiles
from salon.features.conversations.answering.service import Answering
from salon.features.conversations.answering.store import files_that_wait, forget_queue
from salon.features.conversations.erasing_files import FileEraser
from salon.features.conversations.exchange.exporting import ExportEraser, Exports
from salon.features.conversations.exchange.importing import Imports, forget_reported
from salon.features.conversations.prompts import Prompts
from salon.features.conversations.search import Indexer, Search
from salon.features.conversations.shares import Copies, Links, Pages, Reader, Shares, forget_names
from salon.features.conversations.sorting import Sorting, files_of_templates
from salon.features.conversations.tree import HeldBackup, Tree
from salon.foundation.kit.caller import Caller, Right
from salon.foundation.storage import backup as backups
from salon.foundation.workers import Workers
from salon.surfaces.api.services import ConversationServices, SharedDoor

if TYPE_CHECKING:
    from salon.app.house import House

FILE_USERS: Final = (files_of_templates, files_that_wait)
"""What names files besides messages: a file that one of them names is not erased with a message."""
WHOLE_ERASERS: Final = (forget_queue, forget_names, forget_reported)
"""Who keeps words of a conversation besides its messages, and forgets them when all of it is erased."""
_READERS: Final = 2
"""Exports read at once; they wait for nothing else's workers, and nothing waits for theirs."""
_DAY_S: Final = 24 * 3600.0


async def open_conversations(house: "House") -> ConversationServices:
    """Make what the routes of conversations work with, and start what goes on behind them."""
    imports = await _open_imports(house)  # first: it alone can fail, and then nothing was begun
    tree = Tree(house.storage, clock=house.clock)
    backups_directory = house.live.current.source.data.path / "backups"
    tree.deletion.backups = lambda: held_backups(
        backups_directory, keep_days=house.live.current.settings.storage.keep_backups_days
    )
    for eraser in WHOLE_ERASERS:
        tree.erasers.add_whole(eraser)
    tree.erasers.add_space(ExportEraser(house.clock, on_gone=house.files_gone.set))
    house.tasks.spawn(tree.janitor.run(), name="tidy-conversations")
    indexer = Indexer(house.storage)
    indexer.start()
    house.closing.push_async_callback(indexer.close)
    search = Search(house.storage, indexer)
    answering = open_answering(house)
    tree.erasers.add(answering.eraser)
    tree.erasers.add(FileEraser(house.clock, users=FILE_USERS, on_gone=house.files_gone.set))
    services = ConversationServices(
        tree=tree,
        search=search,
        indexer=indexer,
        exports=open_exports(house),
        imports=imports,
        sorting=Sorting(house.storage, clock=house.clock),
        answering=answering,
        shares=open_shares(house, tree),
        shared=open_shared(house),
        prompts=Prompts(house.storage, clock=house.clock),
        responses=open_responses(house, tree),
        temporary=open_temporary(house),
    )
    answering.start()
    return services


def open_shares(house: "House", tree: Tree) -> Shares:
    """Make what shares; what is erased takes its files out of every share."""
    shares = Shares(house.storage, house.files, links=Links(house.link_keys), clock=house.clock)
    tree.erasers.add(shares.forget)
    return shares


def open_shared(house: "House") -> SharedDoor:
    """Make what strangers read shares with."""
    reader = Reader(house.storage, house.files, clock=house.clock)
    copies = Copies(house.storage, house.files, reader, clock=house.clock)
    return SharedDoor(reader=reader, pages=Pages(Workers(most=1)), copies=copies)


def open_exports(house: "House") -> Exports:
    """Make what exports, and goes on with exports left over."""
    exports = Exports(house.storage, house.files, house.runs, clock=house.clock)
    house.closing.push_async_callback(exports.jobs.close)
    return exports


def held_backups(directory: Path, *, keep_days: float) -> list[HeldBackup]:
    """List the backups that still hold what is erased now, each with its end if it has one."""
    return [
        HeldBackup(
            name=info.path.name,
            made_at_ms=info.manifest.created_at_ms,
            expires_at_ms=backups.ends_at_ms(info, keep_days=keep_days),
        )
        for info in backups.list_backups(directory)
    ]


def open_answering(house: "House") -> Answering:
    """Make what has models answer, and goes on with answers left over."""
    answering = make_answering(
        house,
        house.storage,
        house.runs,
        files=AnswerFiles,
        writes_titles=lambda model: is_language_model(house, model),
        titles_on=lambda: house.live.current.settings.conversations.titles,
    )
    house.closing.push_async_callback(answering.close)
    house.metrics.gauge(
        "salon_answers_at_work",
        "Answers of conversations under way.",
        (),
        lambda: {(): answering.workshop.at_work},
    )
    return answering


async def is_language_model(house: "House", model: str) -> bool:
    """Tell whether a name means a model that understands what it is asked, not the demo alone."""
    plan = await house.gateway.known(model)
    return plan is None or any(target.link.kind != "demo" for target in plan.targets)


async def _open_imports(house: "House") -> Imports:
    """Make the imports, which go on with those of dead processes."""

    async def caller_of(created_by: str) -> Caller | None:
        identity = await house.accounts.identity_of_creator(created_by)
        may = identity is not None and identity.caller.has(Right.USE_CONVERSATIONS)
        return identity.caller if identity is not None and may else None

    imports = Imports(
        house.storage,
        house.runs,
        house.files,
        Workers(most=_READERS, most_each=1, wait_s=_DAY_S),
        folder=house.live.current.source.data.path / "incoming",
        caller_of=caller_of,
        clock=house.clock,
    )
    await imports.start()
    house.closing.push_async_callback(imports.close)
    return imports
