"""A process that the house started, as it holds it: two pipes, and an end."""

import asyncio
import asyncio.streams
import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

_LIMIT_BYTES: Final = 64 * 1024
_REST_BYTES: Final = 1024**2


class PipedProcess:
    """A process that was started beside the loop; what is used of it is called as in asyncio's own."""

    def __init__(
        self, started: "subprocess.Popen[bytes]", stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader
    ) -> None:
        self._started = started
        self.stdin = stdin
        self.stdout = stdout

    @property
    def pid(self) -> int:
        """Its number."""
        return self._started.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; None before anybody waited for that."""
        return self._started.returncode

    async def wait(self) -> int:
        """Return how it ended: negative for the number of a signal."""
        return await asyncio.to_thread(self._started.wait)

    def kill(self) -> None:
        """End it, if it is still there."""
        self._started.kill()

    async def communicate(self, told: bytes = b"") -> tuple[bytes, None]:
        """Write ``told`` while reading; return all that it wrote until its end, and nothing of its errors."""
        writing = asyncio.ensure_future(self._tell(told))  # rule: awaited here, also when cancelled
        try:
            said = await self.stdout.read()
            await self.wait()
        finally:
            writing.cancel()
            await asyncio.wait([writing])
        return said, None

    async def _tell(self, told: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # it need not read to the end
            self.stdin.write(told)
            await self.stdin.drain()
        self.stdin.close()


Process = PipedProcess | asyncio.subprocess.Process


async def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    limit_bytes: int = _LIMIT_BYTES,
) -> Process:
    """Start a process with pipes for its input and output; ``limit_bytes`` may wait unread.

    Its environment is ours unless one is given. Raises: OSError.

    Not through the loop where that can be helped: uvloop forks, which copies the tables of all memory of the
    house, and the loop stands still until the other program runs; ``vfork`` takes a tenth of that.
    """
    if sys.platform == "win32":
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            limit=limit_bytes,
        )
    # A thread would gain nothing: it holds the interpreter's lock until the other program runs.
    started = subprocess.Popen(  # noqa: S603, ASYNC220 - no shell; see above
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        bufsize=0,
    )
    # To its end also if nobody wants it any more: half connected, a pipe would be closed twice.
    piping = asyncio.ensure_future(_piped(started, limit_bytes))  # rule: awaited here, also when cancelled
    try:
        return await asyncio.shield(piping)
    except BaseException:
        started.kill()
        await asyncio.wait([piping])
        started.wait()
        if not piping.cancelled() and piping.exception() is None:
            piping.result().stdin.close()
        raise


async def end(process: Process) -> None:
    """End a process that may have ended already, and let go of its pipes; to its end also when cancelled."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await asyncio.shield(_gone(process))


async def _gone(process: Process) -> None:
    """Wait until nothing of a process is left, its output included, which else is closed after the loop."""
    while process.stdout is not None and await process.stdout.read(_REST_BYTES):
        pass
    await process.wait()


class _Output(asyncio.StreamReaderProtocol):
    """Lets go of a pipe whose other end is closed; uvloop would keep it for an answer."""

    def eof_received(self) -> bool:
        super().eof_received()
        return False


async def _piped(started: "subprocess.Popen[bytes]", limit_bytes: int) -> PipedProcess:
    loop = asyncio.get_running_loop()
    stdout = asyncio.StreamReader(limit=limit_bytes, loop=loop)
    await loop.connect_read_pipe(lambda: _Output(stdout, loop=loop), started.stdout)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), started.stdin
    )
    return PipedProcess(started, asyncio.StreamWriter(transport, protocol, None, loop), stdout)
