"""A port that was given stays its holder's: suites beside each other start hundreds of servers."""

import asyncio
import socket
import subprocess
import sys

import pytest

from salon.testing import ports

GUESSES = "import secrets; from salon.testing import ports; given = iter({guesses}); "
TELLS = "secrets.randbelow = lambda below: next(given); print(ports.free_port())"


def _next_guesses(monkeypatch: pytest.MonkeyPatch, *guesses: int) -> None:
    given = iter(guesses)
    monkeypatch.setattr(ports.secrets, "randbelow", lambda below: next(given))


def test_a_port_is_given_once_though_nobody_has_taken_it_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_port()
    guess = first - ports.FIRST
    other = guess - 1 if guess else guess + 1
    _next_guesses(monkeypatch, guess, other)
    assert ports.free_port() == ports.FIRST + other


def test_a_port_is_not_given_to_another_process() -> None:
    guess = ports.free_port() - ports.FIRST
    others = [guess, *(other for other in range(guess - 20, guess + 20) if other != guess and other >= 0)]
    code = GUESSES.format(guesses=others) + TELLS
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) != ports.FIRST + guess


def test_who_is_told_the_port_can_take_it() -> None:
    port = ports.free_port()

    async def answered() -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"here")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            said = await reader.read()
            writer.close()
            return said

    assert asyncio.run(answered()) == b"here"


def test_nobody_answers_where_nobody_took_it() -> None:
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", ports.free_port())):
        pass


def test_only_so_many_are_held() -> None:
    for _ in range(ports.HELD + 10):
        ports.free_port()
    assert len(ports.held()) == ports.HELD
