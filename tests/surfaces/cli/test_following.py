"""A run is viewed to its end whatever breaks on the way."""

import json
from collections.abc import Generator, Sequence
from typing import Any, cast

import pytest

from salon.surfaces.cli.client import ApiClient
from salon.surfaces.cli.exits import ServedError, UnreachableError
from salon.surfaces.cli.following import Follower, events_of


def event(number: int, kind: str = "text-delta", epoch: int = 1, **data: Any) -> bytes:
    told = {"epoch": epoch, "number": number, "type": kind, "data": data}
    return f"id: {epoch}-{number}\nevent: {kind}\ndata: {json.dumps(told)}\n\n".encode()


class Server:
    """Answers each view with the next of some streams; one that is None is not reached."""

    def __init__(self, *streams: Sequence[bytes] | None) -> None:
        self.asked: list[str] = []
        self._streams = list(streams)

    def follow(self, path: str) -> Generator[bytes]:
        self.asked.append(path.partition("?")[2])
        stream = self._streams.pop(0) if self._streams else None
        if stream is None:
            raise UnreachableError(problem="Nobody is there.", fix="Wait.")
        yield from stream


def followed(server: Server) -> tuple[list[int], list[str]]:
    told: list[str] = []
    follower = Follower(cast(ApiClient, server), "run_1", on_wait=told.append, wait=lambda _: None)
    return [seen.number for seen in follower.events()], told


def test_a_view_that_breaks_goes_on_from_its_number() -> None:
    end = event(4, "end", status="done")
    server = Server(
        [event(1), event(2)], None, [event(3, epoch=2), end.replace(b'"epoch": 1', b'"epoch": 2')]
    )
    numbers, told = followed(server)
    assert numbers == [1, 2, 3, 4]
    assert server.asked == ["epoch=0&number=0", "epoch=1&number=2", "epoch=1&number=2"]
    assert told == ["Nobody is there. Wait. Going on in 0.5 s."]


def test_a_view_that_nobody_answers_ends_with_why() -> None:
    server = Server([event(1)])
    with pytest.raises(UnreachableError, match="Nobody is there"):
        followed(server)
    assert len(server.asked) == 8


def test_views_that_break_off_without_a_word_end_in_a_sentence() -> None:
    with pytest.raises(UnreachableError, match="The view of the answer broke off"):
        followed(Server(*[[b": here\n\n"]] * 9))


def test_an_error_in_the_stream_is_told_as_it_is() -> None:
    body = b'event: error\ndata: {"error":{"code":"storage","message":"The disk is full."}}\n\n'
    with pytest.raises(ServedError, match="The disk is full") as caught:
        followed(Server([body]))
    assert caught.value.served_code == "storage"


def test_a_rewind_names_the_position_to_go_on_from() -> None:
    back = b'id: 2-1\nevent: rewind\ndata: {"epoch":2,"number":1,"reason":"epoch"}\n\n'
    server = Server([event(1), event(2), back], [event(2, "end", epoch=2, status="done")])
    assert followed(server)[0] == [1, 2, 1, 2]
    assert server.asked[-1] == "epoch=2&number=1"


def test_events_are_whole_however_they_are_cut() -> None:
    stream = b"retry: 1000\n\n: here\n\n" + event(1, text="a") + event(2, text="b")
    cut = [stream[at : at + 7] for at in range(0, len(stream), 7)]
    assert [json.loads(data)["number"] for _, data in events_of(cut)] == [1, 2]
    assert list(events_of([stream[:-2]]))[-1] == next(iter(events_of([event(1, text="a")])))
