"""Damaged requests in every dialect: refused in that dialect, never a 500, never a trace in the log."""

import asyncio
import copy
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from salon.testing.house import ProviderSetup
from salon.testing.load import gather_bounded
from salon.testing.raw_http import RawAnswer, ask, request_bytes
from salon.testing.readings import error_of
from salon.testing.samples import STREAMED, WHOLE, body_of, family_of, path_of
from salon.testing.scene import DIALECTS, Scene, model_of
from salon.testing.soak import scaled
from salon.testing.verdicts import judge

TOGETHER = True
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", "\u0000", "\ud7ff", "a" * 5000, [], {}, [[]], [None], {"": None},
    "null", {"type": "text"}, {"type": 7}, [{"type": "text", "text": None}], "data:image/png;base64,@@",
    {"text": 7}, {"functionCall": {}}, {"inlineData": {"data": "@@"}}, {"role": "king"},
)  # fmt: skip


Path = tuple[Any, ...]
BESIDE_CHAT = {
    "openai-embeddings": ("openai-fake/fake", "gemini-fake/fake", "ollama-fake/fake"),
    "ollama-embed": ("openai-fake/fake", "ollama-fake/fake"),
    "ollama-embeddings": ("openai-fake/fake", "gemini-fake/fake"),
    "gemini-embed": ("openai-fake/fake", "ollama-fake/fake"),
    "gemini-embed-batch": ("openai-fake/fake", "ollama-fake/fake"),
    "rerank": ("complete-fake/fake", "voyage-fake/voyage-fake"),
    "openai-moderations": ("openai-real/fake", "mistral-fake/mistral-fake"),
}
"""What is asked beside chat -> who is asked."""


def PROVIDERS(url: str) -> tuple[ProviderSetup, ...]:  # noqa: N802 - a setting of this module
    """Return providers of the fake that rank and judge in words of their own."""
    return (
        ProviderSetup(name="voyage-fake", kind="voyage", url=f"{url}/v1", models=("voyage-fake",)),
        ProviderSetup(name="mistral-fake", kind="mistral", url=f"{url}/v1", models=("mistral-fake",)),
        ProviderSetup(name="openai-real", kind="openai", url=f"{url}/v1"),
    )


def targets(dialect: str) -> tuple[str, ...]:
    """Return the models that are asked in ``dialect``."""
    return BESIDE_CHAT.get(dialect) or tuple(model_of(name) for name in DIALECTS)


def own_targets(dialect: str) -> set[str]:
    """Return the models whose providers read the request as it is: what they say of it is theirs to say."""
    first = family_of(dialect)
    own = {model_of(first)} if dialect not in {"ollama-generate", "completions"} else {"ollama-fake/fake"}
    return own | {"complete-fake/fake", "openai-real/fake"}


def places(value: Any, path: Path = ()) -> list[Path]:
    """Every place inside a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        found += places(inner, (*path, name))
    return found


def damage(body: dict[str, Any], source: random.Random) -> None:
    """Change one place of a request."""
    path = source.choice(places(body))
    holder: Any = body
    for step in path[:-1]:
        holder = holder[step]
    match source.randrange(4):
        case 0:
            del holder[path[-1]]
        case 1 if isinstance(holder, list):
            holder.extend([holder[0]] * 50)
        case 2 if isinstance(holder, dict):
            holder[source.choice(("role", "type", "content", "extra\x00", "tool_calls"))] = copy.deepcopy(
                source.choice(ODD)
            )
        case _:
            holder[path[-1]] = copy.deepcopy(source.choice(ODD))


def damaged_request(dialect: str, source: random.Random) -> bytes:
    """A request that is wrong in one to three places, or no longer JSON at all."""
    model, stream = source.choice(targets(dialect)), source.random() < 0.3
    body = body_of(dialect, copy.deepcopy(WHOLE[dialect]), model=model, stream=stream)
    for _ in range(source.randint(1, 3)):
        if places(body):
            damage(body, source)
    data = cut(orjson.dumps(body), source)
    return request_bytes("POST", path_of(dialect, model=model, stream=stream), data)


def cut(data: bytes, source: random.Random) -> bytes:
    """Return ``data``, or now and then bytes that are no JSON."""
    roll = source.random()
    if roll < 0.05:
        return data[: source.randrange(len(data))]
    if roll < 0.10:
        spot = source.randrange(len(data))
        return data[:spot] + bytes([source.randrange(256)]) + data[spot:]
    return b"[" * 100_000 if roll < 0.12 else data


def problem_of(dialect: str, answer: RawAnswer) -> str | None:
    """Return what is wrong with an answer: no status, a defect of ours, or words that are not the dialect's."""
    if answer.status in {0, 500, 504}:
        return f"status {answer.status}: {answer.problem}"
    if answer.status == 200 and dialect not in STREAMED:
        return None if isinstance(orjson.loads(answer.body), dict) else "no object"
    kind = answer.headers.get("content-type", "")
    verdict = judge(family_of(dialect), answer, stream=kind != "application/json")
    return verdict.why if verdict.ending == "silent" else None


def told(problems: list[str]) -> str:
    """Return the first of many problems, for a failed test."""
    return "\n".join([f"{len(problems)} problems", *problems[:10]])


async def ask_all(scene: Scene, requests: list[bytes]) -> list[RawAnswer]:
    """Send requests, some at once; answers in their order."""
    return await gather_bounded(requests, lambda one: ask(scene.house.port, one), at_once=24)


@pytest.mark.parametrize("dialect", WHOLE)
def test_damaged_requests_are_refused_in_their_dialect(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None], dialect: str
) -> None:
    requests = [damaged_request(dialect, chance) for _ in range(scaled(10_000))]
    answers = asyncio.run(ask_all(scene, requests))
    statuses = Counter(answer.status for answer in answers)
    figure("by status", dict(statuses.most_common()))
    assert statuses[200], "not everything that was damaged is wrong"
    assert statuses[400], "some of it is"
    problems = [
        f"{problem}: {request[:900]!r} -> {answer.body[:300]!r}"
        for request, answer in zip(requests, answers, strict=True)
        if (problem := problem_of(dialect, answer)) is not None
    ]
    assert not problems, told(problems)


PROVIDERS_OWN = b"fake provider: "
"""What the provider says itself: a schema, say, is handed to it as it came."""
COMPARED: dict[str, tuple[Path, ...]] = {
    "gemini-embed-batch": (("requests",),),
    "openai-moderations": (("input",),),
}
"""Lists whose items have to be alike: any of them may be the one that is named."""


def misplaced(dialect: str, source: random.Random) -> tuple[Path, bytes]:
    """Return a place, and a request that is wrong there alone, for a target that has to be translated for."""
    model = source.choice([one for one in targets(dialect) if one not in own_targets(dialect)])
    body = body_of(dialect, copy.deepcopy(WHOLE[dialect]), model=model)
    path = source.choice([place for place in places(body) if place[0] not in {"model", "stream"}])
    holder: Any = body
    for step in path[:-1]:
        holder = holder[step]
    if source.random() < 0.15:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(source.choice(ODD))
    return path, request_bytes("POST", path_of(dialect, model=model), orjson.dumps(body))


def field_in(dialect: str, answer: RawAnswer) -> Path:
    """Return the field that an error names: in ``param`` where there is one, and before its sentence."""
    value = answer.json()
    error = error_of(family_of(dialect), value)
    named = re.match(r"([\w$.\[\]-]+): ", error["message"])
    field = error.get("param") or (named.group(1) if named else "")
    return tuple(int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", field))


def is_about(dialect: str, field: Path, place: Path) -> bool:
    """Tell whether a field is the damaged place, holds it, is in it, or is of the same item of a list."""
    shared = min(len(field), len(place), 2)
    if field[:1] == place[:1] and field[:1] in COMPARED.get(dialect, ()):
        return True
    if (field, place) == (("contents",), ("generateContentRequest",)):
        return True  # without a whole request, its contents have to stand in its place
    return bool(field) and field[:shared] == place[:shared]


@pytest.mark.parametrize("dialect", WHOLE)
def test_a_refusal_names_the_field_that_is_wrong(
    scene: Scene, chance: random.Random, figure: Callable[[str, object], None], dialect: str
) -> None:
    wrong = [misplaced(dialect, chance) for _ in range(scaled(10_000, least=200))]
    answers = asyncio.run(ask_all(scene, [request for _, request in wrong]))
    refused = [(place, one) for (place, _), one in zip(wrong, answers, strict=True) if one.status == 400]
    figure("refused", len(refused))
    assert refused
    problems = [
        f"{place}: {answer.body[:400]!r}"
        for place, answer in refused
        if PROVIDERS_OWN not in answer.body and not is_about(dialect, field_in(dialect, answer), place)
    ]
    assert not problems, told(problems)


def test_bytes_that_are_no_http_are_answered_or_cut_and_nothing_else_suffers(
    scene: Scene, chance: random.Random
) -> None:
    good = request_bytes("POST", "/v1/chat/completions", b'{"model":"fake","messages":[]}')

    def spoil() -> bytes:
        spot = chance.randrange(len(good))
        return good[:spot] + chance.randbytes(chance.randint(1, 20)) + good[spot + chance.randint(0, 9) :]

    spoiled = [spoil() for _ in range(scaled(5000))]

    async def send_all() -> list[RawAnswer]:
        return await gather_bounded(
            spoiled, lambda one: ask(scene.house.port, one, timeout_s=3, cut_after_s=0.5), at_once=24
        )

    answers = asyncio.run(send_all())
    assert not [answer for answer in answers if answer.status == 500]
    assert scene.house.get("/healthz")[0] == 200
