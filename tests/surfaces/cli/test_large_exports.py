"""Exports that are too large for one answer: a run makes a file, which is fetched when it is whole."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.commands import export
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.output import Output


class Told:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Server:
    """Answers as a house whose export ends in a given way."""

    def __init__(self, *, end: str, code: str = "export_too_large", break_off: bool = False) -> None:
        self.asked: list[tuple[str, str]] = []
        self._end = end
        self._code = code
        self._break_off = break_off
        self._looks = 0

    def stream(self, path: str, _wish: Any) -> Generator[bytes]:
        self.asked.append(("stream", path))
        raise ServedError(status=413, code=self._code, message="It is too large.")
        yield b""

    def call(self, method: str, path: str, _body: Any = None) -> dict[str, Any]:
        self.asked.append((method, path))
        self._looks += 1
        if self._break_off and self._looks == 2:
            raise KeyboardInterrupt
        status = "running" if self._looks < 3 else self._end
        return {"id": "exp_1", "status": status, "done_messages": self._looks, "messages": 4, "error": None}

    def download(self, path: str) -> Generator[bytes]:
        self.asked.append(("download", path))
        yield b"whole"


def fetched(server: Server, path: Path) -> int:
    return export._fetch(cast(ApiClient, server), {}, path, cast(Output, Told()))


def test_a_large_export_is_fetched_once_it_is_whole(tmp_path: Path) -> None:
    server = Server(end="done")
    assert fetched(server, tmp_path / "out.json") == 5
    assert (tmp_path / "out.json").read_bytes() == b"whole"
    assert server.asked[-1] == ("download", "/salon/v1/exports/exp_1/file")


def test_an_export_that_failed_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ServedError, match="The export was cancelled"):
        fetched(Server(end="cancelled"), tmp_path / "out.json")
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_nobody_waits_for_any_more_is_cancelled(tmp_path: Path) -> None:
    server = Server(end="done", break_off=True)
    with pytest.raises(KeyboardInterrupt):
        fetched(server, tmp_path / "out.json")
    assert server.asked[-1] == ("POST", "/salon/v1/exports/exp_1/cancel")


def test_another_refusal_is_told_as_it_is(tmp_path: Path) -> None:
    server = Server(end="done", code="not_found")
    with pytest.raises(ServedError):
        fetched(server, tmp_path / "out.json")
    assert [method for method, _ in server.asked] == ["stream"]
