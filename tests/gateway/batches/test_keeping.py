"""An answer that is there is kept, also when the database is away at that moment."""

from collections.abc import Callable
from typing import Any

from salon.foundation.kit.errors import StorageError
from salon.foundation.runs import Runs
from salon.gateway.batches import Batches
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
