"""Conversations whose answers a fake provider gives, through the real gateway: for tests in one process."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from salon.features.conversations.answering.attachments import AnswerFiles, GatewaySight, InlineFiles
from salon.features.conversations.answering.models import Answerer, Draft, Sent
from salon.features.conversations.answering.sending import Place
from salon.features.conversations.answering.service import Answering
from salon.features.conversations.models import Message
from salon.features.conversations.temporary import Limits, Temporary
from salon.features.conversations.tree import Tree
from salon.features.turns import Full
from salon.features.turns.asking import GatewayAsks
from salon.foundation.accounts import KeyIdentity
from salon.foundation.files import Attachments, Files, LocalBlobs, Making
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, SpaceScope
from salon.foundation.kit.clock import Clock
from salon.foundation.kit.errors import StorageError
from salon.foundation.kit.ids import PersonId, SpaceId
from salon.foundation.messages import TextPart
from salon.foundation.runs import Run, RunEvent, Runs
from salon.foundation.storage import Storage, Transaction
from salon.foundation.workers import Workers
from salon.gateway.registry.models import ProviderSpec
from salon.testing.fake_provider import FakeProvider
from salon.testing.gateway_bench import GatewayBench
from salon.testing.load import until_async

T = TypeVar("T")

ANN: Final = Caller(
    kind="person", space_id=SpaceId("spc_ann"), person_id=PersonId("per_ann"), rights=OWNER_RIGHTS
)
BOB: Final = Caller(
    kind="person", space_id=SpaceId("spc_bob"), person_id=PersonId("per_bob"), rights=OWNER_RIGHTS
)
MODEL: Final = "openai/fake"


class People:
    """The accounts of a house where Ann and Bob may come in, until they may not."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    async def identity_of_creator(self, created_by: str) -> KeyIdentity | None:
        """Return under whom somebody acts."""
        known = {str(one.person_id): one for one in (ANN, BOB)}.get(created_by)
        return None if known is None or created_by in self.gone else KeyIdentity(caller=known, name="person")


class MortalStorage:
    """A storage that a process has until it dies."""

    def __init__(self, storage: Storage) -> None:
        self.is_dead = False
        self._storage = storage

    async def write(self, fn: Callable[[Transaction], T], *, outlives_power: bool = True) -> T:
        """Write, unless dead. Raises: StorageError."""
        if self.is_dead:
            raise StorageError(problem="This process is dead.", fix="")
        return await self._storage.write(fn, outlives_power=outlives_power)

    def replace(self, storage: Any) -> None:
        """Read and write through another one from now on."""
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


class Process:
    """One process of a house: its runs, its answers and the tree, over a bench."""

    def __init__(self, bench: GatewayBench, people: People, *, lease_s: float = 15.0) -> None:
        self.storage = MortalStorage(bench.storage)
        storage = cast("Storage", self.storage)
        self.titles, self.title_model, self.no_titles_by = False, "", ""
        self.runs = Runs(storage, clock=bench.clock, lease_s=lease_s)
        self.files = Files(
            storage,
            LocalBlobs(bench.folder / "files"),
            incoming=bench.folder / "incoming",
            clock=bench.clock,
        )
        self.workers = Workers()
        self.tree = Tree(storage, clock=bench.clock)
        self._bench, self._people = bench, people
        self.answering = self._answering(storage, self.runs, AnswerFiles)
        self.tree.erasers.add(self.answering.eraser)
        self.limits = Limits()
        self.temporary = Temporary(
            storage,
            lambda memory, runs, full: self._answering(memory, runs, InlineFiles, full=full),
            clock=bench.clock,
            limits=lambda: self.limits,
        )

    def _answering(
        self, storage: Storage, runs: Runs, files: type[AnswerFiles], *, full: Full | None = None
    ) -> Answering:
        bench = self._bench
        return Answering(
            storage,
            runs,
            GatewayAsks(bench.gateway),
            accounts=self._people,
            models=bench.gateway,
            books=bench.ledger,
            files=files(
                self.files,
                Attachments(self.files, Making(bench.storage, self.files, self.workers, bench.clock)),
                GatewaySight(bench.gateway),
                most_bytes=1_000_000,
            ),
            clock=bench.clock,
            titles_on=lambda: self.titles,
            title_model=lambda: self.title_model,
            writes_titles=self._writes_titles,
            full=full,
        )

    async def _writes_titles(self, model: str) -> bool:
        return model != self.no_titles_by

    async def start(self, *, is_alone: bool = False) -> None:
        """Begin, and go on with what others left."""
        await self.runs.start(is_alone=is_alone)
        self.answering.start()

    async def die(self) -> None:
        """End as one that is killed: nothing is written any more."""
        self.storage.is_dead = True
        await self.close()

    async def close(self) -> None:
        """End as a house does."""
        await self.temporary.close()
        await self.answering.close()
        await self.runs.close()


class Talking:
    """A bench, a fake provider, processes on one database, and short words for what tests do often."""

    def __init__(self, bench: GatewayBench, fake: FakeProvider) -> None:
        self.bench, self.fake, self.people = bench, fake, People()
        self.scope = SpaceScope(ANN.space_id)
        self.processes: list[Process] = []

    @property
    def answering(self) -> Answering:
        """The answers of the first process."""
        return self.processes[0].answering

    @property
    def tree(self) -> Tree:
        """The tree of the first process."""
        return self.processes[0].tree

    @property
    def runs(self) -> Runs:
        """The runs of the first process."""
        return self.processes[0].runs

    async def open(self, *, is_alone: bool = False, lease_s: float = 15.0) -> Process:
        """Begin another process."""
        process = Process(self.bench, self.people, lease_s=lease_s)
        self.processes.append(process)
        await process.start(is_alone=is_alone)
        return process

    async def kill(self, process: Process) -> None:
        """End a process as ``kill -9`` does: nothing that it would still have written is written."""
        self.processes.remove(process)
        await process.die()

    async def close(self) -> None:
        """End every process."""
        while self.processes:
            await self.processes.pop().close()

    async def conversation(self, **settings: object) -> tuple[str, str]:
        """Make a conversation of Ann's that the fake answers; return its id and its branch's."""
        made = await self.tree.conversations.create(ANN, settings={"model": MODEL, **settings})
        return made.conversation.id, str(made.conversation.branch_id)

    async def send(
        self, conversation_id: str, text: str, *, place: Place | None = None, client_id: str | None = None
    ) -> Sent:
        """Let Ann say something."""
        return await self.answering.sending.send(
            ANN, conversation_id, said(text), place=place or Place(), client_id=client_id
        )

    async def ended(self, *sent: Sent) -> list[Run]:
        """Wait for the runs of answers to end, and return them."""
        ids = [started.run_id for one in sent for started in one.answers]

        async def are_over() -> bool:
            return all([(await self.runs.get(self.scope, one)).status != "running" for one in ids])

        await until_async(are_over, what="the end of the answers")
        return [await self.runs.get(self.scope, one) for one in ids]

    async def streaming(self, run_id: str, *, events: int = 8) -> list[RunEvent]:
        """Wait until an answer has said something that is durable."""

        async def has_said() -> bool:
            return len(await self.runs.events(self.scope, run_id)) >= events

        await until_async(has_said, what="some text")
        return await self.runs.events(self.scope, run_id)

    async def path(
        self, conversation_id: str, *, branch_id: str | None = None, last_id: str | None = None
    ) -> list[Message]:
        """Return the messages of a branch, or those that end in ``last_id``."""
        page = await self.tree.messages.page(
            ANN, conversation_id, branch_id=branch_id, last_id=last_id, limit=200
        )
        return [view.message for view in page.items]

    async def words(self, conversation_id: str, *, branch_id: str | None = None) -> list[str]:
        """Return what is said on a branch."""
        return [text_of(message) for message in await self.path(conversation_id, branch_id=branch_id)]

    async def until_idle(self, conversation_id: str) -> None:
        """Wait until nothing is answered, and nothing waits but what is held."""

        async def is_idle() -> bool:
            waiting = await self.answering.queue.all(ANN, conversation_id)
            turns = await self.answering.queue.turns(ANN, conversation_id)
            return not turns and all(one.status == "held" for one in waiting)

        await until_async(is_idle, what="the end of all answers")


def said(text: str, *models: str, wants_answer: bool = True) -> Draft:
    """Return something to say, and which models are to answer."""
    answerers = tuple(Answerer(model=one) for one in models)
    return Draft(parts=(TextPart(text=text),), answerers=answerers, wants_answer=wants_answer)


def text_of(message: Message) -> str:
    """Return the words of a message."""
    parts = () if message.content is None else message.content.parts
    return "".join(part.text for part in parts if isinstance(part, TextPart))


@asynccontextmanager
async def talking(
    folder: Path,
    address: str,
    *,
    fake_url: str | None = None,
    lease_s: float = 15.0,
    is_alone: bool = False,
    clock: Clock | None = None,
) -> AsyncGenerator[Talking]:
    """Open a bench on a database and one process; with a fake provider of its own unless one is named."""
    async with AsyncExitStack() as stack:
        fake = FakeProvider()
        if fake_url is None:
            await stack.enter_async_context(fake)
        spec = ProviderSpec(
            name="openai",
            kind="openai-compatible",
            base_url=f"{fake_url or fake.url}/v1",
            api_key="sk-fake",
            allow_private=True,
            models=("fake", "other"),
        )
        bench = GatewayBench(folder, providers=[spec], database=address, clock=clock)
        scene = Talking(await stack.enter_async_context(bench), fake)
        try:
            await scene.open(lease_s=lease_s, is_alone=is_alone)
            yield scene
        finally:
            async with asyncio.timeout(30):
                await scene.close()
