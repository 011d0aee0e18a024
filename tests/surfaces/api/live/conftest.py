"""A server with real runs behind it, and clients of it, in one event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from salon.foundation.events import Bus, Feed
from salon.foundation.kit.caller import KEY_RIGHTS, Caller, Right
from salon.foundation.kit.ids import KeyId, SpaceId
from salon.foundation.runs import Runs
from salon.foundation.storage import Storage
from salon.surfaces.api.services import LiveServices
from salon.testing.databases import database
from salon.testing.live_client import LiveClient

SPACE = SpaceId("spc_test")
OWNER = Caller(kind="owner", space_id=SPACE)
STRANGER = Caller(kind="owner", space_id=SpaceId("spc_other"))
FULL_KEY = "sk-salon-full"


class Desk:
    """A server with real runs behind it."""

    def __init__(self, server: Any, storage: Storage, runs: Runs) -> None:
        self.server = server
        self.storage = storage
        self.runs = runs
        self.url = f"http://127.0.0.1:{server.port}"
        limited = server.accounts.keys["sk-salon-good"]
        caller = Caller(
            kind="key",
            space_id=SPACE,
            key_id=KeyId("key_2"),
            rights=KEY_RIGHTS | {Right.USE_CONVERSATIONS},
        )
        server.accounts.keys[FULL_KEY] = msgspec.structs.replace(limited, caller=caller)

    def client(self, **headers: str) -> LiveClient:
        return LiveClient(
            self.url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


@contextlib.asynccontextmanager
async def desk(hot_door: Any, folder: Path, **overrides: Any) -> AsyncIterator[Desk]:
    async with database(folder / "salon.db") as storage:
        runs, bus = Runs(storage), Bus(storage)
        await bus.start()
        await runs.start()
        live = LiveServices(runs=runs, feed=Feed(storage, bus))
        async with hot_door(live=live, **overrides) as server:
            yield Desk(server, storage, runs)
        await runs.close()
        await bus.close()


Scene = Callable[[Desk], Coroutine[Any, Any, None]]


@pytest.fixture
def play(hot_door: Any, tmp_path: Path) -> Callable[..., None]:
    def run(scene: Scene, **overrides: Any) -> None:
        async def whole() -> None:
            async with desk(hot_door, tmp_path, **overrides) as made:
                await scene(made)

        asyncio.run(whole())

    return run
