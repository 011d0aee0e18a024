"""Many callers at once: seeded cases, a bound on how many run together, every answer kept."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import msgspec

from salon.testing.raw_http import RawAnswer, ask, chat_request
from salon.testing.verdicts import Verdict, judge

T = TypeVar("T")
R = TypeVar("R")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a suite."""

    id: str
    """Also the fake provider's ``case``: its attempts are counted by it."""
    caller: str
    """The dialect it is asked in."""
    model: str
    stream: bool
    plan: str = ""
    """Directives for the fake provider."""
    cut_after_bytes: int | None = None
    cut_after_s: float | None = None
    key: str | None = None
    timeout_s: float = 60.0
    max_tokens: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case."""

    case: Case
    answer: RawAnswer
    verdict: Verdict
    ended_s: float
    """Monotonic seconds when the caller was done, which is when it left if it cut."""

    def __str__(self) -> str:
        told = self.answer.body[-300:].decode(errors="replace")
        return (
            f"{self.case.caller}->{self.case.model} {'stream' if self.case.stream else 'plain'} "
            f"[{self.case.plan}] status {self.answer.status} {self.verdict.ending} {self.verdict.why} "
            f"after {self.answer.elapsed_s:.2f} s: …{told}"
        )


async def run_case(port: int, case: Case) -> Outcome:
    """Send one case to the house at ``port`` and judge the answer."""
    limit: dict[str, Any] = {} if case.max_tokens is None else {"max_tokens": case.max_tokens}
    request = chat_request(
        case.caller,
        f"{{{{fake case={case.id};{case.plan}}}}}",
        model=case.model,
        stream=case.stream,
        key=case.key,
        **limit,
    )
    answer = await ask(
        port,
        request,
        timeout_s=case.timeout_s,
        cut_after_bytes=case.cut_after_bytes,
        cut_after_s=case.cut_after_s,
    )
    ended_s = time.monotonic()
    verdict = judge(case.caller, answer, stream=case.stream)
    return Outcome(case=case, answer=answer, verdict=verdict, ended_s=ended_s)


async def gather_bounded(
    items: Iterable[T], work: Callable[[T], Awaitable[R]], *, at_once: int = 48
) -> list[R]:
    """Run ``work`` on every item, at most ``at_once`` together; results in the items' order."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: T) -> R:
        async with gate:
            return await work(item)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]


def run_cases(port: int, cases: Iterable[Case], *, at_once: int = 48) -> list[Outcome]:
    """Send all cases from synchronous code."""
    return asyncio.run(gather_bounded(cases, lambda case: run_case(port, case), at_once=at_once))


def until(condition: Callable[[], bool], *, seconds: float = 60.0, what: str = "it") -> float:
    """Poll until ``condition`` holds; returns the seconds it took. Raises: AssertionError if never."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - started


async def until_async(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60.0, what: str = "it"
) -> None:
    """Poll inside an event loop until ``condition`` holds. Raises: AssertionError if it never does."""
    ends_s = time.monotonic() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        if time.monotonic() > ends_s:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        await asyncio.sleep(0.01)
