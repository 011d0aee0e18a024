"""What a terminal shows of an answer, when its server takes it up anew and when somebody stops it."""

import io
from collections.abc import Generator
from typing import Any, cast

import pytest

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import ServedError
from salon.surfaces.cli.following import Seen
from salon.surfaces.cli.output import Output
from salon.surfaces.cli.viewing import AnswerView, view_all

STARTED = {"run_id": "run_1", "message_id": "msg_1", "model": "demo"}


def said(number: int, text: str) -> Seen:
    return Seen(type="text-delta", epoch=1, number=number, data={"text": text})


def ended(status: str = "complete", **more: Any) -> Seen:
    data = {"status": "done", "data": {"message": "msg_1", "status": status, **more}}
    return Seen(type="end", epoch=1, number=99, data=data)


class Script:
    """A follower that plays events; an exception among them is raised once."""

    def __init__(self, *played: Seen | BaseException) -> None:
        self._played = list(played)

    def __call__(self, *_: Any, **__: Any) -> "Script":
        return self

    def events(self) -> Generator[Seen]:
        while self._played:
            one = self._played.pop(0)
            if isinstance(one, BaseException):
                raise one
            yield one


class Server:
    """Knows one message, and what was asked of it."""

    def __init__(self, whole: str | None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._whole = whole

    def call(self, method: str, path: str, *_: Any, **__: Any) -> Any:
        self.asked.append((method, path))
        if method == "GET" and self._whole is None:
            raise ServedError(status=404, code="not_found", message="It is not there.")
        return {"content": {"parts": [{"kind": "text", "text": self._whole}]}}


def shown(whole: str | None, *played: Seen | BaseException) -> tuple[str, str, Server, AnswerView]:
    out, err, server = io.StringIO(), io.StringIO(), Server(whole)
    output = Output(as_json=False, out=out, err=err)
    view = AnswerView(cast(ApiClient, server), output, "cnv_1", STARTED, follower=cast(Any, Script(*played)))
    view.watch()
    return out.getvalue(), err.getvalue(), server, view


def test_an_answer_is_shown_as_it_comes_and_ends_its_line() -> None:
    out, err, server, _ = shown("unused", said(1, "one "), said(2, "two"), ended())
    assert (out, err, server.asked) == ("one two\n", "", [])


def test_what_was_lost_by_the_server_is_said_once_more_and_not_twice() -> None:
    back = Seen(type="rewind", epoch=2, number=1)
    out, _, _, _ = shown("one two three", said(1, "one "), said(2, "two"), back, said(2, "two th"), ended())
    assert out == "one two three\n"


def test_an_answer_that_went_on_otherwise_is_shown_whole() -> None:
    back = Seen(type="rewind", epoch=2, number=1)
    out, err, _, _ = shown("one three", said(1, "one "), said(2, "two"), back, said(2, "three"), ended())
    assert out == "one twoone three\n"
    assert "The server took the answer up anew" in err


def test_control_c_stops_at_the_server_and_shows_what_is_kept() -> None:
    out, _, server, view = shown("one two", said(1, "one "), KeyboardInterrupt(), ended("interrupted"))
    assert out == "one two\n"
    assert server.asked[0] == ("POST", "/salon/v1/runs/run_1/stop")
    assert view.is_stopped


def test_control_c_again_leaves() -> None:
    with pytest.raises(KeyboardInterrupt):
        shown("x", said(1, "one"), KeyboardInterrupt(), KeyboardInterrupt())


def test_an_answer_that_was_erased_meanwhile_leaves_what_was_shown() -> None:
    assert shown(None, said(1, "one"), KeyboardInterrupt(), ended())[0] == "one\n"


def test_escape_sequences_of_an_answer_reach_no_terminal() -> None:
    assert shown("", said(1, "a\x1b]0;ow"), said(2, "ned\x07b"), ended())[0] == "ab\n"


def test_the_exit_code_tells_whether_all_answers_are_whole() -> None:
    out = Output(as_json=False, out=io.StringIO(), err=io.StringIO())
    assert view_all(cast(ApiClient, Server("x")), out, {"answers": []}, "cnv_1") == 0
