"""How fast a large export of ChatGPT's is imported, and in how much memory.

``python -m bench.imports [--megabytes N] [--store sqlite|postgresql|both]`` starts a house of its own on each
store (PostgreSQL's is one of its own, too), sends it the export and watches it from outside. Prints JSON, and
which goals were reached.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.goals import Goal, keep, tell
from bench.stores import STORES, Store, column_of

from salon.testing.columns import Column
from salon.testing.exports import large_chatgpt
from salon.testing.house import House, HouseSetup

MB = 1_000_000
WATCH_S = 0.1
TICKS = os.sysconf("SC_CLK_TCK")
GOALS = (
    Goal("messages_per_s", at_least=2_000, text="messages taken in for each second"),
    Goal("resident_mb", at_most=300, text="MB of the house and its reading process at their highest"),
)


class Watched:
    """The house and its workers while an import runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.highest: dict[str, float] = {"all": 0, "house": 0, "own": 0, "reader": 0}
        """MB: of both processes together, of the house, of it without what is mapped, of the reader."""
        self.reader_cpu_s = 0.0

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(WATCH_S):
            house, own = memory_mb(self._pid)
            children = children_of(self._pid)
            reader = sum(memory_mb(child)[0] for child in children)
            self.reader_cpu_s = max([self.reader_cpu_s, *map(cpu_s, children)])
            told = {"all": house + reader, "house": house, "own": own, "reader": reader}
            for name, value in told.items():
                self.highest[name] = max(self.highest[name], value)


def memory_mb(pid: int) -> tuple[float, float]:
    """Return the resident memory of a process, and that without the files mapped into it."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0, 0.0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(pages[1]) * page / MB, (int(pages[1]) - int(pages[2])) * page / MB


def cpu_s(pid: int) -> float:
    """Return the processor time of a process so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started and that live."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text().split()]
    except OSError:
        return []


def sent(house: House, key: str, chunks: Iterator[bytes]) -> str:
    """Upload an export as it is made; return the import's id."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=600)
    headers = {"authorization": f"Bearer {key}", "transfer-encoding": "chunked"}
    connection.request("POST", "/salon/v1/imports/upload?filename=x", chunks, headers, encode_chunked=True)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    if answer.status != http.client.ACCEPTED:
        raise SystemExit(f"the import was refused: {told}")
    return told["id"]


def ended(house: House, key: str, import_id: str) -> dict[str, Any]:
    """Wait for the end of an import."""
    headers = {"authorization": f"Bearer {key}"}
    while True:
        told = json.loads(house.request("GET", f"/salon/v1/imports/{import_id}", headers=headers)[1])
        if told["status"] != "running":
            return told
        time.sleep(WATCH_S)


def measure(folder: Path, column: Column, size_bytes: int) -> dict[str, Any]:
    """Import once into a new house."""
    with House(folder / "data", HouseSetup(column=column)) as house:
        key = house.create_key("imports", "--right", "conversations.use")
        with Watched(house.pid) as watched:
            before_s = cpu_s(house.pid)
            import_id = sent(house, key, large_chatgpt(size_bytes))
            started, begun_s = time.monotonic(), cpu_s(house.pid)
            told = ended(house, key, import_id)
            took_s, house_s = time.monotonic() - started, cpu_s(house.pid) - begun_s
    if told["status"] != "done":
        raise SystemExit(f"the import ended: {told}")
    count = told["totals"]["messages_added"]
    return {
        "store": column.name, "megabytes": size_bytes / MB, "messages": count, "seconds": round(took_s, 1),
        "messages_per_s": round(count / took_s), "upload_cpu_s": round(begun_s - before_s, 1),
        "house_cpu_s": round(house_s, 1), "reader_cpu_s": round(watched.reader_cpu_s, 1),
        "messages_per_cpu_s": round(count / (house_s + watched.reader_cpu_s)),
        "resident_mb": round(watched.highest["all"]), "house_mb": round(watched.highest["house"]),
        "house_own_mb": round(watched.highest["own"]), "reader_mb": round(watched.highest["reader"]),
    }  # fmt: skip


def main() -> int:
    """Import into each store, print, and tell whether every goal was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--dry", action="store_true", help="Write nothing down.")
    arguments = parser.parse_args()
    stores: tuple[Store, ...] = STORES if arguments.store == "both" else (arguments.store,)
    missed = 0
    for store in stores:
        with tempfile.TemporaryDirectory(prefix="salon-imports-") as folder, column_of(store) as column:
            figures = measure(Path(folder), column, arguments.megabytes * MB)
        print(json.dumps(figures), flush=True)
        missed += tell(figures, GOALS)
        if not arguments.dry:
            keep(f"imports-{store}", "python -m bench.imports", figures, GOALS)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
