"""A client that does to a Salon what costs it most: run in a process of its own until its input ends.

``python -m salon.testing.hostile PORT KEY SEED`` prepares itself, goes on from a line ``go`` to the next one,
and says in the end what became of it: of each kind of act how often it got which answer.

It stands back in what the processors do (``nice``), not in what it asks: strangers compute their requests on
machines of their own, and that is nothing a house could give to somebody else.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import orjson

from salon.testing.documents import png_of, png_with_words, zipped
from salon.testing.exports import chatgpt, chatgpt_node, large_chatgpt
from salon.testing.raw_http import RawAnswer, ask, request_bytes

AT_ONCE: Final = 6
WORD: Final = "mire"
MIB: Final = 1024**2
_NICE: Final = 19
Told = dict[str, Counter[str]]


def imports() -> dict[str, bytes]:
    """Return files that pose as exports: bombs, and one that is as large as it says."""
    deep = b"[" * MIB + b"]" * MIB
    node = chatgpt_node("n", "root", "user", "x")
    node["message"]["metadata"] = {"deep": "DEEP"}
    nested = json.dumps([chatgpt("deep", [node], "n")]).encode().replace(b'"DEEP"', b"[" * 9000 + b"]" * 9000)
    return {
        "zip bomb": zipped({"conversations.json": b"[" + b" " * (100 * MIB) + b"]"}),
        "nested file": deep,
        "nested conversation": nested,
        "climbing names": zipped({"../../../etc/conversations.json": b"[]", "conversations.json": b"{"}),
        "large": b"".join(large_chatgpt(2 * MIB)),
    }


class Hostile:
    """Acts of one key, chosen by chance."""

    def __init__(self, port: int, key: str, chance: random.Random) -> None:
        self._port = port
        self._headers = {"authorization": f"Bearer {key}"}
        self._chance = chance
        self._imports = imports()
        self._number = 0
        self.told: Told = {}

    async def prepare(self, conversations: int = 10) -> None:
        """Say enough that searching and exporting it costs something."""
        said = [{"text": f"{WORD} {WORD}{number} " + "words of all kinds " * 20} for number in range(50)]
        for _ in range(conversations):
            made = orjson.loads((await self._ask("POST", "/conversations", {"title": WORD})).body)
            await self._ask("POST", f"/conversations/{made['id']}/messages", {"messages": said})

    async def go_on(self, ended: asyncio.Event) -> None:
        """Do one thing after the other, several at once, until ``ended``."""
        acts: dict[str, Callable[[], Any]] = {
            "import": self._import, "picture": self._picture, "document": self._document,
            "nested body": self._nested, "upload": self._upload, "search": self._search,
            "export": self._export,
        }  # fmt: skip

        async def worker() -> None:
            while not ended.is_set():
                kind = self._chance.choice(list(acts))
                self._tell(kind, await acts[kind]())

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())

    def _tell(self, kind: str, answer: RawAnswer) -> None:
        said: Any = orjson.loads(answer.body) if answer.body[:9] == b'{"error":' else {}
        code = said["error"]["code"] if said else answer.problem or ""
        self.told.setdefault(kind, Counter())[f"{answer.status} {code}".strip()] += 1

    async def _ask(self, method: str, path: str, value: Any = None, content: bytes = b"") -> RawAnswer:
        body = orjson.dumps(value) if value is not None else content
        request = request_bytes(method, f"/salon/v1{path}", body, self._headers)
        return await ask(self._port, request, timeout_s=300)

    async def _stored(self, content: bytes, name: str) -> str:
        self._number += 1  # a chunk, a member or a row more is another file, which is read again
        answer = await self._ask("POST", f"/files?name={name}", content=content + b"%d" % self._number)
        said: Any = orjson.loads(answer.body)
        return str(said.get("id", "none"))

    async def _import(self) -> RawAnswer:
        name = self._chance.choice(list(self._imports))
        return await self._ask(
            "POST", f"/imports/upload?filename={quote(name)}.bin", content=self._imports[name]
        )

    async def _picture(self) -> RawAnswer:
        bomb = self._chance.choice([png_of(90_000, 90_000), png_with_words(64 * MIB), png_of(9000, 9000)])
        return await self._ask("GET", f"/files/{await self._stored(bomb, 'a.png')}/image?size=128")

    async def _document(self) -> RawAnswer:
        bomb = zipped({"word/document.xml": b"<a>" + b" " * (20 * MIB)})
        return await self._ask("GET", f"/files/{await self._stored(bomb, 'a.docx')}/text")

    async def _nested(self) -> RawAnswer:
        depth = self._chance.choice([90, 800, 200_000])
        body = b'{"settings": {"x": ' + b"[" * depth + b"]" * depth + b"}}"
        return await self._ask("POST", "/conversations", content=body)

    async def _upload(self) -> RawAnswer:
        return await self._ask("POST", "/files?name=big.bin", content=self._chance.randbytes(16) * MIB)

    async def _search(self) -> RawAnswer:
        words = self._chance.choice(
            [f"{WORD}*", f"{WORD} w* o* -{WORD}7", f'"{WORD} words" a* k*', "w* o* a* k*"]
        )
        return await self._ask("GET", f"/search?q={quote(words)}&limit=100")

    async def _export(self) -> RawAnswer:
        form = self._chance.choice(["json", "html", "markdown"])
        return await self._ask("POST", "/exports/download", {"all": True, "format": form})


async def _main(port: int, key: str, seed: str) -> None:
    hostile = Hostile(port, key, random.Random(seed))  # noqa: S311 - not for secrets
    await hostile.prepare()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say("ready")
    while await reader.readline() == b"go\n":
        ended.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(hostile.go_on(ended))
            await reader.readline()
            ended.set()
        _say("rests")
    _say(json.dumps(hostile.told))


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(_NICE)
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
