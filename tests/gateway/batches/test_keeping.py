"""An answer that is there is kept, also when the database is away at that moment."""

from collections.abc import Callable
from typing import Any

from salon.foundation.accounts import KeyIdentity
from salon.foundation.kit.caller import SpaceScope
from salon.foundation.kit.errors import StorageError
from salon.foundation.runs import Runs
from salon.gateway.batches import Batches, BatchOptions
from salon.testing.gateway_bench import OWNER
from salon.testing.load import until_async

Run = Callable[..., None]


class Away:
    """A storage that takes no writes for a while."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self.is_away = False
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    async def write(self, fn: Any) -> Any:
        """Write, or fail as a database does that cannot be reached."""
        if self.is_away:
            self.refused += 1
            raise StorageError(problem="The database is away.", fix="Wait.")
        return await self._storage.write(fn)


def test_an_answer_is_not_asked_for_again_because_the_database_was_away(
    desk: Run, database: str | None
) -> None:
    async def scene(made: Any) -> None:
        storage: Any = Away(made.bench.storage)
        runs = Runs(storage, lease_s=30.0)
        other = made.another(runs)
        await runs.start()
        made.batches = Batches(made.bench.storage, runs, other, clock=made.bench.clock)
        batch = await made.make(*(f"{{{{fake case={n};delay=0.5}}}}" for n in range(4)))
        await until_async(lambda: sum(made.fake.journal.attempts.values()) == 4, what="all four questions")
        storage.is_away = True
        await until_async(lambda: storage.refused >= 4, what="four answers that cannot be kept")
        storage.is_away = False
        assert (await made.ended(batch)).succeeded == 4
        assert set(made.fake.journal.attempts.values()) == {1}
        await other.close()
        await runs.close()

    desk(scene, database=database)


class Breaking:
    """Accounts in which everybody is the owner, until a question was asked: then comes a defect."""

    def __init__(self, fake: Any) -> None:
        self._fake = fake

    def identity_now(self, **_: object) -> KeyIdentity:
        """Return whom earlier work acts as now."""
        if self._fake.journal.exchanges:
            raise LookupError("a defect")
        return OWNER


def test_what_was_answered_before_a_defect_is_handed_out(desk: Run, database: str | None) -> None:
    async def scene(made: Any) -> None:
        made.accounts = Breaking(made.fake)
        made.batches = Batches(made.bench.storage, made.runs, made.another(made.runs), clock=made.bench.clock)
        ended = await made.ended(await made.from_file(3))
        assert (ended.status, ended.succeeded, ended.errored) == ("failed", 1, 2)
        assert [problem.code for problem in ended.problems] == ["internal"]
        scope = SpaceScope(OWNER.caller.space_id)
        for file_id, lines in ((ended.output_file_id, 1), (ended.error_file_id, 2)):
            content = b"".join([part async for part in made.files.read(scope, file_id)])
            assert content.count(b"\n") == lines

    desk(scene, database=database, options=BatchOptions(concurrency=1, first_pause_s=0.05))
