"""What crosses the house and what does not: headers, cookies, credentials, and one charge per request."""

import asyncio

import pytest

from salon.testing.load import Case, run_cases
from salon.testing.raw_http import RawAnswer, ask, chat_request
from salon.testing.scene import CALLERS, DIALECTS, Scene, model_of, own_model

PRIVATE = {
    "cookie": "session=canary-cookie",
    "proxy-authorization": "Basic canary-proxy",
    "x-forwarded-for": "10.1.2.3",
    "forwarded": "for=10.1.2.3",
    "te": "trailers",
    "upgrade": "canary-upgrade",
    "x-secret-of-mine": "canary-own",
    "referer": "http://canary.example/",
}
HOP_BY_HOP = {"keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade"}


def send(scene: Scene, data: bytes) -> RawAnswer:
    return asyncio.run(ask(scene.house.port, data))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("provider", DIALECTS)
def test_nothing_private_of_the_caller_goes_upstream(
    scene: Scene, key: str, caller: str, provider: str
) -> None:
    request = chat_request(caller, "hi", model=model_of(provider), key=key, headers=PRIVATE)
    assert send(scene, request).status == 200
    sent = scene.fake.journal.exchanges[-1].headers
    assert "canary" not in repr(sent)
    assert "10.1.2.3" not in repr(sent)
    assert key not in repr(sent)
    assert not {name for name, _ in sent} & HOP_BY_HOP


@pytest.mark.parametrize("caller", CALLERS)
def test_an_answer_says_what_happened_and_no_header_of_the_provider(scene: Scene, caller: str) -> None:
    answer = send(scene, chat_request(caller, "hi", model=own_model(caller)))
    assert answer.status == 200
    assert [name for name, value in answer.headers.items() if "fake-" in value and "/" not in value] == [
        "x-upstream-request-id"
    ]
    told = {name for name in answer.headers if name.startswith("x-salon-")}
    assert {"x-salon-route", "x-salon-attempts"} <= told, answer.headers


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_one_idempotency_key_is_one_charge(scene: Scene, key: str, stream: bool) -> None:
    headers = {"idempotency-key": f"once-{stream}"}
    request = chat_request(
        "openai",
        "{{fake tokens=5;rate=20}}",
        model=model_of("openai"),
        key=key,
        stream=stream,
        headers=headers,
    )

    async def send_together() -> list[RawAnswer]:
        return list(await asyncio.gather(*(ask(scene.house.port, request) for _ in range(5))))

    answers = [*asyncio.run(send_together()), send(scene, request)]
    assert scene.fake.journal.counts["requests"] == 1
    assert {answer.status for answer in answers} <= {200, 409}
    assert answers[-1].status == 200
    assert answers[-1].body.count(b"tok ") > 0


def test_a_failing_target_is_replaced_by_the_next(scene: Scene) -> None:
    case = Case(id="team", caller="openai", model="team", stream=True, plan="tokens=4;times=1;fault=503")
    (outcome,) = run_cases(scene.house.port, [case])
    assert outcome.verdict.text == "tok " * 4
    assert [one.status for one in scene.fake.journal.of_case("team")] == [503, 200]
