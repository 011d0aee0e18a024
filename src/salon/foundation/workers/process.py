"""The process of a piece of work, as the house holds it: two pipes, and an end."""

import asyncio
import asyncio.streams
import subprocess
import sys
from collections.abc import Mapping, Sequence


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


Process = PipedProcess | asyncio.subprocess.Process


async def spawn(command: Sequence[str], *, environment: Mapping[str, str], limit_bytes: int) -> Process:
    """Start a process with pipes for its input and output; ``limit_bytes`` may wait unread. Raises: OSError.

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
    started = subprocess.Popen(  # noqa: S603, ASYNC220 - our own interpreter and module; see above
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
