"""What is kept, of which requests, and that no answer waits for it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from salon.foundation.kit.caller import KEY_RIGHTS, Caller
from salon.foundation.kit.errors import InvalidRequest, NotAllowed, NotFound
from salon.foundation.kit.ids import SpaceId
from salon.gateway.payloads import PayloadOptions, PayloadQuery, PayloadRule
from salon.gateway.payloads.replay import replay
from salon.testing.gateway_bench import OWNER, key_identity

Run = Callable[..., None]
CANARY = "sk-canary-ABCDEFGHIJKLMNOPQRST"
OWN = "patient 4711-X"
HIDES = PayloadRule(name="all", kind="space", patterns=(r"patient \d+-[A-Z]",))
DATABASES = pytest.mark.parametrize("address", ["sqlite", "postgres"])


def database(address: str, request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_url") if address == "postgres" else None


def on_disk(folder: Path, words: str) -> list[str]:
    needle = words.encode()
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


@DATABASES
@pytest.mark.parametrize("stream", [False, True])
def test_a_request_and_its_answer_are_kept(
    desk: Run, address: str, stream: bool, request: pytest.FixtureRequest
) -> None:
    async def scene(made: Any) -> None:
        await made.ask("say it", stream=stream)
        (kept,) = await made.kept()
        entry, _ = await made.bench.row()
        assert (kept.request_id, kept.route, kept.http_status) == (entry.request_id, "openai/fake", 200)
        assert json.loads(kept.request)["messages"] == [{"role": "user", "content": "say it"}]
        answer = json.loads(kept.response)
        assert answer["choices"][0]["message"]["content"] == "tok " * 8
        assert (kept.stream, kept.cut, kept.redactions) == (stream, False, 0)

    desk(scene, database=database(address, request))


@pytest.mark.parametrize("encrypt", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_a_secret_is_nowhere_on_the_disk(desk: Run, tmp_path: Path, stream: bool, encrypt: bool) -> None:
    async def scene(made: Any) -> None:
        made.fake.script([f"text=Your key is {CANARY} and you are {OWN}"])
        reply = await made.ask(f"I am {OWN}, key {CANARY}", stream=stream)
        assert CANARY.encode() in b"".join(reply.body.split(b'"}}')) or stream
        (kept,) = await made.kept()
        assert kept.redactions >= 4
        assert "[hidden]" in kept.request
        assert "[hidden]" in kept.response
        await made.ask("something plain")
        await made.bench.ledger.flush()
        for words in (CANARY, OWN):
            assert on_disk(tmp_path, words) == []
        # The search itself is sound: what was not hidden is found where nothing is sealed.
        assert bool(on_disk(tmp_path, "something plain")) is not encrypt

    desk(scene, rules=(HIDES,), options=PayloadOptions(encrypt=encrypt))


def test_a_secret_that_a_stream_tells_in_pieces_is_hidden(desk: Run) -> None:
    async def scene(made: Any) -> None:
        pieces = " ".join(CANARY[at : at + 4] for at in range(0, len(CANARY), 4))
        made.fake.script([f"text={CANARY};fault=split:1"])
        await made.ask("x", stream=True)
        (kept,) = await made.kept()
        assert CANARY not in kept.response
        assert pieces not in kept.response
        assert json.loads(kept.response)["choices"][0]["message"]["content"] == "[hidden]"

    desk(scene)


def test_only_what_a_rule_names_is_kept(desk: Run) -> None:
    async def scene(made: Any) -> None:
        await made.ask("by key", identity=key_identity("watched"))
        await made.ask("by route", model="demo")
        await made.ask("by nobody", identity=key_identity("other"))
        await made.ask("elsewhere", model="demo", identity=key_identity("watched", space="spc_other"))
        assert [json.loads(one.request)["messages"][0]["content"] for one in await made.kept()] == [
            "by key",
            "by route",
        ]

    rules = (
        PayloadRule(name="key", kind="key", target="key_watched"),
        PayloadRule(name="route", kind="route", target="de*"),
    )
    desk(scene, rules=rules)


def test_nothing_is_on_until_somebody_turns_it_on(desk: Run) -> None:
    async def scene(made: Any) -> None:
        assert made.bench.gateway.payloads is None
        await made.ask("unheard")
        await made.service.set_rule(OWNER.caller, PayloadRule(name="all", kind="space"))
        assert made.bench.gateway.payloads is made.log
        await made.service.remove_rule(OWNER.caller, "all")
        assert made.bench.gateway.payloads is None
        await made.ask("unheard")
        assert await made.kept() == []

    desk(scene, rules=())


def test_a_sample_keeps_its_share(desk: Run) -> None:
    async def scene(made: Any) -> None:
        for _ in range(60):
            await made.ask("again", model="demo")
        assert 0 < len(await made.kept()) < 60

    desk(scene, rules=(PayloadRule(name="some", kind="space", sample=0.5),))


def test_failures_are_kept_with_what_the_caller_was_told(desk: Run) -> None:
    async def scene(made: Any) -> None:
        made.fake.script(["fault=400"])
        await made.ask("fails")
        await made.ask("nobody", model="nobody/knows")
        first, second = await made.kept()
        assert (first.http_status, second.http_status, second.error_code) == (400, 404, "unknown_model")
        assert "nobody/knows" in json.loads(second.response)["error"]["message"]

    desk(scene)


def test_a_long_body_is_cut_and_cannot_be_sent_again(desk: Run) -> None:
    async def scene(made: Any) -> None:
        await made.ask("long " * 1000)
        (kept,) = await made.kept()
        assert (kept.cut, len(kept.request)) == (True, 2000)
        with pytest.raises(InvalidRequest, match="not whole"):
            await replay(made.bench.gateway, kept, model="demo", identity=OWNER, clock=made.bench.clock)

    desk(scene, options=PayloadOptions(max_row_bytes=2000, encrypt=False))


def test_what_does_not_fit_is_dropped_and_the_answer_is_not(desk: Run) -> None:
    async def scene(made: Any) -> None:
        replies = await asyncio.gather(*(made.bench.call("demo", "x" * 200) for _ in range(20)))
        assert {reply.status for reply in replies} == {200}
        await made.log.flush()
        assert made.log.dropped == 20
        assert await made.kept() == []

    desk(scene, options=PayloadOptions(max_waiting_bytes=100))


@DATABASES
def test_the_oldest_go_when_it_is_too_much_or_their_time_is_over(
    desk: Run, address: str, request: pytest.FixtureRequest
) -> None:
    async def scene(made: Any) -> None:
        for number in range(6):
            await made.ask(f"number {number}", model="demo")
        sizes = [one.size_bytes for one in await made.kept()]
        made.log.options = PayloadOptions(max_bytes=sum(sizes[-2:]) + 1)
        assert await made.service.clean() == 4
        assert ["number 4" in one.request for one in await made.kept()] == [True, False]
        short = PayloadRule(name="all", kind="space", keep_days=1e-9)
        await made.service.set_rule(OWNER.caller, short)
        await made.ask("gone at once", model="demo")
        await made.service.clean()
        assert len(await made.kept()) == 2

    desk(scene, database=database(address, request))


def test_what_is_deleted_is_gone_from_the_disk(desk: Run, tmp_path: Path) -> None:
    async def scene(made: Any) -> None:
        await made.ask("remember this " + "padding " * 5000)
        await made.ask("remember this too")
        first, second = await made.kept()
        assert on_disk(tmp_path, "remember this")
        await made.service.remove(OWNER.caller, first.id)
        assert await made.service.remove_before(OWNER.caller, 2**53) == 1
        assert on_disk(tmp_path, "remember this") == []
        with pytest.raises(NotFound):
            await made.service.get(OWNER.caller, second.id)

    desk(scene, options=PayloadOptions(encrypt=False))


@DATABASES
def test_words_are_found_in_requests_and_answers(
    desk: Run, address: str, request: pytest.FixtureRequest
) -> None:
    async def found(made: Any, **query: Any) -> Sequence[str]:
        page = await made.service.page(OWNER.caller, PayloadQuery(**query))
        return [one.alias for one in page.items]

    async def scene(made: Any) -> None:
        await made.ask("Über alles", model="demo")
        await made.ask("other", model="openai/fake", identity=key_identity("k"))
        assert await found(made, search="über") == ["demo"]
        assert await found(made, search="tok tok") == ["openai/fake"]
        assert await found(made, search="nothing like it") == []
        assert await found(made, model="demo") == ["demo"]
        assert await found(made, key_id="key_k") == ["openai/fake"]
        first = await made.service.page(OWNER.caller, PayloadQuery(limit=1))
        rest = await made.service.page(OWNER.caller, PayloadQuery(limit=1, cursor=first.next))
        assert [first.items[0].alias, rest.items[0].alias] == ["openai/fake", "demo"]
        with pytest.raises(InvalidRequest):
            await found(made, cursor="nonsense")

    desk(scene, database=database(address, request))


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "ollama", "gemini", "responses"])
def test_a_request_is_sent_again_to_another_model(desk: Run, dialect: str) -> None:
    async def scene(made: Any) -> None:
        if dialect == "responses":
            body = {"model": "openai/fake", "input": "demo:echo the very same", "stream": True}
            await made.bench.send("responses", json.dumps(body).encode())
            await made.log.flush()
        else:
            await made.ask("demo:echo the very same", dialect=dialect, stream=True)
        (kept,) = await made.kept()
        answer = await replay(made.bench.gateway, kept, model="demo", identity=OWNER, clock=made.bench.clock)
        assert (answer.status, answer.headers["x-salon-route"]) == (200, "demo/demo")
        assert "the very same" in json.dumps(answer.body)
        rows = [entry.alias for entry, _ in await made.bench.rows()]
        assert rows == ["openai/fake", "demo"]

    desk(scene)


def test_a_new_master_key_opens_what_an_old_one_sealed(desk: Run) -> None:
    async def scene(made: Any) -> None:
        await made.ask("sealed before", model="demo")
        made.keys.add_new()
        assert await made.service.reseal() == 0
        made.keys.forget_old()
        (kept,) = await made.kept()
        assert "sealed before" in kept.request

    desk(scene)


def test_only_who_manages_the_system_may_look_and_only_in_their_space(desk: Run) -> None:
    async def scene(made: Any) -> None:
        await made.ask("mine", model="demo")
        (kept,) = await made.kept()
        stranger = Caller(kind="person", space_id=SpaceId("spc_other"), rights=OWNER.caller.rights)
        with pytest.raises(NotFound):
            await made.service.get(stranger, kept.id)
        assert (await made.service.page(stranger, PayloadQuery())).items == []
        with pytest.raises(NotFound):
            await made.service.remove(stranger, kept.id)
        assert await made.service.remove_before(stranger, 2**53) == 0
        key = Caller(kind="key", space_id=OWNER.caller.space_id, rights=KEY_RIGHTS)
        for act in (
            made.service.rules(key),
            made.service.get(key, kept.id),
            made.service.remove(key, kept.id),
        ):
            with pytest.raises(NotAllowed):
                await act

    desk(scene)


@pytest.mark.parametrize(
    "rule",
    [
        PayloadRule(name="x", kind="key"),
        PayloadRule(name="x", kind="space", target="y"),
        PayloadRule(name="x", kind="space", sample=0),
        PayloadRule(name="x", kind="space", keep_days=0),
        PayloadRule(name="x", kind="space", patterns=("(",)),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(desk: Run, rule: PayloadRule) -> None:
    async def scene(made: Any) -> None:
        with pytest.raises(InvalidRequest):
            await made.service.set_rule(OWNER.caller, rule)

    desk(scene, rules=())
