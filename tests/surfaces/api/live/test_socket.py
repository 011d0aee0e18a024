"""The client WebSocket: what it takes, what it tells, whom it lets in and how it ends."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from salon.foundation.events import Event, publish
from salon.foundation.kit.caller import Caller, SpaceScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.runs.channel import QUEUE_LIMIT
from salon.surfaces.api.live import frames, subscriptions
from salon.testing.live_client import LiveClient

SPACE = SpaceId("spc_test")
OWNER = Caller(kind="owner", space_id=SPACE)
STRANGER = Caller(kind="owner", space_id=SpaceId("spc_other"))
FULL_KEY = "sk-salon-full"
Desk = Any


def test_a_viewer_leaves_and_resumes_by_number_and_ends_with_everything(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn", {"message": "msg_1"})
        async with made.client() as client:
            shown = await client.follow(handle.run_id)
            for _ in range(5):
                for piece in "abc":
                    handle.append("text-delta", piece)
                await client.until(lambda: shown.number == handle.number)
                await client.drop()
                handle.append("text-delta", "d")
                await client.connect()
            await handle.end("done", {"message": "msg_2"})
            await client.until(lambda: shown.end is not None)
        assert shown.text == "abcd" * 5
        assert shown.end == {"status": "done", "data": {"message": "msg_2"}}

    play(scene)


def test_the_first_words_wait_for_nothing_and_the_next_for_the_gap(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "GAP_S", 3600)

    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn", {"message": "msg_1"})
        async with made.client() as client:
            handle.append("step-start", {})
            shown = await client.follow(handle.run_id)
            await client.until(lambda: shown.number == 1)
            for number, kind in ((2, "asked"), (3, "text-delta")):
                handle.append(kind, "a")
                await client.until(lambda number=number: shown.number == number)
            handle.append("text-delta", "b")
            await made.runs.get(SpaceScope(SPACE), handle.run_id)
            await client.send(type="stop", id="1", run=handle.run_id)
            await client.frame("stopped", id="1")
            assert shown.number == 3

    play(scene)


def test_what_is_another_spaces_is_not_found_in_any_frame(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        foreign = await made.runs.begin(STRANGER, "turn")
        async with made.client() as client:
            for kind in ("follow", "stop"):
                for named in (foreign.run_id, "run_never"):
                    await client.send(type=kind, id=f"{kind}-{named}", run=named)
                    told = await client.frame("error", id=f"{kind}-{named}")
                    assert told["error"]["code"] == "not_found"
            await client.listen(0)
            await client.frame("listening")
            await made.storage.write(
                lambda tx: publish(tx, SpaceScope(SPACE), Event(type="message.added", subject="msg_1"))
            )
            await client.until(lambda: bool(client.events))
        assert not foreign.stop_requested.is_set()
        assert {event["subject"] for event in client.events} == {"msg_1"}

    play(scene)


def test_a_stop_over_the_socket_reaches_the_owner(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        async with made.client() as client:
            await client.send(type="stop", id="1", run=handle.run_id)
            assert (await client.frame("stopped", id="1"))["running"] is True
            assert handle.stop_requested.is_set()
            await handle.end("cancelled")
            await client.send(type="stop", id="2", run=handle.run_id)
            assert (await client.frame("stopped", id="2"))["running"] is False

    play(scene)


def test_durable_events_are_resumed_by_number(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        async def happen(count: int) -> None:
            for _ in range(count):
                await made.storage.write(
                    lambda tx: publish(tx, SpaceScope(SPACE), Event(type="message.added", subject="msg"))
                )

        async with made.client() as client:
            assert (await client.frame("hello"))["number"] == 0
            await client.listen(0)
            await happen(3)
            await client.until(lambda: client.number == 3)
            await client.drop()
            await happen(600)
            await client.connect()
            await client.until(lambda: client.number == 603)
        assert [event["number"] for event in client.events] == list(range(1, 604))
        assert client.gaps == 0

    play(scene)


def test_a_key_hears_of_the_house_only_with_the_right_to_look_at_it(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        async with made.client(authorization=f"Bearer {FULL_KEY}") as client, made.client() as owner:
            await client.listen(0)
            await owner.listen(0)
            for kind in ("key.created", "message.added"):
                await made.storage.write(
                    lambda tx, kind=kind: publish(tx, SpaceScope(SPACE), Event(type=kind, subject="x"))
                )
            await client.until(lambda: client.number == 2)
            await owner.until(lambda: owner.number == 2)
        assert [event["type"] for event in client.events] == ["message.added"]
        assert [event["type"] for event in owner.events] == ["key.created", "message.added"]

    play(scene)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer sk-salon-wrong"}, 401),
        ({"authorization": "Bearer sk-salon-good"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"cookie": "salon_session=session-good"}, 403),
    ],
)
def test_who_may_not_is_refused_before_the_socket_is_open(
    play: Callable[..., None], headers: dict[str, str], status: int
) -> None:
    async def scene(made: Desk) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await LiveClient(made.url, headers=headers).connect()
        assert refused.value.response.status_code == status
        assert b'"code"' in refused.value.response.body

    play(scene)


def test_a_browser_comes_with_its_cookie_from_our_page_or_with_a_key_as_subprotocol(
    play: Callable[..., None],
) -> None:
    async def scene(made: Desk) -> None:
        ours = {"cookie": "salon_session=session-good", "origin": made.url}
        for client in (made.client(**ours), LiveClient(made.url, key=FULL_KEY)):
            async with client:
                assert (await client.frame("hello"))["space"] == SPACE

    play(scene, require_key=True)


def test_a_key_that_ends_ends_its_socket_and_no_other(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        async with made.client(authorization=f"Bearer {FULL_KEY}") as client, made.client() as other:
            await client.frame("hello")
            made.server.accounts.end(FULL_KEY)
            assert (await client.frame("error", id=None))["error"]["code"] == "not_signed_in"
            await client.until(lambda: client.closed is not None)
            await other.send(type="ping", id="p")
            await other.frame("pong", id="p")
            assert client.closed == (1008, "not_signed_in")

    play(scene)


def test_a_server_that_stops_sends_its_clients_to_the_next_one(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        async with made.client() as client:
            await client.follow(handle.run_id)
            await client.frame("hello")
            made.server.server.should_exit = True
            await client.until(lambda: client.closed is not None)
            assert client.closed == (1012, "shutting_down")

    play(scene)


@pytest.mark.parametrize(
    ("message", "field", "reason"),
    [
        ("{", "frame", "truncated"),
        ("[]", "frame", "object"),
        ('{"type":"dance","id":"x"}', "frame.type", "dance"),
        ('{"type":"follow","id":"x"}', "frame", "`run`"),
        ('{"type":"follow","id":"x","run":"run_1","epoch":-1}', "frame.epoch", ">= 0"),
        (
            '{"type":"follow","id":"x","run":"run_1","number":9007199254740993}',
            "frame.number",
            "9007199254740992",
        ),
        ('{"type":"follow","id":"%s","run":"run_1"}' % ("x" * 65), "frame.id", "<= 64"),
        ('{"type":"follow","id":"x","run":"%s"}' % ("x" * 101), "frame.run", "<= 100"),
        ('{"type":"stop","id":"x","run":""}', "frame.run", ">= 1"),
        ('{"type":"stop","id":"x","run":7}', "frame.run", "`str`"),
        ('{"type":"stop","id":"x","run":"run_1","more":1}', "frame", "`more`"),
        ('{"type":"leave","id":"x"}', "id", ""),
        ("[" * 5000, "frame", "object"),
        (b"\x00\x01", "frame", "binary"),
    ],
)
def test_a_broken_frame_is_refused_and_the_socket_goes_on(
    play: Callable[..., None], message: str | bytes, field: str, reason: str
) -> None:
    async def scene(made: Desk) -> None:
        async with made.client() as client:
            await client.send_raw(message)
            error = (await client.frame("error"))["error"]
            assert (error["code"], error["fields"]["field"]) == ("invalid_request", field), error
            assert reason in error["message"], error
            await client.send(type="ping", id="p")
            await client.frame("pong", id="p")

    play(scene)


def test_frames_subscriptions_and_their_rate_are_bounded(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        async with made.client() as client:
            for number in range(frames.SUBSCRIPTIONS + 1):
                await client.send(type="follow", id=str(number), run=handle.run_id)
            await client.frame("error", id=str(frames.SUBSCRIPTIONS))
            await client.send(type="follow", id="3", run=handle.run_id)
            assert (await client.frame("error", id="3"))["error"]["code"] == "conflict"
        async with made.client() as client:
            await client.send_raw("x" * (frames.FRAME_BYTES + 1))
            await client.until(lambda: client.closed is not None)
            assert client.closed[0] == 1009
            assert str(frames.FRAME_BYTES) in client.closed[1]
        async with made.client() as client:
            with contextlib.suppress(Exception):
                for _ in range(5 * frames.MESSAGES_AT_ONCE):
                    await client.send(type="ping", id="p")
            await client.until(lambda: client.closed is not None)
            assert client.closed == (1008, "rate_limited")

    play(scene)


def test_a_viewer_that_reads_nothing_is_bounded_told_and_gets_everything(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        piece = "x" * 2000
        async with made.client() as client:
            shown = await client.follow(handle.run_id)
            await client.until(lambda: client.closed is None)
            socket = client._socket
            assert socket is not None
            for number in range(4 * QUEUE_LIMIT):
                handle.append("text-delta", piece)
                if number % 100 == 0:
                    # The client's own queue begins to read again when it is emptied.
                    socket.transport.pause_reading()
                    await handle.flush()
                    waiting = sum(len(one.queue) for one in handle.channel._followers)
                    assert waiting <= QUEUE_LIMIT
            socket.transport.resume_reading()
            await handle.end("done")
            await client.until(lambda: shown.end is not None)
        assert len(shown.events) == 4 * QUEUE_LIMIT + 1
        assert shown.behind >= 1

    play(scene)


def test_leaving_ends_a_subscription_and_nothing_of_it_follows(play: Callable[..., None]) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn")
        async with made.client() as client:
            shown = await client.follow(handle.run_id)
            handle.append("text-delta", "a")
            await client.until(lambda: shown.text == "a")
            await client.leave(handle.run_id)
            await client.frame("left", id=handle.run_id, reason="asked")
            handle.append("text-delta", "b")
            await client.send(type="ping", id="p")
            await client.frame("pong", id="p")
            assert shown.text == "a"
            await client.follow(handle.run_id)
            await client.until(lambda: shown.text == "ab")

    play(scene)


def test_after_compaction_a_viewer_is_sent_back_and_told_where_the_result_is(
    play: Callable[..., None],
) -> None:
    async def scene(made: Desk) -> None:
        handle = await made.runs.begin(OWNER, "turn", {"conversation": "cnv_1"})
        async with made.client() as early, made.client() as late:
            before = await early.follow(handle.run_id)
            handle.append("text-delta", "a")
            await early.until(lambda: before.text == "a")
            await early.drop()
            handle.append("text-delta", "b")
            await handle.end("done", {"message": "msg_1"})
            await made.runs.compact(before_ms=2**50)
            await early.connect()
            after = await late.follow(handle.run_id)
            for client, shown in ((early, before), (late, after)):
                await client.until(lambda shown=shown: shown.end is not None)
                assert [event["type"] for event in shown.events] == ["end"]
                assert shown.end["data"] == {"message": "msg_1"}
                assert shown.is_compacted
        assert before.rewinds == ["compacted"]

    play(scene)
