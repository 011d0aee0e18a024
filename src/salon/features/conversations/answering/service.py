"""Answers in conversations, part by part: said, made, stopped, waited for, recovered."""

from collections.abc import Awaitable, Callable

from salon.features.conversations.answering.attachments import AnswerFiles
from salon.features.conversations.answering.beginning import Beginner
from salon.features.conversations.answering.checking import Checker, Identities, Models
from salon.features.conversations.answering.context import Contexts
from salon.features.conversations.answering.erasing import AnswerEraser
from salon.features.conversations.answering.exact import Books, Exact
from salon.features.conversations.answering.landing import Landing
from salon.features.conversations.answering.making import Maker
from salon.features.conversations.answering.queueing import Queue
from salon.features.conversations.answering.replaying import Replaying
from salon.features.conversations.answering.sending import Sending
from salon.features.conversations.answering.setting import SettingsDesk
from salon.features.conversations.answering.titles import Titles
from salon.features.conversations.answering.workshop import Workshop
from salon.features.conversations.tree.desk import Desk
from salon.features.turns import NO_TOOLS, Asks, Full, ToolBox
from salon.foundation.kit.clock import Clock
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage


class Answering:
    """Everything that asks models in conversations. Make it before the runs start, then ``start`` it."""

    def __init__(
        self,
        storage: Storage,
        runs: Runs,
        asks: Asks,
        *,
        accounts: Identities,
        models: Models,
        books: Books,
        files: AnswerFiles,
        clock: Clock,
        titles_on: Callable[[], bool],
        title_model: Callable[[], str],
        writes_titles: Callable[[str], Awaitable[bool]],
        tools: ToolBox = NO_TOOLS,
        full: Full | None = None,
    ) -> None:
        """``title_model``, or if empty the conversation's own, writes titles if it ``writes_titles``.

        Answers end early where ``storage`` is ``full``.
        """
        self.files = files
        desk = Desk(storage, clock)
        contexts = Contexts(storage, files)
        checker = Checker(contexts, files, accounts, models, asks)
        beginner = Beginner(runs, clock, lambda: self.workshop)
        make = Maker(storage, contexts, files, accounts, asks, clock=clock, tools=tools, full=full)
        titles = Titles(
            storage, asks, accounts, clock=clock, is_on=titles_on, model=title_model, can_write=writes_titles
        )
        self.workshop = Workshop(
            storage, runs, Landing(beginner, runs, clock), make, clock=clock, landed=titles.after
        )
        self.eraser = AnswerEraser(runs)
        self.sending = Sending(desk, beginner, checker)
        self.replaying = Replaying(desk, beginner, checker)
        self.queue = Queue(desk, beginner, checker, runs)
        self.settings = SettingsDesk(desk, contexts, asks)
        self.exact = Exact(desk, contexts, books)

    def start(self) -> None:
        """Look after answers that were left; call it once the runs have started."""
        self.workshop.start()

    async def close(self) -> None:
        """Stop what is under way and keep what was said; call it before the runs are closed."""
        await self.workshop.close()
