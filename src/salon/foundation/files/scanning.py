"""Virus scanners: ClamAV's daemon, asked through the house's way out, or a command of the administrator's.

A scanner says that content is clean or what it found, or it is down. What follows then is a setting: files
are refused, or taken and marked ``unscanned``.
"""

import asyncio
import contextlib
import os
import shlex
import struct
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from salon.foundation.egress import ADMIN, Egress, EgressError, EgressRefused
from salon.foundation.egress.url import Url, parse_url
from salon.foundation.kit.errors import ConfigError
from salon.foundation.workers import end, spawn

CHUNK_BYTES: Final = 256 * 1024
CONNECT_S: Final = 5.0
TIMEOUT_S: Final = 300.0
"""For one file; a scan of 2 GB takes a minute."""
_PORT: Final = 3310
_MOST_ANSWER: Final = 4096
_MOST_NAME: Final = 200
_KEY: Final = "files.scanner"


class ScannerDown(Exception):
    """The scanner cannot be asked, or gave no verdict."""


class Scanner(Protocol):
    """Looks for viruses."""

    async def scan(self, path: Path) -> str | None:
        """Return the name of what was found in a file, None if it is clean. Raises: ScannerDown."""
        ...


class ClamdScanner:
    """Asks clamd with ``INSTREAM``: the bytes go to it, so it needs no right to our folder."""

    def __init__(self, egress: Egress, url: Url) -> None:
        self._egress = egress
        self._url = url

    async def scan(self, path: Path) -> str | None:
        """Send a file and hear the verdict."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return _verdict(await self._ask(path))
        except (OSError, EgressError, TimeoutError, ValueError) as error:
            raise ScannerDown(type(error).__name__) from error

    async def _ask(self, path: Path) -> str:
        async with asyncio.timeout(CONNECT_S):
            connected = await self._egress.open_socket(self._url, policy=ADMIN)
        limit = _MOST_ANSWER
        reader, writer = await asyncio.open_connection(sock=connected, limit=limit)  # rule: egress's socket
        try:
            # A scanner that has seen enough answers and hangs up in the middle; its answer is heard then.
            with contextlib.suppress(ConnectionError):
                await _send(path, writer)
            return (await reader.read(_MOST_ANSWER)).rstrip(b"\x00\n").decode("utf-8", "replace")
        finally:
            writer.close()


async def _send(path: Path, writer: asyncio.StreamWriter) -> None:
    writer.write(b"zINSTREAM\x00")
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            writer.write(struct.pack(">I", len(chunk)) + chunk)
            await writer.drain()
    writer.write(struct.pack(">I", 0))
    await writer.drain()


def _verdict(answer: str) -> str | None:
    """Read clamd's answer. Raises: ScannerDown."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:_MOST_NAME]
    raise ScannerDown(said[:_MOST_NAME] or "no answer")


class CommandScanner:
    """Runs a command with the file's path at its end: exit 0 is clean, 1 is infected (as ``clamdscan``)."""

    def __init__(self, command: str) -> None:
        """Take a command line, split as a shell does; no shell runs it. Raises: ConfigError."""
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise ConfigError(
                key=_KEY, problem=f"is no command line: {error}.", fix="Close quotes."
            ) from error
        if not self._words or not Path(self._words[0]).is_absolute():
            raise ConfigError(key=_KEY, problem="names no program.", fix="Write command:/path/to/program.")

    async def scan(self, path: Path) -> str | None:
        """Run the command; the first line it writes is the name of what it found."""
        try:
            process = await spawn(
                [*self._words, os.path.abspath(path)],  # noqa: ASYNC240, PTH100 - asks no disk
                environment={"PATH": os.environ.get("PATH", os.defpath)},
            )
        except OSError as error:
            raise ScannerDown(error.strerror or type(error).__name__) from error
        try:
            async with asyncio.timeout(TIMEOUT_S):
                output, _ = await process.communicate()
        except TimeoutError as error:
            raise ScannerDown("no verdict in time") from error
        finally:
            await end(process)
        if process.returncode == 0:
            return None
        if process.returncode == 1:
            said = output.decode("utf-8", "replace").strip().partition("\n")[0]
            return "".join(letter for letter in said if letter.isprintable())[-_MOST_NAME:] or "something"
        raise ScannerDown(f"exit {process.returncode}")


def make_scanner(address: str, egress: Egress) -> Scanner | None:
    """Return the scanner at ``tcp://host:port``, ``unix:///path`` or ``command:…``; None for nothing.

    Raises: ConfigError.
    """
    if not address:
        return None
    if address.startswith("command:"):
        return CommandScanner(address.removeprefix("command:"))
    with contextlib.suppress(ValueError, EgressRefused):
        parts = urlsplit(address)
        if parts.scheme == "unix" and parts.path:
            return ClamdScanner(egress, Url(scheme="http", host="clamd", port=80, unix_path=parts.path))
        if parts.scheme == "tcp" and parts.hostname:
            # A host is read as strictly as any other; its scheme only says that no TLS is spoken.
            url, _ = parse_url(f"http://{parts.netloc}")
            return ClamdScanner(egress, url if parts.port else msgspec.structs.replace(url, port=_PORT))
    raise ConfigError(
        key=_KEY,
        problem="is no address of a scanner.",
        fix="Write tcp://127.0.0.1:3310, unix:///run/clamav/clamd.ctl or command:/usr/bin/clamdscan.",
    )
