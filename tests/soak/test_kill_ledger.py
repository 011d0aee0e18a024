"""``kill -9`` while the ledger writes: each row it acknowledged is on disk, once, and the file is whole."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from salon.testing.columns import Column
from salon.testing.load import until
from salon.testing.soak import scaled

TOGETHER = True
WRITER = """
import asyncio, os, sys
from salon.foundation.kit.ids import new_id
from salon.foundation.ledger import Ledger
from salon.foundation.storage import open_storage
from salon.testing.ledger import entry

async def main(path):
    storage = await open_storage(path)
    await storage.create_all()
    ledger = Ledger(storage)
    await ledger.start()
    while True:
        for _ in range(20):
            request_id = new_id("req")
            told = f"{request_id}\\n".encode()
            ledger.record_acked(entry(request_id=request_id, space_id="spc_one")).add_done_callback(lambda done, told=told: os.write(1, told))
        await asyncio.sleep(0.002)

asyncio.run(main(sys.argv[1]))
"""


def write_until_killed(address: str, after_s: float) -> set[str]:
    """Let a process write, kill it ``after_s`` after its first acknowledgement; return what it acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, address], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        rest = process.stdout.read()
    lines = (first + rest).decode().split("\n")
    return set(lines[:-1])


def test_every_acknowledged_row_survives_a_kill(
    tmp_path: Path, column: Column, chance: random.Random, figure: Callable[[str, object], None]
) -> None:
    acknowledged: set[str] = set()
    for _ in range(scaled(200)):
        acknowledged |= write_until_killed(column.address(tmp_path), chance.uniform(0.0, 0.3))
        until(lambda: column.damages(tmp_path) == [], what="a whole database")
        rows = [row[0] for row in column.rows(tmp_path, "SELECT request_id FROM ledger_requests")]
        assert len(rows) == len(set(rows))
        assert acknowledged <= set(rows)
    figure("kills", scaled(200))
    figure("acknowledged", len(acknowledged))
    assert acknowledged
